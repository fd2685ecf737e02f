//! The lens on what went through all blocks: rollout of attention, which knows no class, next to gradient-weighted relevance for a
//! class, and the last block's attention alone, which is neither.

use std::sync::Arc;

use leptos::prelude::*;
use shared::views::{AttentionAbout, RelevanceAbout, RolloutAbout};
use shared::{TokenLayout, route};

use super::attention::MODEL;
use super::attention::options::Buttons;
use super::class_picker::{ClassPicker, first_class};
use super::frame::{LensFrame, TableData};
use super::pickers::Toggle;
use crate::components::learning::{MapPanel, PanelSize, Slider};
use crate::components::live::live;
use crate::drawing::attention_agreement::{correlation, shared_strongest};
use crate::drawing::colour::Scale;
use crate::drawing::grid::Grid;
use crate::drawing::lens::Lens;
use crate::i18n::number;
use crate::i18n::text::lenses::attention as words;
use crate::i18n::text::lenses::rollout as text;
use crate::state::view_load::ViewRequest;
use crate::state::{Answer, LensState, Models, Specimen, ViewLoad};

/// Tenths that can be discarded.
const DISCARDS: usize = 10;
/// Patches that count as the strongest.
const STRONGEST: usize = 10;

/// The lens; nothing but a sentence for a model without attention.
#[component]
pub fn Rollout() -> impl IntoView {
    match TokenLayout::of(Models::expect().graph(MODEL)) {
        Some(layout) => figure(&layout).into_any(),
        None => view! { <p>{words::NO_ATTENTION}</p> }.into_any(),
    }
}

