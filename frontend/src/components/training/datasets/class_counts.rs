//! How many photos each class has, the largest first: some hundred bars side by side, read by pointer or arrow key, and as a table.

use leptos::ev::{KeyboardEvent, MouseEvent, PointerEvent};
use leptos::html;
use leptos::prelude::*;

use super::Summary;
use crate::components::figure::Figure;
use crate::components::live::{live, on};
use crate::components::stages::data_table::{Cell, DataTable, Row};
use crate::components::training::lazy_details::LazyDetails;
use crate::drawing::class_counts::{ClassCount, HEIGHT, bar_at, bars, most, position_at, sorted};
use crate::i18n::number;
use crate::i18n::text::training as frame;
use crate::i18n::text::training::datasets as text;

/// The figure.
#[component]
pub fn ClassCounts(
    /// The data set.
    summary: Summary,
    /// Whether it stands directly below a section's heading.
    is_top: bool,
    /// The class whose photos are shown.
    class: RwSignal<Option<usize>>,
) -> impl IntoView {
    let classes = Memo::new(move |_previous| {
        summary.with(|summary| {
            sorted(summary.iter().flat_map(|summary| summary.classes.iter().map(|class| class.num_pictures)))
        })
    });
    let title = move || {
        summary
            .with(|summary| summary.as_ref().map(|summary| text::counts_title(summary)).unwrap_or_default())
    };
    let explanation = move || {
        summary.with(|summary| {
            summary.as_ref().map(|summary| text::counts_explanation(summary)).unwrap_or_default()
        })
    };
    let table = move || {
        view! {
            <DataTable
                caption=text::CLASS_TABLE.to_owned()
                columns=text::CLASS_COLUMNS.map(str::to_owned).to_vec()
                rows=Signal::derive(move || rows(summary, &classes.get()))
            />
        }
        .into_any()
    };
    view! {
        <Figure title=Signal::derive(title) explanation=Signal::derive(explanation) is_top>
            <Bars summary classes class/>
            <LazyDetails summary=frame::AS_TABLE content=table/>
        </Figure>
    }
}

#[component]
fn Bars(
    /// The data set.
    summary: Summary,
    /// Its classes by size.
    classes: Memo<Vec<ClassCount>>,
    /// The class whose photos are shown.
    class: RwSignal<Option<usize>>,
) -> impl IntoView {
    let place = NodeRef::<html::Div>::new();
    let pointed = RwSignal::new(None::<usize>);
    let at = move || {
        let of_class = || {
            class.get().and_then(|index| classes.with(|all| all.iter().position(|one| one.index == index)))
        };
        pointed.get().or_else(of_class)
    };
    let classes_now = classes;
    let readout = move || {
        let position = at()?;
        let ClassCount { index, count } = classes.with(|classes| classes.get(position).copied())?;
        summary.with(|summary| {
            let name = &summary.as_ref()?.classes.get(index)?.name;
            Some(text::class_count(name, index, count))
        })
    };
    let point_at = move |event: PointerEvent| {
        let Some(element) = place.get_untracked() else { return };
        let bounds = element.get_bounding_client_rect();
        let part = (f64::from(event.client_x()) - bounds.left()) / bounds.width();
        pointed.set(classes.with_untracked(|classes| position_at(classes, part)));
    };
    let choose = move || {
        let chosen = untrack(at)
            .and_then(|position| classes.with_untracked(|all| all.get(position).map(|one| one.index)));
        chosen.into_iter().for_each(|index| class.set(Some(index)));
    };
    let on_key = move |event: KeyboardEvent| {
        let last = classes.with_untracked(Vec::len).saturating_sub(1);
        let now = untrack(at);
        let next = match event.key().as_str() {
            "ArrowRight" => now.map_or(0, |now| (now + 1).min(last)),
            "ArrowLeft" => now.unwrap_or_default().saturating_sub(1),
            "Home" => 0,
            "End" => last,
            "Enter" | " " => {
                event.prevent_default();
                return choose();
            }
            _ => return,
        };
        event.prevent_default();
        pointed.set(Some(next));
    };
    view! {
        <div class="class-counts">
            <p class="class-counts-most number muted" aria-hidden="true">{move || classes.with(|classes| number::thousands(most(classes)))}</p>
            <div
                class="class-counts-place"
                node_ref=place
                role="img"
                tabindex="0"
                aria-label=live(move || format!("{} {}", text::COUNTS_KEYS, readout().unwrap_or_default()))
                on:pointermove=on(point_at)
                on:pointerleave=on(move |_event| pointed.set(None))
                on:click=on(move |_event: MouseEvent| choose())
                on:keydown=on(on_key)
            >
                {move || classes.with(|classes| view! {
                    <svg class="class-counts-drawing" viewBox=format!("0 0 {} {HEIGHT}", classes.len().max(1)) preserveAspectRatio="none" aria-hidden="true">
                        <path class="count-bar" d=bars(classes)></path>
                        <path class="count-bar is-chosen" d=live(move || at().map(|position| classes_now.with(|classes| bar_at(classes, position))).unwrap_or_default())></path>
                    </svg>
                })}
            </div>
            <p class="chart-readout number" aria-live="polite">{move || readout().unwrap_or_else(|| text::COUNTS_KEYS.to_owned())}</p>
        </div>
    }
}

fn rows(summary: Summary, classes: &[ClassCount]) -> Vec<Row> {
    summary.with(|summary| {
        let Some(summary) = summary else { return Vec::new() };
        let row = |one: &ClassCount| {
            let class = summary.classes.get(one.index)?;
            let cells = vec![
                Cell::Words(class.name.clone()),
                Cell::Words(class.folder.clone()),
                Cell::Number(one.index.to_string()),
                Cell::Number(number::thousands(one.count)),
            ];
            Some(Row { cells, is_marked: false })
        };
        classes.iter().filter_map(row).collect()
    })
}
