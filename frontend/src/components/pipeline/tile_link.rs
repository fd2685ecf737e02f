//! A node of the map: its tile, its short name below, a link to its card.

use leptos::prelude::*;
use shared::{Graph, Node, NodeId};

use super::marks::drawing;
use super::node_link;
use crate::components::live::{live, on};
use crate::drawing::slab::SlabScale;
use crate::drawing::tile::{self, tile};
use crate::i18n::text::{nodes, pipeline as text};
use crate::state::{Models, View};

/// The link.
pub fn tile_link(
    graph: &Graph,
    node: &Node,
    scale: SlabScale,
    chosen: Memo<Option<NodeId>>,
) -> impl IntoView + use<> {
    let tile = tile(graph, node, scale);
    let picture = drawing("tile", tile.width, tile::HEIGHT, &tile.marks);
    node_anchor(graph, node, chosen, "tile-link", picture)
}

/// A link of the map around any picture of the node.
pub fn node_anchor<Picture: IntoView + 'static>(
    graph: &Graph,
    node: &Node,
    chosen: Memo<Option<NodeId>>,
    class: &'static str,
    picture: Picture,
) -> impl IntoView + use<Picture> {
    let (view, models) = (View::expect(), Models::expect());
    let id = StoredValue::new(node.id.clone());
    let name = node.id.to_string();
    let short_name = name.rsplit('.').next().unwrap_or_default().replace('_', " ");
    let label = text::node_link(&short_name, &nodes::node_title(graph, node), &node.output_shape);
    let is_chosen = move || id.with_value(|id| chosen.with(|chosen| chosen.as_ref() == Some(id)));
    let holds_chosen = move || {
        id.with_value(|id| {
            let prefix = format!("{id}.");
            chosen.with(|chosen| chosen.as_ref().is_some_and(|chosen| chosen.as_str().starts_with(&prefix)))
        })
    };
    let models = StoredValue::new(models);
    view! {
        <a
            id=node_link::map_id(&node.id)
            class=class
            class:holds-chosen=holds_chosen
            data-node=name
            href=live(move || node_link::href(view, &id.get_value()))
            aria-label=label
            aria-current=live(move || is_chosen().then_some("true"))
            on:click=on(move |event| models.with_value(|models| node_link::choose(view, models, &id.get_value(), &event)))
            on:keydown=on(move |event| models.with_value(|models| node_link::walk(view, models, &id.get_value(), None, &event)))
        >
            {picture}
            <span class="tile-name">{short_name}</span>
        </a>
    }
}
