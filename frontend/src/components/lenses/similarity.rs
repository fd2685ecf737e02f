//! The lens that shows which places of the picture look alike to a model, after any layer.

use std::sync::Arc;

use leptos::prelude::*;
use shared::views::SimilarityAbout;
use shared::{Graph, NodeId, Section, TensorShape, TokenLayout, route};

use super::frame::{LensFrame, TableData};
use super::pickers::NodePicker;
use crate::components::learning::{MapPanel, PanelSize};
use crate::drawing::colour::Scale;
use crate::drawing::grid::Grid;
use crate::drawing::lens::Lens;
use crate::i18n::number;
use crate::i18n::text::lenses::similarity as text;
use crate::state::view_load::ViewRequest;
use crate::state::{Cursor, LensState, Models, View, ViewLoad};

/// A layer with a vector for each place.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Layer {
    node: NodeId,
    side: usize,
}

/// The outputs of blocks, and what comes before the first.
fn layers(graph: &Graph) -> Vec<Layer> {
    let side = TokenLayout::of(graph).map(|layout| layout.patches_per_side);
    let roots = graph.roots().filter(|node| node.section != Section::Input);
    let layer = |node: &shared::Node| match (&node.output_shape, side) {
        (TensorShape::FeatureMap { height, .. }, _) => Some(Layer { node: node.id.clone(), side: *height }),
        (TensorShape::Tokens { .. }, Some(side)) => Some(Layer { node: node.id.clone(), side }),
        _ => None,
    };
    roots.filter_map(layer).collect()
}

/// The lens.
#[component]
pub fn Similarity() -> impl IntoView {
    let (state, cursor, models) = (LensState::new(), Cursor::expect(), StoredValue::new(Models::expect()));
    let model = View::expect().model();
    let all = Memo::new(move |_previous| models.with_value(|models| layers(models.graph(model.get()))));
    let chosen = state.text("node");
    let layer = Memo::new(move |_previous| {
        let chosen = chosen.get();
        all.with(|all| {
            let named = all.iter().find(|layer| Some(layer.node.as_str()) == chosen.as_deref());
            named.or(all.last()).cloned()
        })
    });
    let place = Memo::new(move |_previous| {
        let side = layer.get().map_or(1, |layer| layer.side);
        let cell = Grid { rows: side, columns: side, values: Vec::new() }.cell_at(cursor.place());
        [cell.row, cell.column]
    });
    let request = move || {
        let (layer, [row, column]) = (layer.get()?, place.get());
        let query = format!("model={}&node={}&row={row}&column={column}", model.get(), layer.node);
        Some(ViewRequest::new(route::IMAGE_SIMILARITY, query))
    };
    let load = ViewLoad::<SimilarityAbout>::new(request);
    let grid =
        Memo::new(move |_previous| load.get().and_then(|view| Grid::channel(view.array()?, 0)).map(Arc::new));
    let name = move || layer.get().map(|layer| layer.node.to_string()).unwrap_or_default();
    let title = move || {
        let mean = grid.get().map(|grid| {
            let sum: f32 = grid.values.iter().sum();
            (sum - 1.0) / (grid.values.len() as f32 - 1.0).max(1.0)
        });
        text::finding(&name(), place.get(), mean)
    };
    let table = move |()| TableData {
        head: text::COLUMNS.map(str::to_owned).to_vec(),
        rows: grid.get().map(|grid| cells(&grid)).unwrap_or_default(),
    };
    let nodes = move || all.with(|all| all.iter().map(|layer| layer.node.to_string()).collect());
    let ground = move || model.get();
    view! {
        <LensFrame
            lens=Lens::Similarity
            title=Signal::derive(title)
            explanation=text::NOTE
            source=text::SOURCE
            loads=vec![load.into()]
            numbers=Signal::derive(move || request().map(|request| request.npy()))
            table=table
        >
            <div class="lens-controls">
                <super::model_choice::ModelChoice/>
                <NodePicker name=text::LAYER nodes=Signal::derive(nodes) chosen=Signal::derive(name) on_choose=move |node: String| state.set("node", node)/>
            </div>
            <div class="lens-map">
                {move || view! {
                    <MapPanel
                        name=Signal::derive(name)
                        grid=grid
                        scale=Scale::Diverging
                        range=Signal::stored(Some((-1.0, 1.0)))
                        quantity=text::COSINE
                        label=Signal::derive(move || text::label(&name()))
                        ground=ground()
                        size=PanelSize::Full
                    />
                }}
            </div>
        </LensFrame>
    }
}

/// One row of the table for each place.
pub fn cells(grid: &Grid) -> Vec<Vec<String>> {
    let row = |(index, value): (usize, &f32)| {
        vec![(index / grid.columns).to_string(), (index % grid.columns).to_string(), number::value(*value)]
    };
    grid.values.iter().enumerate().map(row).collect()
}
