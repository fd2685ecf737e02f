//! The card of the chosen node: what it computes, what that costs, how far it sees, what it reads, and what it holds for the
//! picture on the bench.

use leptos::ev::MouseEvent;
use leptos::prelude::*;
use shared::{EdgeKind, Graph, ModelSlot, Node, NodeId, Section, route};

use super::node_link;
use super::tensor_view::TensorView;
use crate::components::link::is_plain_click;
use crate::components::live::{live, on};
use crate::components::term::terms;
use crate::drawing::lens::Lens;
use crate::i18n::text::{lenses as lens_words, nodes, pipeline as text};
use crate::state::{LensAddress, Models, Specimen, View};

/// The card.
pub const ID: &str = "node-card";
/// Its heading, which takes the focus when the keyboard chooses a node.
pub const HEADING_ID: &str = "node-card-heading";

/// The card of the chosen node; nothing while none is chosen.
#[component]
pub fn NodeCard(
    /// Whose node.
    model: ModelSlot,
) -> impl IntoView {
    let (view, models) = (View::expect(), Models::expect());
    let chosen = view.node();
    move || {
        let node = models.graph(model).node(chosen.get().as_ref()?)?;
        Some(card(view, &models, model, node))
    }
}

fn card(view: View, models: &Models, model: ModelSlot, node: &Node) -> impl IntoView + use<> {
    let (graph, info) = (models.graph(model), models.info(model));
    let explanation = nodes::explanation(&node.operation);
    let rows = [
        (text::OPERATION, nodes::operation(&node.operation)),
        (text::OUTPUT, format!("{} ({})", node.output_shape, text::axes(&node.output_shape))),
        (text::PARAMETERS, text::parameters(graph.parameters_of(node), graph.total_parameters())),
        (text::COST, text::cost(graph.macs_of(node), graph.total_macs())),
        (text::FIELD, text::field(node.receptive_field, info.architecture.image_size())),
    ];
    let rows: Vec<_> =
        rows.into_iter().map(|(name, words)| view! { <dt>{name}</dt> <dd>{words}</dd> }).collect();
    let specimen = Specimen::expect();
    let id = StoredValue::new(node.id.clone());
    let download = move || {
        id.with_value(|id| {
            specimen.image().with(|image| route::tensor(&image.info.image_id, model, id, None))
        })
    };
    view! {
        <section id=ID class="node-card" aria-labelledby=HEADING_ID>
            <header class="node-card-head">
                <h4 id=HEADING_ID tabindex="-1">{nodes::node_title(graph, node)}</h4>
                <code>{node.id.to_string()}</code>
            </header>
            <div class="node-card-facts">
                <dl>
                    {rows}
                    <dt>{text::READS}</dt>
                    <dd>{neighbours(view, graph, &node.id, Neighbours::Inputs)}</dd>
                    <dt>{text::READ_BY}</dt>
                    <dd>{neighbours(view, graph, &node.id, Neighbours::Readers)}</dd>
                </dl>
                <p class="node-card-explanation">
                    {explanation.text}" "
                    <a href=explanation.paper.url rel="external noopener">{explanation.paper.name}</a>"."
                </p>
                {terms(nodes::terms(&node.operation))}
            </div>
            <div class="node-card-tensor">
                <TensorView model node=node.clone()/>
                <p><a class="node-card-download" href=download download>{text::DOWNLOAD}</a></p>
                {lenses(view, node)}
            </div>
        </section>
    }
}

/// Links to the lenses that show more of the node, opened on it.
fn lenses(view: View, node: &Node) -> impl IntoView + use<> {
    let block = match node.section {
        Section::Encoder(block) => Some(block.to_string()),
        _ => None,
    };
    let links: Vec<_> = Lens::of_node(node)
        .into_iter()
        .filter_map(|lens| {
            let address = LensAddress::read(lens.name())?.with("node", Some(node.id.as_str()));
            let address = address.with("block", block.as_deref());
            let target = StoredValue::new(address);
            let state = move || view.get().with_lens(Some(target.get_value()));
            let open = move |event: MouseEvent| {
                if is_plain_click(&event) {
                    event.prevent_default();
                    view.open_lens(Some(target.get_value()));
                }
            };
            Some(view! {
                <li><a href=live(move || format!("{}#lens-panel", state().to_query())) on:click=on(open)>{lens_words::title(lens)}</a></li>
            })
        })
        .collect();
    (!links.is_empty())
        .then(|| view! { <div class="node-card-lenses"><p>{text::LENSES}</p><ul>{links}</ul></div> })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Neighbours {
    Inputs,
    Readers,
}

/// Links to the nodes at the other ends of a node's edges.
fn neighbours(view: View, graph: &Graph, id: &NodeId, which: Neighbours) -> impl IntoView + use<> {
    let ends = graph.edges.iter().filter_map(|edge| match which {
        Neighbours::Inputs => (&edge.to == id).then(|| (edge.from.clone(), edge.kind)),
        Neighbours::Readers => (&edge.from == id).then(|| (edge.to.clone(), edge.kind)),
    });
    let links: Vec<_> = ends.map(|(id, kind)| neighbour(view, id, kind)).collect();
    let none = match which {
        Neighbours::Inputs => text::READS_NOTHING,
        Neighbours::Readers => text::READ_BY_NOBODY,
    };
    let none = links.is_empty().then_some(none);
    view! { {links} {none} }
}

fn neighbour(view: View, id: NodeId, kind: EdgeKind) -> impl IntoView {
    let models = Models::expect();
    let name = id.to_string();
    let id = StoredValue::new(id);
    view! {
        <span class="neighbour">
            <a
                href=live(move || node_link::href(view, &id.get_value()))
                on:click=on(move |event| node_link::choose(view, &models, &id.get_value(), &event))
            >
                <code>{name}</code>
            </a>
            {text::edge(kind)}
        </span>
    }
}
