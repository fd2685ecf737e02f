//! The lens that applies a model's head after each of its layers: which class would win there, how probable the final answer is by
//! depth, and from which layer on it stays.

mod course;

use std::sync::Arc;

use leptos::prelude::*;
use shared::views::{LensEntry, LogitLensAbout};
use shared::{ModelSlot, NodeId, route};

use super::class_picker::{ClassPicker, first_class};
use super::frame::{LensFrame, TableData};
use crate::components::share_bar::share_bar;
use crate::drawing::lens::Lens;
use crate::drawing::logit_lens::Depths;
use crate::i18n::number;
use crate::i18n::text::lenses::logit_lens as text;
use crate::state::view_load::ViewRequest;
use crate::state::{LensState, Models, View, ViewAnswer, ViewLoad};
use course::Course;

/// Classes of each entry that the list and the table name.
const TOP_K: usize = 5;

/// What the parts of the lens share.
#[derive(Clone, Copy)]
pub struct LogitLensView {
    /// What the server says of the shown model.
    shown: Memo<Option<Arc<ViewAnswer<LogitLensAbout>>>>,
    depths: Memo<Option<Arc<Depths>>>,
    /// The class chosen beside the answer.
    class: Memo<Option<usize>>,
    /// The entry whose classes are listed: pointed at, chosen, or the last.
    entry: Memo<usize>,
    pointed: RwSignal<Option<usize>>,
    labels: Memo<Vec<String>>,
}

impl LogitLensView {
    fn answer(self) -> Option<Arc<ViewAnswer<LogitLensAbout>>> {
        self.shown.get()
    }

    /// A class by its name; reactive.
    pub fn label(self, class: usize) -> String {
        self.labels.with(|labels| labels.get(class).cloned()).unwrap_or_else(|| class.to_string())
    }

    /// The nodes after which the head was applied; reactive.
    pub fn nodes(self) -> Vec<NodeId> {
        self.answer()
            .map(|view| view.about.entries.iter().map(|entry| entry.node.clone()).collect())
            .unwrap_or_default()
    }
}

/// The lens.
#[component]
pub fn LogitLens() -> impl IntoView {
    let (state, models) = (LensState::new(), StoredValue::new(Models::expect()));
    let model = View::expect().model();
    let request = move || {
        Some(ViewRequest::new(route::IMAGE_LOGIT_LENS, format!("model={}&top_k={TOP_K}", model.get())))
    };
    let load = ViewLoad::<LogitLensAbout>::new(request);
    // An answer about the other model can still be there while the new one is on its way.
    let shown = Memo::new(move |_previous| load.get().filter(|view| view.about.model.slot == model.get()));
    let depths =
        Memo::new(move |_previous| shown.get().and_then(|view| Depths::of(view.array()?)).map(Arc::new));
    let (class, chosen) = (state.number("class"), state.number("entry"));
    let pointed = RwSignal::new(None::<usize>);
    let entry = Memo::new(move |_previous| {
        let last = depths.with(|depths| depths.as_ref().map_or(0, |depths| depths.count() - 1));
        pointed.get().or(chosen.get()).unwrap_or(last).min(last)
    });
    let labels =
        Memo::new(move |_previous| models.with_value(|models| models.info(model.get()).labels.clone()));
    let class =
        Memo::new(move |_previous| class.get().filter(|class| labels.with(|labels| *class < labels.len())));
    let lens = LogitLensView { shown, depths, class, entry, pointed, labels };
    let title = move || {
        let (depths, nodes) = (depths.get()?, lens.nodes());
        let answer = depths.answer();
        let decided = nodes.get(depths.decided_at(answer)?)?.to_string();
        let first = depths.leader(0);
        let last = depths.probability(depths.count() - 1, answer);
        let is_first = depths.decided_at(answer) == Some(0);
        let start = (!is_first).then(|| (nodes[0].to_string(), lens.label(first)));
        Some(text::finding(&lens.label(answer), &decided, last, start))
    };
    let table = move |()| table_of(lens);
    let gaps = move || {
        let gaps = lens.answer().map(|view| view.about.gaps.clone()).unwrap_or_default();
        (!gaps.is_empty()).then(|| {
            let gap = |gap: shared::views::LensGap| {
                view! { <li>{text::gap(gap.node.as_str(), gap.features, gap.head_features)}</li> }
            };
            view! {
                <div class="logit-gaps">
                    <p>{text::GAPS}</p>
                    <ul>{gaps.into_iter().map(gap).collect::<Vec<_>>()}</ul>
                </div>
            }
        })
    };
    view! {
        <LensFrame
            lens=Lens::LogitLens
            title=Signal::derive(move || title().unwrap_or_else(|| text::TITLE.to_owned()))
            explanation=Signal::derive(move || text::note(model.get() == ModelSlot::Resnet).to_owned())
            source=text::SOURCE
            loads=vec![load.into()]
            numbers=Signal::derive(move || request().map(|request| request.npy()))
            table=table
        >
            <div class="lens-controls">
                <super::model_choice::ModelChoice/>
                <ClassPicker
                    model=model
                    chosen=Signal::derive(move || class.get().unwrap_or_else(|| first_class(model.get())))
                    on_choose=move |class: usize| state.set("class", class)
                />
            </div>
            <div class="logit-lens" data-model=move || model.get().as_str() class:is-stale=load.is_stale()>
                <Course lens/>
                <TopClasses lens/>
            </div>
            {gaps}
        </LensFrame>
    }
}

