//! The lens on attention: what one token attends to, in any block and head, as one large map and as a wall of all. One answer of
//! the server holds all blocks and heads of a token, so that going from one to another asks for nothing.

pub mod asking;
pub mod options;
mod wall;
pub mod who_asks;

use std::sync::Arc;

use leptos::prelude::*;
use shared::views::AttentionAbout;
use shared::{ModelSlot, route};

use super::frame::{LensFrame, TableData};
use super::pickers::{BlockHeadPicker, Toggle};
use crate::components::learning::{MapPanel, PanelSize};
use crate::components::live::live;
use crate::drawing::attention::{Asker, AttentionRow};
use crate::drawing::attention_rows::{AttentionRows, HeadChoice};
use crate::drawing::colour::Scale;
use crate::drawing::lens::Lens;
use crate::i18n::number;
use crate::i18n::text::lenses::attention as text;
use crate::state::view_load::ViewRequest;
use crate::state::{LensState, ViewLoad};
use asking::Asking;
use options::Facts;
use wall::WallOfMaps;
use who_asks::WhoAsks;

/// Whose attention.
pub const MODEL: ModelSlot = ModelSlot::Vit;

/// The lens; nothing but a sentence for a model without attention.
#[component]
pub fn Attention() -> impl IntoView {
    match Asking::new() {
        Some(asking) => figure(asking).into_any(),
        None => view! { <p>{text::NO_ATTENTION}</p> }.into_any(),
    }
}

fn figure(asking: Asking) -> impl IntoView {
    let state = LensState::new();
    let request = move || {
        let query = format!("model={MODEL}&block=all&head=all&query={}", asking.asker().query());
        Some(ViewRequest::new(route::IMAGE_ATTENTION, query))
    };
    let load = ViewLoad::<AttentionAbout>::new(request);
    let rows = Memo::new(move |_previous| {
        let view = load.get()?;
        AttentionRows::read(&view.about, view.array()?).map(Arc::new)
    });
    let block = asking.block(state);
    let heads = asking.layout.with_value(|layout| layout.heads);
    let named = state.text("head");
    let head = Memo::new(move |_previous| {
        named.with(|head| HeadChoice::read(head.as_deref()?, heads)).unwrap_or(HeadChoice::Mean)
    });
    let row = Memo::new(move |_previous| rows.get()?.row(block.get(), head.get()));
    let grid = Memo::new(move |_previous| row.get().map(|row| Arc::new(row.patches)));
    let name = move || text::name(&asking.node_of(block.get()), head.get());
    let title = move || {
        let found = row.get().map(|row| (row.patches_with_half(), row.patches.values.len(), row.to_leading));
        text::finding(&name(), &asking.shown(load.get().map(|view| view.about.query)), found)
    };
    let table = move |()| TableData {
        head: text::COLUMNS.map(str::to_owned).to_vec(),
        rows: rows.get().map(|rows| table_rows(&rows, block.get(), head.get())).unwrap_or_default(),
    };
    let is_smooth = state.text("smooth");
    let range = move || Some((0.0, grid.get()?.range().1));
    let facts = move || {
        let (row, view) = (row.get()?, load.get()?);
        let own = view
            .about
            .query
            .patch
            .and_then(|[at, column]| row.patches.value(crate::drawing::grid::Cell { row: at, column }));
        Some(facts(&row, own, view.about.row_sums, head.get()))
    };
    view! {
        <LensFrame
            lens=Lens::Attention
            title=Signal::derive(title)
            explanation=text::NOTE
            source=text::SOURCE
            loads=vec![load.into()]
            numbers=Signal::derive(move || request().map(|request| request.npy()))
            table=table
        >
            <div class="lens-controls">
                <BlockHeadPicker
                    blocks=asking.blocks()
                    heads=heads
                    block=block
                    head=Signal::derive(move || head.get().address())
                    on_block=move |block: usize| state.set("block", block)
                    on_head=move |head: String| state.set("head", head)
                />
                <Toggle
                    name=text::SMOOTH
                    is_on=Signal::derive(move || is_smooth.get().is_some())
                    on_change=move |smooth: bool| state.set("smooth", if smooth { "1" } else { "" })
                />
            </div>
            <div class="attention-lens" data-model=MODEL.as_str()>
                <WhoAsks asking/>
                <div class="attention-map" class:is-smooth=move || is_smooth.get().is_some()>
                    <MapPanel
                        name=Signal::derive(name)
                        grid=grid
                        scale=Scale::Sequential
                        range=Signal::derive(range)
                        quantity=text::WEIGHT
                        label=Signal::derive(move || text::label(&name()))
                        ground=MODEL
                        size=PanelSize::Full
                    />
                </div>
                <Facts facts=Signal::derive(move || facts().unwrap_or_default())/>
            </div>
            <WallOfMaps
                rows=rows
                chosen=Signal::derive(move || (block.get(), head.get()))
                on_open=move |(block, head): (usize, HeadChoice)| {
                    state.set("block", block);
                    state.set("head", head.address());
                }
            />
            <p class="visually-hidden" role="status">{live(name)}</p>
        </LensFrame>
    }
}

fn facts(
    row: &AttentionRow,
    own: Option<f32>,
    [least, largest]: [f32; 2],
    head: HeadChoice,
) -> Vec<(&'static str, String)> {
    let tokens_weight = |weight: f32| format!("{} ({})", number::value(weight), number::percent(weight));
    let peak = row.patches.range().1;
    let place = row.patches.values.iter().position(|weight| *weight == peak).unwrap_or(0);
    let side = row.patches.columns;
    let mut facts = vec![
        (text::ON_CLASS_TOKEN, tokens_weight(row.to_leading)),
        (text::ON_PATCHES, tokens_weight(row.to_patches())),
        (text::ROW_SUM, text::row_sum(row.sum(), head == HeadChoice::Max, (least, largest))),
        (text::HALF, text::half(row.patches_with_half(), row.patches.values.len())),
        (text::PEAK, text::peak(place / side, place % side, peak)),
        (text::EVEN, number::value(1.0 / (row.patches.values.len() + 1) as f32)),
    ];
    if let Some(own) = own {
        facts.insert(2, (text::ON_ITSELF, tokens_weight(own)));
    }
    facts
}

/// One row for each token.
fn table_rows(rows: &AttentionRows, block: usize, head: HeadChoice) -> Vec<Vec<String>> {
    let Some(weights) = rows.weights(block, head) else { return Vec::new() };
    let leading = rows.num_leading();
    let side = (weights.len() - leading).isqrt();
    let row = |(token, weight): (usize, &f32)| {
        let place = token.checked_sub(leading);
        let text =
            |place: Option<usize>| place.map_or_else(|| "\u{2013}".to_owned(), |place| place.to_string());
        vec![
            token.to_string(),
            text(place.map(|place| place / side)),
            text(place.map(|place| place % side)),
            number::value(*weight),
        ]
    };
    weights.iter().enumerate().map(row).collect()
}

/// Whoever asks, in words.
pub fn asker_words(asker: Asker) -> String {
    match asker {
        Asker::ClassToken => text::THE_CLASS_TOKEN.to_owned(),
        Asker::Patch(patch) => text::patch(patch.row, patch.column),
    }
}
