//! The two halves of the lens: the unit of the CNN with its fields, the patch of the ViT with its attention.

use std::sync::Arc;

use leptos::prelude::*;
use shared::ModelSlot;
use shared::views::{AttentionAbout, EffectiveField};

use super::pair::{Pair, patches};
use crate::components::learning::{FieldFrame, MapPanel, PanelSize};
use crate::components::lenses::effective_field::{EffectiveBar, EffectiveLoad, EffectiveMap};
use crate::drawing::colour::Scale;
use crate::drawing::grid::Grid;
use crate::drawing::one_place::AttentionReach;
use crate::drawing::receptive::{FieldStep, field_box};
use crate::i18n::text::lenses::cursor as text;
use crate::state::ViewLoad;

/// The unit of the CNN.
#[component]
pub fn OfCnn(
    /// The models.
    pair: StoredValue<Arc<Pair>>,
    /// The block.
    step: Memo<FieldStep>,
    /// Row and column.
    unit: Memo<[usize; 2]>,
    /// What it used.
    effective: EffectiveLoad,
) -> impl IntoView {
    let grid = effective.grid();
    let (side_px, all) = pair.with_value(|pair| (pair.side_px, Arc::clone(&pair.cnn)));
    let name = move || {
        pair.with_value(|pair| {
            step.with(|step| text::cnn_name(&pair.cnn_name, step.node.as_str(), unit.get()))
        })
    };
    let facts = move || {
        let ([row, column], size_px) = (unit.get(), step.with(|step| step.size_px));
        let share = step.with(|step| field_box(step, (column, row)));
        let share = share.map_or(1.0, |field| field.share_of_picture(side_px));
        let measured = effective.measured();
        let radius = |pick: fn(&EffectiveField) -> f64| {
            measured.as_ref().map_or_else(|| text::MEASURING.to_owned(), |field| text::within(pick(field)))
        };
        let values = [
            text::field(size_px, share),
            radius(|field| field.radius_68_px),
            radius(|field| field.radius_95_px),
        ];
        facts(text::CNN_FACTS.into_iter().zip(values).collect())
    };
    view! {
        <div class="map-panel">
            <p class="map-name">{name}</p>
            <FieldFrame
                model=ModelSlot::Resnet
                side_px=side_px
                steps=Signal::stored(all)
                step=step
                label=Signal::derive(move || text::cnn_label(&name(), step.with(|step| step.size_px)))
                overlay=move || view! { <EffectiveMap effective grid/> }
                circles=Signal::derive(move || effective.radii_px())
            />
            <EffectiveBar grid/>
        </div>
        {facts}
    }
}

/// The patch of the ViT.
#[component]
pub fn OfVit(
    /// The models.
    pair: StoredValue<Arc<Pair>>,
    /// Row and column.
    patch: Memo<[usize; 2]>,
    /// Its attention in all blocks.
    attention: ViewLoad<AttentionAbout>,
    /// The block.
    #[prop(into)]
    block: Signal<usize>,
) -> impl IntoView {
    let grid = Memo::new(move |_previous| {
        let answer = attention.get()?;
        patches(&answer, block.get()).and_then(|weights| Grid::square(weights.to_vec())).map(Arc::new)
    });
    let range = move || grid.with(|grid| grid.as_ref().map(|grid| (0.0, grid.range().1)));
    let name = move || {
        pair.with_value(|pair| {
            let node = pair.vit.get(block.get()).map(ToString::to_string).unwrap_or_default();
            text::vit_name(&pair.vit_name, &node, patch.get())
        })
    };
    view! {
        <MapPanel
            name=Signal::derive(name)
            grid=grid
            scale=Scale::Sequential
            range=Signal::derive(range)
            quantity=text::WEIGHT
            label=Signal::derive(move || text::vit_label(&name()))
            ground=ModelSlot::Vit
            size=PanelSize::Full
        />
    }
}

/// How far its attention reaches.
pub fn vit_facts(reach: Option<AttentionReach>, even: Option<AttentionReach>) -> impl IntoView {
    let value = |write: fn(f64) -> String, px: Option<f64>| px.map_or_else(|| "…".to_owned(), write);
    let values = [
        value(text::length, reach.map(|reach| reach.mean_px)),
        value(text::within, reach.map(|reach| reach.radius_68_px)),
        value(text::within, reach.map(|reach| reach.radius_95_px)),
        value(text::length, even.map(|even| even.mean_px)),
    ];
    facts(text::VIT_FACTS.into_iter().zip(values).collect())
}

fn facts(facts: Vec<(&'static str, String)>) -> impl IntoView {
    let fact = |(name, value): (&'static str, String)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> };
    view! { <dl class="facts">{facts.into_iter().map(fact).collect::<Vec<_>>()}</dl> }
}
