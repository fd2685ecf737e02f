//! What the model has learned of the grid: how alike the position embedding of the patch at the shared place and those of
//! all others are. Nothing in the architecture says which patches are neighbours; these vectors do, after training.

use leptos::prelude::*;
use shared::{Graph, ModelSlot, ParameterSpec, TokenLayout};

use super::map_panel::{MapPanel, PanelSize};
use super::patch_likeness::{COSINES, likeness};
use crate::components::figure::Figure;
use crate::components::trouble::Trouble;
use crate::drawing::attention::patch_at;
use crate::drawing::colour::Scale;
use crate::drawing::similarity::near_and_far;
use crate::i18n::text::learning as text;
use crate::state::{Cursor, Models, TensorLoad, TensorRequest};

const MODEL: ModelSlot = ModelSlot::Vit;
/// The position embedding, one row a token.
const PARAMETER: &str = "embeddings.position";

/// The figure; nothing for a model without tokens.
#[component]
pub fn PositionLikeness(
    /// Whether it has come into sight.
    is_seen: ReadSignal<bool>,
) -> impl IntoView {
    let models = Models::expect();
    let graph = models.graph(MODEL);
    let parameters = position_parameters(graph);
    TokenLayout::of(graph).map(|layout| figure(layout, (parameters, graph.total_parameters()), is_seen))
}

fn position_parameters(graph: &Graph) -> u64 {
    let parameters = graph.nodes.iter().flat_map(|node| &node.parameters);
    parameters.filter(|parameter| parameter.name == PARAMETER).map(ParameterSpec::elements).sum()
}

fn figure(layout: TokenLayout, parameters: (u64, u64), is_seen: ReadSignal<bool>) -> impl IntoView {
    let cursor = Cursor::expect();
    let load = TensorLoad::new(move || {
        let name = PARAMETER.to_owned();
        is_seen.get().then_some(TensorRequest::Parameter { model: MODEL, name, slice: None })
    });
    let facts = text::vit_facts(layout.patches_per_side, layout.tokens, parameters);
    let layout = StoredValue::new(layout);
    let patch = Memo::new(move |_previous| layout.with_value(|layout| patch_at(layout, cursor.place())));
    let grid = likeness(load, layout, patch);
    let title = move || text::positions_finding(grid.get().map(|grid| near_and_far(&grid, patch.get())));
    view! {
        <Figure title=Signal::derive(title) explanation=text::POSITIONS_NOTE source=text::DOSOVITSKIY_2021>
            <div class="map-and-facts">
                <MapPanel
                    name=text::POSITIONS
                    grid=grid
                    scale=Scale::Diverging
                    range=COSINES
                    quantity=text::COSINE
                    label=text::POSITIONS_LABEL
                    size=PanelSize::Full
                />
                <dl class="facts">{facts.map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> })}</dl>
            </div>
            <Trouble loads=vec![load]/>
        </Figure>
    }
}
