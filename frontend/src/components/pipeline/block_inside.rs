//! The block that is open, down to its single steps, with every edge of the graph between them.

use leptos::prelude::*;
use shared::{EdgeKind, Graph, ModelSlot, Node, NodeId};

use super::marks::markup;
use super::node_link;
use crate::components::live::{live, on};
use crate::drawing::inside::{Inside, NodeBox, inside};
use crate::drawing::mark::{Mark, short};
use crate::i18n::text::{nodes, pipeline as text};
use crate::state::{Models, View};

/// The id of a node's link inside a group; the group's own is its last step.
pub fn link_id(group: &NodeId, node: &NodeId) -> String {
    if group == node { format!("{}-output", node_link::inside_id(node)) } else { node_link::inside_id(node) }
}

/// The inside of the chosen block, or of the block of the chosen node; nothing where neither is in a block.
#[component]
pub fn BlockInside(
    /// Whose.
    model: ModelSlot,
) -> impl IntoView {
    let (view, models) = (View::expect(), Models::expect());
    let chosen = view.node();
    let group = {
        let models = models.clone();
        Memo::new(move |_previous| {
            let graph = models.graph(model);
            let node = graph.node(chosen.get().as_ref()?)?;
            let is_group = graph.children(&node.id).next().is_some();
            if is_group { Some(node.id.clone()) } else { node.parent.clone() }
        })
    };
    move || {
        let graph = models.graph(model);
        let group = graph.node(group.get().as_ref()?)?;
        Some(block(view, &models, graph, group))
    }
}

fn block(view: View, models: &Models, graph: &Graph, group: &Node) -> impl IntoView + use<> {
    let Inside { width, height, input, boxes, wires } = inside(graph, group);
    let mut under: Vec<Mark> = wires
        .into_iter()
        .map(|wire| {
            let class = if wire.kind == EdgeKind::Skip { "wire is-skip" } else { "wire" };
            let (x, y) = (short(wire.end.x), short(wire.end.y));
            // A head at the end: pointing down into a box from above, to the left into one from its side.
            let is_beside = wire.d.ends_with(&format!("H{x}"));
            let head = if is_beside {
                format!("M{} {}l-4 4l4 4", x + 4.0, y - 4.0)
            } else {
                format!("M{} {}l4 4l4 -4", x - 4.0, y - 4.0)
            };
            Mark::path(class, wire.d + &head)
        })
        .collect();
    under.push(Mark::circle("inside-input", input, 4.0));
    let boxes: Vec<_> = boxes
        .iter()
        .filter_map(|placed| Some(box_link(view, models, graph, &group.id, placed, graph.node(&placed.id)?)))
        .collect();
    view! {
        <section class="block-inside">
            <h4>{nodes::node_title(graph, group)}</h4>
            <svg
                class="inside"
                width=short(width)
                height=short(height)
                viewBox=format!("0 0 {} {}", short(width), short(height))
                role="group"
                aria-label=text::INSIDE
            >
                <g inner_html=markup(&under)></g>
                {boxes}
            </svg>
        </section>
    }
}

fn box_link(
    view: View,
    models: &Models,
    graph: &Graph,
    group: &NodeId,
    placed: &NodeBox,
    node: &Node,
) -> impl IntoView + use<> {
    let frame = placed.frame;
    let chosen = view.node();
    let keys = StoredValue::new((models.clone(), group.clone(), node.id.clone()));
    let title = text::step_title(graph, node, &node.id == group);
    let shape = text::narrow_shape(&node.output_shape);
    let middle = short(frame.x + frame.width / 2.0);
    // Outside of an SVG element the macro would take `a` for the link of HTML, which an SVG does not draw.
    view! {
        <g>
            <a
                id=link_id(group, &node.id)
                class="inside-node"
                data-node=node.id.to_string()
                href=live(move || keys.with_value(|(_models, _group, id)| node_link::href(view, id)))
                aria-current=live(move || {
                    keys.with_value(|(_models, _group, id)| chosen.with(|chosen| chosen.as_ref() == Some(id))).then_some("true")
                })
                on:click=on(move |event| keys.with_value(|(models, _group, id)| node_link::choose(view, models, id, &event)))
                on:keydown=on(move |event| {
                    keys.with_value(|(models, group, id)| node_link::walk(view, models, id, Some(group), &event))
                })
            >
                <rect x=short(frame.x) y=short(frame.y) width=short(frame.width) height=short(frame.height) rx="6"/>
                <text class="inside-title" x=middle y=short(frame.y + 17.0)>{title}</text>
                <text class="inside-shape" x=middle y=short(frame.y + 33.0)>{shape}</text>
            </a>
        </g>
    }
}
