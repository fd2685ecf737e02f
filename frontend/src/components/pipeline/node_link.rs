//! What all links to a node of the graph share: the address, the choice, and the arrow keys.

use leptos::ev::{KeyboardEvent, MouseEvent};
use shared::NodeId;

use super::{block_inside, focus, node_card};
use crate::components::link::is_plain_click;
use crate::drawing::walk::{self, Step};
use crate::state::{Models, View};

/// The id of a node's link in the map.
pub fn map_id(node: &NodeId) -> String {
    format!("node-{node}")
}

/// The id of a node's link inside its block.
pub fn inside_id(node: &NodeId) -> String {
    format!("inside-{node}")
}

/// The address of the view with that node chosen.
pub fn href(view: View, node: &NodeId) -> String {
    view.get().with_node(Some(node.clone())).to_query()
}

/// Chooses a node. From the keyboard the focus goes a level deeper: into the block, or to the node's card.
pub fn choose(view: View, models: &Models, node: &NodeId, event: &MouseEvent) {
    if !is_plain_click(event) {
        return;
    }
    event.prevent_default();
    let graph = models.graph(view.get_untracked().model);
    let is_open = view.get_untracked().node.as_ref() == Some(node);
    view.select_node(Some(node.clone()));
    if event.detail() == 0 {
        let inner = graph.children(node).next().filter(|_inner| !is_open);
        focus::later(inner.map_or_else(|| node_card::HEADING_ID.to_owned(), |inner| inside_id(&inner.id)));
    }
}

/// Arrow keys walk along the edges: inside a block, or from part to part of the map.
pub fn walk(view: View, models: &Models, node: &NodeId, group: Option<&NodeId>, event: &KeyboardEvent) {
    let step = match event.key().as_str() {
        "ArrowDown" => Step::Forward,
        "ArrowUp" => Step::Back,
        "ArrowRight" => Step::NextBeside,
        "ArrowLeft" => Step::PreviousBeside,
        _ => return,
    };
    event.prevent_default();
    let graph = models.graph(view.get_untracked().model);
    match group {
        Some(group) => {
            let next = walk::inside_group(graph, group, node, step);
            next.into_iter().for_each(|next| focus::now(&block_inside::link_id(group, &next)));
        }
        None => {
            let next = walk::between_roots(graph, node, step);
            next.into_iter().for_each(|next| focus::now(&map_id(&next)));
        }
    }
}
