//! The matrix of all layers against all as colours, with the border between the models, and the pair that is pointed at in words.

use std::sync::Arc;

use leptos::prelude::*;
use shared::{CkaMatrix, ModelSlot};

use crate::components::heat_map::ColourBar;
use crate::components::lenses::tile_board::{BoardFit, PixelCanvas, TileBoard, TileChoice};
use crate::drawing::alike_layers::{border, grid, matches, value};
use crate::drawing::colour::Scale;
use crate::drawing::pixels::Pixels;
use crate::drawing::tiles::TileLayout;
use crate::i18n::text::lenses::cka as text;
use crate::state::LensState;

/// Both ends of the colours: nothing in common, the same.
const RANGE: (f32, f32) = (0.0, 1.0);

/// The matrix.
#[component]
pub fn MatrixPanel(
    /// What was measured.
    matrix: Arc<CkaMatrix>,
) -> impl IntoView {
    let state = LensState::new();
    let (row, column) = (state.number("row"), state.number("column"));
    let count = matrix.layers.len();
    let layout = TileLayout::matrix(count, count);
    let best = matches(&matrix, ModelSlot::Resnet)
        .into_iter()
        .max_by(|one, other| one.value.total_cmp(&other.value))
        .map_or(0, |best| best.layer * count + best.other);
    let pointed = RwSignal::new(None::<usize>);
    let chosen = Memo::new(move |_previous| {
        let cell = row.get().zip(column.get()).filter(|(row, column)| *row < count && *column < count);
        cell.map_or(best, |(row, column)| row * count + column)
    });
    let cell = Memo::new(move |_previous| pointed.get().unwrap_or_else(|| chosen.get()));
    let choice = TileChoice {
        marked: Signal::derive(move || Some(cell.get())),
        point: Callback::new(move |cell: Option<usize>| pointed.set(cell)),
        choose: Callback::new(move |cell: usize| {
            pointed.set(None);
            state.set("row", cell / count);
            state.set("column", cell % count);
        }),
    };
    let colours = Scale::Sequential.pixels(&grid(&matrix), RANGE);
    let pixels = Some(Arc::new(Pixels { width: count, height: count, rgba: colours }));
    let labels: Vec<_> = matrix.layers.iter().map(|layer| (layer.model, layer.node.to_string())).collect();
    let labels = labels.into_iter().enumerate().map(|(index, (model, node))| {
        let is_marked = move || cell.get() / count == index;
        view! { <li data-model=model.as_str() class:is-marked=is_marked>{node}</li> }
    });
    let labels: Vec<_> = labels.collect();
    let border_at = border(&matrix);
    let heads = view_heads(&matrix, border_at);
    let shown = Arc::clone(&matrix);
    let pair = move || {
        let (row, column) = (cell.get() / count, cell.get() % count);
        text::pair(&name(&shown, row), &name(&shown, column), value(&shown, row, column))
    };
    let pair = Memo::new(move |_previous| pair());
    view! {
        <div class="cka-matrix">
            <div class="cka-map">
                <span></span>
                {heads}
                <ol class="cka-labels" aria-hidden="true">{labels}</ol>
                <TileBoard
                    layout=layout
                    choice=choice
                    label=Signal::derive(move || text::matrix_label(count, &pair.get()))
                    fit=BoardFit::Stretched
                >
                    <PixelCanvas pixels=Signal::stored(pixels.clone()) size=(count, count)/>
                    {borders(border_at, count)}
                </TileBoard>
            </div>
            <ColourBar scale=Scale::Sequential range=Signal::stored(Some(RANGE)) quantity=text::CKA/>
            <p class="map-value number">{move || pair.get()}</p>
            <p class="figure-caption">{text::measured(&matrix)}</p>
        </div>
    }
}

/// A layer with its model's name.
pub fn name(matrix: &CkaMatrix, layer: usize) -> String {
    let layer = &matrix.layers[layer];
    let model = matrix.models.iter().find(|model| model.slot == layer.model).map_or("", |model| &model.name);
    text::layer(model, layer.node.as_str())
}

/// The models' names above their columns.
fn view_heads(matrix: &CkaMatrix, border: usize) -> impl IntoView + use<> {
    let part = border as f64 / matrix.layers.len().max(1) as f64 * 100.0;
    let [first, second] = &matrix.models;
    let head = |slot: ModelSlot, name: &str, middle: f64| {
        let name = name.to_owned();
        view! { <text class="cka-head" data-model=slot.as_str() x=format!("{middle:.2}%") y="16" text-anchor="middle">{name}</text> }
    };
    view! {
        <svg class="cka-heads" width="100%" height="24" aria-hidden="true">
            {head(first.slot, &first.name, part / 2.0)}
            {head(second.slot, &second.name, part + (100.0 - part) / 2.0)}
        </svg>
    }
}

fn borders(border: usize, count: usize) -> impl IntoView {
    let path = format!("M{border} 0V{count}M0 {border}H{count}");
    view! {
        <svg class="tile-lines cka-border" viewBox=format!("0 0 {count} {count}") preserveAspectRatio="none" aria-hidden="true">
            <path class="cka-border-halo" d=path.clone() vector-effect="non-scaling-stroke"/>
            <path d=path vector-effect="non-scaling-stroke"/>
        </svg>
    }
}
