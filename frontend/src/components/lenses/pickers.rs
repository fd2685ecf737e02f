//! Choices that several lenses have: a node of the model's graph, a block and a head.

use leptos::prelude::*;

use crate::components::live::on;
use crate::i18n::text::lenses as text;

/// A labelled list to choose one entry from. `choice` names it for styles and tests.
#[component]
pub fn Picker(
    /// What is chosen.
    #[prop(into)]
    name: Signal<String>,
    /// The same for programs.
    choice: &'static str,
    /// Value and words of each entry.
    #[prop(into)]
    options: Signal<Vec<(String, String)>>,
    /// Value of the chosen one.
    #[prop(into)]
    chosen: Signal<String>,
    /// Takes another value.
    #[prop(into)]
    on_choose: Callback<String>,
) -> impl IntoView {
    let entries = move || {
        let chosen = chosen.get();
        let entry = |(value, words): (String, String)| {
            let is_chosen = value == chosen;
            view! { <option value=value selected=is_chosen>{words}</option> }
        };
        options.get().into_iter().map(entry).collect::<Vec<_>>()
    };
    view! {
        <label class="lens-field needs-script">
            <span>{move || name.get()}</span>
            <select
                class="select"
                data-choice=choice
                prop:value=move || chosen.get()
                on:change=on(move |event| on_choose.run(event_target_value(&event)))
            >
                {entries}
            </select>
        </label>
    }
}

/// Nodes by their ids.
#[component]
pub fn NodePicker(
    /// What is chosen, such as "Layer".
    #[prop(into)]
    name: Signal<String>,
    /// The nodes, in order of execution.
    #[prop(into)]
    nodes: Signal<Vec<String>>,
    /// The chosen one.
    #[prop(into)]
    chosen: Signal<String>,
    /// Takes another one.
    #[prop(into)]
    on_choose: Callback<String>,
) -> impl IntoView {
    let options = move || nodes.get().into_iter().map(|node| (node.clone(), node)).collect::<Vec<_>>();
    view! { <Picker name choice="node" options=Signal::derive(options) chosen on_choose/> }
}

/// A block and one of its heads, or all heads as one.
#[component]
pub fn BlockHeadPicker(
    /// Blocks of the model.
    blocks: usize,
    /// Heads of a block.
    heads: usize,
    /// The chosen block.
    #[prop(into)]
    block: Signal<usize>,
    /// The chosen head's position, or `mean` or `max`.
    #[prop(into)]
    head: Signal<String>,
    /// Takes another block.
    #[prop(into)]
    on_block: Callback<usize>,
    /// Takes another head.
    #[prop(into)]
    on_head: Callback<String>,
) -> impl IntoView {
    let numbered =
        |count: usize| (0..count).map(move |index| (index.to_string(), text::position(index, count)));
    let block_options: Vec<_> = numbered(blocks).collect();
    let head_options: Vec<_> = text::FUSIONS
        .map(|(value, words)| (value.to_owned(), words.to_owned()))
        .into_iter()
        .chain(numbered(heads))
        .collect();
    view! {
        <Picker
            name=text::BLOCK
            choice="block"
            options=block_options
            chosen=Signal::derive(move || block.get().to_string())
            on_choose=move |value: String| value.parse().into_iter().for_each(|block| on_block.run(block))
        />
        <Picker name=text::HEAD choice="head" options=head_options chosen=head on_choose=on_head/>
    }
}

/// A switch with its words.
#[component]
pub fn Toggle(
    /// What is switched on.
    #[prop(into)]
    name: Signal<String>,
    /// Whether it is on.
    #[prop(into)]
    is_on: Signal<bool>,
    /// Takes the other state.
    #[prop(into)]
    on_change: Callback<bool>,
) -> impl IntoView {
    view! {
        <label class="check needs-script">
            <input
                type="checkbox"
                prop:checked=move || is_on.get()
                on:change=on(move |event| on_change.run(event_target_checked(&event)))
            />
            {move || name.get()}
        </label>
    }
}