/// What would win after the entry that is pointed at.
#[component]
fn TopClasses(
    /// The lens.
    lens: LogitLensView,
) -> impl IntoView {
    let entry = move || lens.answer().and_then(|view| view.about.entries.get(lens.entry.get()).cloned());
    let row = |(rank, class): (usize, shared::ClassScore)| {
        view! {
            <li>
                <span class="logit-class">{format!("{}. {}", rank + 1, class.label)}</span>
                <span class="number">{number::percent(class.probability)}</span>
                {share_bar(f64::from(class.probability))}
            </li>
        }
    };
    let list = move |entry: LensEntry| {
        view! {
            <p class="map-name">{text::after(entry.node.as_str())}</p>
            <ol class="logit-classes">{entry.classes.into_iter().enumerate().map(row).collect::<Vec<_>>()}</ol>
        }
    };
    let standing = move || {
        let (depths, entry) = (lens.depths.get()?, lens.entry.get());
        let line = |class: usize| {
            let (rank, probability) = (depths.rank(entry, class), depths.probability(entry, class));
            view! { <p class="muted">{text::standing(&lens.label(class), rank + 1, probability)}</p> }
        };
        let classes = [Some(depths.answer()), lens.class.get()].into_iter().flatten();
        Some(classes.map(line).collect::<Vec<_>>())
    };
    view! {
        <div class="logit-top" aria-live="polite">
            {move || entry().map(list)}
            {standing}
        </div>
    }
}

fn table_of(lens: LogitLensView) -> TableData {
    let (Some(view), Some(depths)) = (lens.answer(), lens.depths.get()) else { return TableData::default() };
    let (answer, class) = (depths.answer(), lens.class.get());
    let courses = [Some(answer), class].into_iter().flatten().map(|class| text::course(&lens.label(class)));
    let head = [text::AFTER.to_owned()].into_iter().chain(courses);
    let head = head.chain((1..=TOP_K).flat_map(text::place));
    let row = |(index, entry): (usize, &LensEntry)| {
        let own = [Some(answer), class].into_iter().flatten();
        let own = own.map(|class| depths.probability(index, class).to_string());
        let others =
            entry.classes.iter().flat_map(|class| [class.label.clone(), class.probability.to_string()]);
        [entry.node.to_string()].into_iter().chain(own).chain(others).collect()
    };
    TableData { head: head.collect(), rows: view.about.entries.iter().enumerate().map(row).collect() }
}
