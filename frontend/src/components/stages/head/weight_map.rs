//! The weights of the head as a map, a row a class and a column a feature. A row chooses its class. A head that is too large
//! to send at once is shown in the part that holds the class.

use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::html;
use leptos::prelude::*;

use super::strips::signed_pixels;
use super::{HEAD, HeadSize, HeadView, ready};
use crate::components::figure::Figure;
use crate::components::heat_map::ColourBar;
use crate::components::live::{live, on};
use crate::components::picture_reading::paint;
use crate::components::stages::class_keys;
use crate::components::stages::load_notice::LoadNotice;
use crate::drawing::colour::Scale;
use crate::drawing::reach::reach;
use crate::i18n::text::stages::head as text;
use crate::state::{TensorLoad, TensorRequest};

/// Most weights that are asked for at once, 2.4 MB.
const MAX_VALUES: usize = 600_000;
/// Part of the weights that the colours tell apart.
const TOLD_APART: f64 = 0.995;

/// Classes whose weights are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rows {
    start: usize,
    end: usize,
}

/// The figure.
#[component]
pub fn WeightMap(
    /// The stage.
    head: HeadView,
) -> impl IntoView {
    let rows = Memo::new(move |_previous| rows_around(head.class.get(), head.size.get()));
    let weights = TensorLoad::new(move || {
        let Rows { start, end } = rows.get();
        let slice = (end - start < head.size.get().classes).then(|| format!("{start}:{end}"));
        Some(TensorRequest::Parameter { model: head.model.get(), name: format!("{HEAD}.weight"), slice })
    });
    let range = Memo::new(move |_previous| {
        let reach = reach(&ready(weights)?.values, TOLD_APART);
        Some((-reach, reach))
    });
    let canvas = NodeRef::<html::Canvas>::new();
    Effect::new(move |_previous: Option<()>| {
        if let (Some(canvas), Some(weights), Some(range)) = (canvas.get(), ready(weights), range.get()) {
            paint(
                &canvas,
                &signed_pixels(weights.shape.first().copied().unwrap_or(1), &weights.values, range),
            );
        }
    });
    let choose = move |event: MouseEvent| {
        if let Some(canvas) = canvas.get_untracked() {
            let bounds = canvas.get_bounding_client_rect();
            let part = (f64::from(event.client_y()) - bounds.top()) / bounds.height();
            let Rows { start, end } = rows.get_untracked();
            let row = (part.clamp(0.0, 1.0) * (end - start) as f64) as usize;
            head.chosen.set(Some((start + row).min(end - 1)));
        }
    };
    let walk = move |event: KeyboardEvent| {
        let next = class_keys::step(&event, head.class.get_untracked(), head.size.get_untracked().classes);
        next.into_iter().for_each(|class| head.chosen.set(Some(class)));
    };
    let label = head.class_label();
    let class_number = move || head.class.get() + 1;
    view! {
        <Figure
            title=Signal::derive(move || text::map_title(head.size.get().classes, head.size.get().features))
            explanation=Signal::derive(move || {
                let Rows { start, end } = rows.get();
                text::map_explanation((start, end), head.size.get().classes)
            })
        >
            <div
                class="weight-map"
                class:is-waiting=move || ready(weights).is_none()
                role="slider"
                tabindex="0"
                aria-label=text::MAP_KEYS
                aria-orientation="vertical"
                aria-valuemin="1"
                aria-valuemax=live(move || head.size.get().classes)
                aria-valuenow=class_number
                aria-valuetext=live(move || label.get())
                on:click=on(choose)
                on:keydown=on(walk)
            >
                <canvas node_ref=canvas aria-hidden="true"></canvas>
                <svg viewBox=live(move || format!("0 0 1 {}", rows.get().end - rows.get().start)) preserveAspectRatio="none" aria-hidden="true">
                    <rect class="cursor-halo" x="0" y=live(move || head.class.get() - rows.get().start) width="1" height="1"/>
                    <rect class="cursor-ring" x="0" y=live(move || head.class.get() - rows.get().start) width="1" height="1"/>
                </svg>
            </div>
            <div class="weight-map-legend">
                <ColourBar scale=Scale::Diverging range=range quantity=text::WEIGHT.to_owned()/>
                <p class="muted">{move || text::map_row(class_number(), &label.get())}</p>
            </div>
            <LoadNotice loads=vec![weights]/>
        </Figure>
    }
}

/// All classes, or the block of them that holds `class`.
fn rows_around(class: usize, size: HeadSize) -> Rows {
    let block = (MAX_VALUES / size.features.max(1)).clamp(1, size.classes.max(1));
    let start = class / block * block;
    Rows { start, end: (start + block).min(size.classes).max(start + 1) }
}