fn figure(layout: &TokenLayout) -> impl IntoView {
    let state = LensState::new();
    let (blocks, leading) = (layout.attention.len(), layout.num_leading());
    let classes = Models::expect().info(MODEL).labels.len();
    let named =
        (state.number("block"), state.number("discard"), state.text("residual"), state.text("fusion"));
    let block =
        Memo::new(move |_previous| named.0.get().filter(|block| *block < blocks).unwrap_or(blocks - 1));
    let discard = Memo::new(move |_previous| named.1.get().filter(|tenths| *tenths < DISCARDS).unwrap_or(0));
    let has_residual = Memo::new(move |_previous| named.2.get().as_deref() != Some("no"));
    let fusion = Memo::new(move |_previous| {
        let known = named.3.get().filter(|name| text::FUSIONS.iter().any(|(fusion, _name)| fusion == name));
        known.unwrap_or_else(|| text::FUSIONS[0].0.to_owned())
    });
    let share = move || discard.get() as f32 / DISCARDS as f32;
    let rollout_request = move || {
        let query = format!(
            "model={MODEL}&residual={}&discard={}&fusion={}&query=class",
            has_residual.get(),
            share(),
            fusion.get()
        );
        Some(ViewRequest::new(route::IMAGE_ROLLOUT, query))
    };
    let chosen_class = state.number("class");
    // Nothing is asked before it is known what the model answers, unless the address names a class.
    let is_answered =
        move || Specimen::expect().answer(MODEL).with(|answer| matches!(answer, Answer::Ready(_)));
    let class = Memo::new(move |_previous| {
        let named = chosen_class.get().filter(|class| *class < classes);
        named.or_else(|| is_answered().then(|| first_class(MODEL)))
    });
    let relevance_request = move || {
        let query = format!("model={MODEL}&class={}", class.get()?);
        Some(ViewRequest::new(route::IMAGE_RELEVANCE, query))
    };
    let last_request = move || {
        let query = format!("model={MODEL}&block={}&head=mean&query=class", blocks - 1);
        Some(ViewRequest::new(route::IMAGE_ATTENTION, query))
    };
    let rollout = ViewLoad::<RolloutAbout>::new(rollout_request);
    let relevance = ViewLoad::<RelevanceAbout>::new(relevance_request);
    let last = ViewLoad::<AttentionAbout>::new(last_request);
    let row = Memo::new(move |_previous| {
        let view = rollout.get()?;
        let array = view.array()?;
        let tokens = *array.shape.last()?;
        array.values.chunks_exact(tokens).nth(block.get()).map(<[f32]>::to_vec)
    });
    let rolled = Memo::new(move |_previous| {
        row.with(|row| Grid::square(row.as_ref()?.get(leading..)?.to_vec())).map(Arc::new)
    });
    let relevant = Memo::new(move |_previous| Grid::channel(relevance.get()?.array()?, 0).map(Arc::new));
    let attended = Memo::new(move |_previous| {
        last.get().and_then(|view| Grid::square(view.array()?.values.get(leading..)?.to_vec())).map(Arc::new)
    });
    let label = move || relevance.get().map(|view| view.about.label.clone());
    let title = move || {
        let (one, other) = (rolled.get(), relevant.get());
        let found = one.zip(other).and_then(|(one, other)| {
            let count = STRONGEST.min(one.values.len());
            Some((correlation(&one, &other)?, shared_strongest(&one, &other, count), count))
        });
        text::finding(label().as_deref(), found)
    };
    let table = move |()| TableData {
        head: text::COLUMNS.map(str::to_owned).to_vec(),
        rows: table_rows([rolled.get(), relevant.get(), attended.get()]),
    };
    let zero_based =
        |grid: Memo<Option<Arc<Grid>>>| Signal::derive(move || Some((0.0, grid.get()?.range().1)));
    let on_class_token =
        move || row.with(|row| row.as_ref().map(|row| text::on_class_token(row[..leading].iter().sum())));
    view! {
        <LensFrame
            lens=Lens::Rollout
            title=Signal::derive(title)
            explanation=text::NOTE
            source=text::SOURCE
            loads=vec![rollout.into(), relevance.into(), last.into()]
            numbers=Signal::derive(move || rollout_request().map(|request| request.npy()))
            table=table
        >
            <div class="lens-controls" data-model=MODEL.as_str()>
                <Slider
                    name=text::DEPTH
                    count=blocks
                    position=block
                    value=Signal::derive(move || text::block(block.get(), blocks))
                    on_move=move |block| state.set("block", block)
                />
                <Slider
                    name=text::DISCARD
                    count=DISCARDS
                    position=discard
                    value=Signal::derive(move || text::discard(share()))
                    on_move=move |tenths| state.set("discard", tenths)
                />
                <div class="lens-field">
                    <span>{text::FUSION}</span>
                    <Buttons
                        name=text::FUSION
                        options=text::FUSIONS.map(|(value, name)| (value.to_owned(), name.to_owned())).to_vec()
                        chosen=fusion
                        on_choose=move |fusion: String| state.set("fusion", fusion)
                    />
                </div>
                <Toggle
                    name=text::RESIDUAL
                    is_on=has_residual
                    on_change=move |with: bool| state.set("residual", if with { "" } else { "no" })
                />
                <ClassPicker model=MODEL chosen=Signal::derive(move || class.get().unwrap_or(0)) on_choose=move |class: usize| state.set("class", class)/>
            </div>
            <div class="rollout-maps">
                <div>
                    <MapPanel
                        name=Signal::derive(move || text::rollout(block.get(), blocks))
                        grid=rolled
                        scale=Scale::Sequential
                        range=zero_based(rolled)
                        quantity=text::SHARE
                        label=Signal::derive(move || text::rollout_label(block.get()))
                        ground=MODEL
                        size=PanelSize::Full
                    />
                    <p class="readout">{live(move || on_class_token().unwrap_or_default())}</p>
                </div>
                <div>
                    <MapPanel
                        name=Signal::derive(move || text::relevance(label().as_deref()))
                        grid=relevant
                        scale=Scale::Sequential
                        range=zero_based(relevant)
                        quantity=text::RELEVANCE
                        label=Signal::derive(move || text::relevance_label(&label().unwrap_or_default()))
                        ground=MODEL
                        size=PanelSize::Full
                    />
                    <p class="readout">
                        {live(move || relevance.get().map_or_else(|| text::NO_CLASS.to_owned(), |view| text::logit(view.about.logit)))}
                    </p>
                </div>
                <div>
                    <MapPanel
                        name=text::LAST_LAYER
                        grid=attended
                        scale=Scale::Sequential
                        range=zero_based(attended)
                        quantity=text::WEIGHT
                        label=text::LAST_LABEL
                        ground=MODEL
                        size=PanelSize::Full
                    />
                </div>
            </div>
        </LensFrame>
    }
}

/// One row for each patch.
fn table_rows(maps: [Option<Arc<Grid>>; 3]) -> Vec<Vec<String>> {
    let Some(first) = maps.iter().flatten().next() else { return Vec::new() };
    let (count, columns) = (first.values.len(), first.columns);
    let cell = |map: &Option<Arc<Grid>>, index: usize| {
        let value = map.as_ref().and_then(|map| map.values.get(index));
        value.map_or_else(|| "\u{2013}".to_owned(), |value| number::value(*value))
    };
    let row = |index: usize| {
        let place = [(index / columns).to_string(), (index % columns).to_string()];
        place.into_iter().chain(maps.iter().map(|map| cell(map, index))).collect()
    };
    (0..count).map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_that_has_not_come_leaves_gaps() {
        let map = Grid { rows: 1, columns: 2, values: vec![0.5, 0.25] };
        let rows = table_rows([Some(Arc::new(map)), None, None]);
        assert_eq!(rows[1], ["0", "1", "0.250", "\u{2013}", "\u{2013}"]);
        assert_eq!(table_rows([None, None, None]), Vec::<Vec<String>>::new());
    }
}
