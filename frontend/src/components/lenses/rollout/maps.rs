//! The three maps of the lens on rollout, side by side: rollout, relevance for a class, and the last block's attention alone.

use std::sync::Arc;

use leptos::prelude::*;
use shared::views::{AttentionAbout, RelevanceAbout, RolloutAbout};

use super::super::attention::MODEL;
use super::chosen::Chosen;
use crate::components::learning::{MapPanel, PanelSize};
use crate::components::live::live;
use crate::drawing::attention_agreement::{correlation, shared_strongest};
use crate::drawing::colour::Scale;
use crate::drawing::grid::Grid;
use crate::i18n::text::lenses::rollout as text;
use crate::state::{LoadStatus, ViewLoad};

/// Patches that count as the strongest.
const STRONGEST: usize = 10;

/// What is drawn, and where it comes from.
#[derive(Clone, Copy)]
pub struct Maps {
    /// What rollout gives every patch.
    pub rolled: Memo<Option<Arc<Grid>>>,
    /// The relevance of every patch for the class.
    pub relevant: Memo<Option<Arc<Grid>>>,
    /// What the last block gives every patch.
    pub attended: Memo<Option<Arc<Grid>>>,
    /// What rollout gives all tokens, the leading ones first.
    row: Memo<Option<Vec<f32>>>,
    /// Tokens before the first patch.
    leading: usize,
    rollout: ViewLoad<RolloutAbout>,
    relevance: ViewLoad<RelevanceAbout>,
    last: ViewLoad<AttentionAbout>,
}

impl Maps {
    /// Asks for what is chosen; `leading` tokens stand before the first patch.
    pub fn new(chosen: Chosen, leading: usize) -> Self {
        let rollout = ViewLoad::<RolloutAbout>::new(move || Some(chosen.rollout_request()));
        let relevance = ViewLoad::<RelevanceAbout>::new(move || chosen.relevance_request());
        let last = ViewLoad::<AttentionAbout>::new(move || Some(chosen.last_request()));
        let row = Memo::new(move |_previous| {
            let view = rollout.get()?;
            let array = view.array()?;
            let tokens = *array.shape.last()?;
            array.values.chunks_exact(tokens).nth(chosen.block.get()).map(<[f32]>::to_vec)
        });
        let rolled = Memo::new(move |_previous| {
            row.with(|row| Grid::square(row.as_ref()?.get(leading..)?.to_vec())).map(Arc::new)
        });
        let relevant = Memo::new(move |_previous| Grid::channel(relevance.get()?.array()?, 0).map(Arc::new));
        let attended = Memo::new(move |_previous| {
            let view = last.get()?;
            Grid::square(view.array()?.values.get(leading..)?.to_vec()).map(Arc::new)
        });
        Self { rolled, relevant, attended, row, leading, rollout, relevance, last }
    }

    /// Everything that the maps wait for.
    pub fn loads(self) -> Vec<LoadStatus> {
        vec![self.rollout.into(), self.relevance.into(), self.last.into()]
    }

    /// The class of the relevance that is shown.
    fn label(self) -> Option<String> {
        self.relevance.get().map(|view| view.about.label.clone())
    }

    /// How far rollout and relevance agree, as a sentence.
    pub fn finding(self) -> String {
        let found = self.rolled.get().zip(self.relevant.get()).and_then(|(one, other)| {
            let count = STRONGEST.min(one.values.len());
            Some((correlation(&one, &other)?, shared_strongest(&one, &other, count), count))
        });
        text::finding(self.label().as_deref(), found)
    }

    /// What rollout leaves with the leading tokens, as a sentence.
    fn on_class_token(self) -> Option<String> {
        let sum = |row: &Vec<f32>| text::on_class_token(row[..self.leading].iter().sum());
        self.row.with(|row| row.as_ref().map(sum))
    }

    /// The logit that the relevance explains, as a sentence.
    fn logit(self) -> String {
        let said = self.relevance.get().map(|view| text::logit(view.about.logit));
        said.unwrap_or_else(|| text::NO_CLASS.to_owned())
    }
}

/// From 0 to the largest value of a map.
fn zero_based(grid: Memo<Option<Arc<Grid>>>) -> Signal<Option<(f32, f32)>> {
    Signal::derive(move || Some((0.0, grid.get()?.range().1)))
}

/// What attention hands on from block to block, whatever the class.
#[component]
pub fn RolledMap(
    /// What is drawn.
    maps: Maps,
    /// Names the block up to which it is rolled out.
    chosen: Chosen,
) -> impl IntoView {
    let Chosen { blocks, block, .. } = chosen;
    view! {
        <div>
            <MapPanel
                name=Signal::derive(move || text::rollout(block.get(), blocks))
                grid=maps.rolled
                scale=Scale::Sequential
                range=zero_based(maps.rolled)
                quantity=text::SHARE
                label=Signal::derive(move || text::rollout_label(block.get()))
                ground=MODEL
                size=PanelSize::Full
            />
            <p class="readout">{live(move || maps.on_class_token().unwrap_or_default())}</p>
        </div>
    }
}

/// What speaks for the class.
#[component]
pub fn RelevantMap(
    /// What is drawn.
    maps: Maps,
) -> impl IntoView {
    view! {
        <div>
            <MapPanel
                name=Signal::derive(move || text::relevance(maps.label().as_deref()))
                grid=maps.relevant
                scale=Scale::Sequential
                range=zero_based(maps.relevant)
                quantity=text::RELEVANCE
                label=Signal::derive(move || text::relevance_label(&maps.label().unwrap_or_default()))
                ground=MODEL
                size=PanelSize::Full
            />
            <p class="readout">{live(move || maps.logit())}</p>
        </div>
    }
}

/// What the last block looks at, without what came before.
#[component]
pub fn LastMap(
    /// What is drawn.
    maps: Maps,
) -> impl IntoView {
    view! {
        <div>
            <MapPanel
                name=text::LAST_LAYER
                grid=maps.attended
                scale=Scale::Sequential
                range=zero_based(maps.attended)
                quantity=text::WEIGHT
                label=text::LAST_LABEL
                ground=MODEL
                size=PanelSize::Full
            />
        </div>
    }
}
