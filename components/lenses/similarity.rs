//! Which places a layer holds to be alike: the cosine between the vector at the shared place and every other one.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use shared::views::SimilarityAbout;
use shared::{Graph, Node, NodeId, TensorShape, route};

use super::frame::LensFrame;
use super::picker::{ModelPicker, NodePicker, node_name};
use super::settings::LensSettings;
use super::table::TableData;
use super::tools::LensTools;
use crate::api::Values;
use crate::components::learning::map_panel::{MapPanel, PanelSize};
use crate::components::part::{Place, Placed};
use crate::drawing::attention::TokenLayout;
use crate::drawing::colour::Scale;
use crate::drawing::grid::{Cell, Grid};
use crate::drawing::lens::Lens;
use crate::drawing::similarity::near_and_far;
use crate::i18n::text::lenses::similarity as text;
use crate::state::{Cursor, Models, ViewLoad};

const LENS: Lens = Lens::Similarity;
/// All cosines lie here.
const COSINES: Option<(f32, f32)> = Some((-1.0, 1.0));

#[wasm_split(lenses, wasm_split_path = leptos::wasm_split, fallible)]
pub fn put_similarity(place: Place) -> Result<Placed, SplitLoaderError> {
    Ok(place.put(view! { <Similarity/> }))
}

/// The lens.
#[component]
fn Similarity() -> impl IntoView {
    let (cursor, models) = (Cursor::expect(), StoredValue::new(Models::expect()));
    let settings = LensSettings::of(LENS);
    settings.keep_place();
    let model = settings.model();
    let node = settings.node(model, move |slot| models.with_value(|models| last_block(models.graph(slot))));
    let place = Memo::new(move |_previous| {
        models.with_value(|models| {
            let sides = sides(models.graph(model.get()), &node.get())?;
            Some(Grid { rows: sides[0], columns: sides[1], values: Vec::new() }.cell_at(cursor.place()))
        })
    });
    let load = ViewLoad::<SimilarityAbout>::new(Values::Floats, move |image_id| {
        let (model, node, place) = (model.get(), node.get(), place.get()?);
        let (row, column) = (place.row.to_string(), place.column.to_string());
        let values =
            [("model", model.as_str()), ("node", node.as_str()), ("row", &row), ("column", &column)];
        Some(route::view(route::IMAGE_SIMILARITY, image_id, &values))
    });
    let answer = Memo::new_with_compare(move |_previous| read(load), |_one, _other| true);
    let grid = move || answer.with(|answer| answer.as_ref().map(|(grid, _cell)| Arc::clone(grid)));
    let title = move || match answer.get() {
        Some((grid, cell)) => {
            let (near, far) = near_and_far(&grid, cell);
            models.with_value(|models| text::finding(&named(models.graph(model.get()), &node.get()), near, far))
        }
        None => text::ASKING.to_owned(),
    };
    let tools = LensTools::new().numbers(load.path()).table(move || table(&*answer.get()?.0));
    view! {
        <LensFrame
            lens=LENS
            title=Signal::derive(title)
            explanation=text::NOTE
            source=text::SOURCE
            controls=view! {
                <ModelPicker settings model/>
                <NodePicker settings model node offers=|graph, node| Lens::fitting(graph, node).contains(&LENS)/>
            }
            loads=vec![load.status()]
            tools
        >
            <div class="lens-map">
                {move || view! {
                    <MapPanel
                        name=text::COSINE
                        grid=Signal::derive(grid)
                        scale=Scale::Diverging
                        range=COSINES
                        quantity=text::COSINE
                        label=text::LABEL
                        ground=model.get()
                        size=PanelSize::Full
                    />
                }}
            </div>
        </LensFrame>
    }
}

/// The map, and the place that it is about.
fn read(load: ViewLoad<SimilarityAbout>) -> Option<(Arc<Grid>, Cell)> {
    let answer = load.get()?;
    let grid = Grid::channel(answer.array("cosines")?, 0)?;
    let [row, column] = answer.about.place;
    Some((Arc::new(grid), Cell { row, column }))
}

/// Rows and columns of a node's places.
fn sides(graph: &Graph, node: &NodeId) -> Option<[usize; 2]> {
    match graph.node(node)?.output_shape {
        TensorShape::FeatureMap { height, width, .. } => Some([height, width]),
        TensorShape::Tokens { .. } => TokenLayout::of(graph).map(|layout| [layout.patches_per_side; 2]),
        TensorShape::Heads { .. } | TensorShape::Attention { .. } | TensorShape::Vector { .. } => None,
    }
}

/// The last block of a model; it has one.
fn last_block(graph: &Graph) -> NodeId {
    let is_block = |node: &&Node| graph.children(&node.id).next().is_some();
    graph.nodes.iter().rev().find(is_block).map_or_else(|| NodeId::new("input"), |node| node.id.clone())
}

fn named(graph: &Graph, node: &NodeId) -> String {
    graph.node(node).map(|node| node_name(graph, node).to_lowercase()).unwrap_or_default()
}

fn table(grid: &Grid) -> Option<TableData> {
    let mut table = TableData::new(&text::COLUMNS);
    let rows = grid.values.iter().enumerate();
    table.rows = rows
        .map(|(index, value)| {
            vec![(index / grid.columns + 1).into(), (index % grid.columns + 1).into(), (*value).into()]
        })
        .collect();
    Some(table)
}
