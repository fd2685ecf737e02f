//! Choices of a lens as labelled select elements: one of a list, a model, a node, a block, a head.

use leptos::ev::Event;
use leptos::prelude::*;
use shared::{Graph, ModelSlot, Node, NodeId};
use wasm_bindgen::JsCast;
use web_sys::HtmlSelectElement;

use super::settings::{LensSettings, MODEL, NODE};
use crate::components::live::on;
use crate::i18n::text::{lenses as text, nodes};
use crate::state::Models;

/// Value and name of each option.
pub type Options = Vec<(String, String)>;

/// A choice of one of a list.
#[component]
pub fn Picker(
    /// What is chosen.
    name: &'static str,
    /// The options.
    #[prop(into)]
    options: Signal<Options>,
    /// Value of the chosen one.
    #[prop(into)]
    chosen: Signal<String>,
    /// Called with the value of another one.
    #[prop(into)]
    on_choose: Callback<String>,
) -> impl IntoView {
    let changed = move |event: Event| {
        let select = event.target().and_then(|target| target.dyn_into::<HtmlSelectElement>().ok());
        select.into_iter().for_each(|select| on_choose.run(select.value()));
    };
    let option = move |(value, name): (String, String)| {
        let is_first = chosen.with_untracked(|chosen| *chosen == value);
        let own = value.clone();
        view! {
            <option value=value selected=is_first prop:selected=move || chosen.with(|chosen| *chosen == own)>
                {name}
            </option>
        }
    };
    view! {
        <label class="picker needs-script">
            <span>{name}</span>
            <select on:change=on(changed)>
                {move || options.get().into_iter().map(option).collect::<Vec<_>>()}
            </select>
        </label>
    }
}

/// A choice of the model; the node goes with the model it was of.
#[component]
pub fn ModelPicker(
    /// Where it is kept.
    settings: LensSettings,
    /// The chosen one.
    model: Memo<ModelSlot>,
) -> impl IntoView {
    let models = Models::expect();
    let options: Options =
        ModelSlot::ALL.map(|slot| (slot.to_string(), models.info(slot).name.clone())).to_vec();
    let chosen = Signal::derive(move || model.get().to_string());
    let choose = move |name: String| settings.set_all(&[(MODEL, &name), (NODE, "")]);
    view! { <Picker name=text::MODEL options=Signal::stored(options) chosen on_choose=choose/> }
}

/// A choice among those nodes of a model that a lens can look at.
#[component]
pub fn NodePicker(
    /// Where it is kept.
    settings: LensSettings,
    /// Whose nodes.
    model: Memo<ModelSlot>,
    /// The chosen one.
    node: Memo<NodeId>,
    /// Which are offered.
    offers: fn(&Graph, &Node) -> bool,
) -> impl IntoView {
    let models = StoredValue::new(Models::expect());
    let options = move || {
        models.with_value(|models| {
            let graph = models.graph(model.get());
            let offered = graph.nodes.iter().filter(|node| offers(graph, node));
            offered.map(|node| (node.id.to_string(), node_name(graph, node))).collect::<Options>()
        })
    };
    let chosen = Signal::derive(move || node.get().to_string());
    let choose = move |id: String| settings.set(NODE, &id);
    view! { <Picker name=text::NODE options=Signal::derive(options) chosen on_choose=choose/> }
}

/// A node by its name, and by its id where that says more.
pub fn node_name(graph: &Graph, node: &Node) -> String {
    let title = nodes::node_title(graph, node);
    let id = node.id.as_str();
    if title.contains(id) || node.parent.is_none() { title } else { format!("{title} ({id})") }
}

/// A choice of one of `count` blocks or heads, kept under `key` as a position from 0.
#[component]
pub fn PositionPicker(
    /// Where it is kept.
    settings: LensSettings,
    /// Under which key.
    key: &'static str,
    /// What is chosen.
    name: &'static str,
    /// How many there are.
    #[prop(into)]
    count: Signal<usize>,
    /// How each is called.
    called: fn(usize) -> String,
    /// Name of the choice of none of them, such as the mean of all, if that can be chosen.
    #[prop(optional)]
    none: Option<&'static str>,
    /// The chosen one, or `None`.
    #[prop(into)]
    chosen: Signal<Option<usize>>,
) -> impl IntoView {
    let options = move || {
        let each = (0..count.get()).map(|index| (index.to_string(), called(index)));
        none.into_iter().map(|name| (String::new(), name.to_owned())).chain(each).collect::<Options>()
    };
    let value = move || chosen.get().map(|index| index.to_string()).unwrap_or_default();
    let choose = move |value: String| settings.set(key, &value);
    view! { <Picker name options=Signal::derive(options) chosen=Signal::derive(value) on_choose=choose/> }
}

/// A choice of a block of a Transformer and of one of its heads, kept under `block` and `head`.
#[component]
pub fn BlockHeadPicker(
    /// Where they are kept.
    settings: LensSettings,
    /// Blocks and heads that there are.
    counts: (usize, usize),
    /// The chosen block.
    #[prop(into)]
    block: Signal<usize>,
    /// The chosen head, or `None` for their mean.
    #[prop(into)]
    head: Signal<Option<usize>>,
) -> impl IntoView {
    let (blocks, heads) = counts;
    view! {
        <PositionPicker
            settings key="block" name=text::BLOCK count=blocks called=text::block
            chosen=Signal::derive(move || Some(block.get()))
        />
        <PositionPicker settings key="head" name=text::HEAD count=heads called=text::head none=text::MEAN_OF_HEADS chosen=head/>
    }
}
