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
    let others = Memo::new(move |_previous| grid.with(|grid| others(grid.as_deref()?, place.get())));
    let title = move || {
        text::finding(&name(), place.get(), others.with(|others| others.as_ref().map(|others| others.mean)))
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
            <div class="lens-split">
            <div class="lens-main">
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
            <div class="lens-side">{move || others.get().map(facts)}</div>
            </div>
        </LensFrame>
    }
}

/// What the cosines of all places but the chosen one say.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Others {
    mean: f32,
    /// Row, column and cosine of the place that is most alike, and of the one that is least.
    ends: [(usize, usize, f32); 2],
    num_above_half: usize,
    num_all: usize,
}

/// `None` of a grid of one place.
fn others(grid: &Grid, [row, column]: [usize; 2]) -> Option<Others> {
    let cells = grid
        .values
        .iter()
        .enumerate()
        .map(|(index, value)| (index / grid.columns, index % grid.columns, *value));
    let others: Vec<(usize, usize, f32)> =
        cells.filter(|cell| (cell.0, cell.1) != (row, column) && cell.2.is_finite()).collect();
    let by_cosine = |one: &&(usize, usize, f32), other: &&(usize, usize, f32)| one.2.total_cmp(&other.2);
    Some(Others {
        mean: others.iter().map(|cell| cell.2).sum::<f32>() / others.len() as f32,
        ends: [*others.iter().max_by(by_cosine)?, *others.iter().min_by(by_cosine)?],
        num_above_half: others.iter().filter(|cell| cell.2 > 0.5).count(),
        num_all: others.len(),
    })
}

fn facts(others: Others) -> impl IntoView {
    let [most, least] = others.ends.map(|(row, column, cosine)| text::place(row, column, cosine));
    let values =
        [number::value(others.mean), most, least, text::of_others(others.num_above_half, others.num_all)];
    let row = |(name, value): (&'static str, String)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> };
    view! { <dl class="facts">{text::FACTS.into_iter().zip(values).map(row).collect::<Vec<_>>()}</dl> }
}

/// One row of the table for each place.
pub fn cells(grid: &Grid) -> Vec<Vec<String>> {
    let row = |(index, value): (usize, &f32)| {
        vec![(index / grid.columns).to_string(), (index % grid.columns).to_string(), number::value(*value)]
    };
    grid.values.iter().enumerate().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chosen_place_is_none_of_the_others() {
        let grid = Grid { rows: 2, columns: 2, values: vec![0.25, 1.0, 0.75, -0.25] };
        let found = others(&grid, [0, 1]).expect("there are others");
        assert_eq!((found.mean, found.num_above_half, found.num_all), (0.25, 1, 3));
        assert_eq!(found.ends, [(1, 0, 0.75), (1, 1, -0.25)]);
        assert_eq!(others(&Grid { rows: 1, columns: 1, values: vec![1.0] }, [0, 0]), None);
    }
}
