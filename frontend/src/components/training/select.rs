//! One of many by name, in the browser's own list.

use leptos::prelude::*;

use crate::components::live::on;

/// The list with its name.
#[component]
pub fn Select(
    /// What is chosen.
    name: &'static str,
    /// Names of the options.
    #[prop(into)]
    options: Signal<Vec<String>>,
    /// Position of the one that holds.
    #[prop(into)]
    chosen: Signal<usize>,
    /// Takes the position of another.
    #[prop(into)]
    on_choose: Callback<usize>,
) -> impl IntoView {
    let items = move || {
        let chosen = chosen.get();
        let item = |(position, name): (usize, String)| {
            view! { <option value=position.to_string() selected=position == chosen prop:selected=position == chosen>{name}</option> }
        };
        options.get().into_iter().enumerate().map(item).collect::<Vec<_>>()
    };
    view! {
        <label class="field">
            <span>{name}</span>
            <select
                class="select"
                on:change=on(move |event| event_target_value(&event).parse().into_iter().for_each(|position| on_choose.run(position)))
            >
                {items}
            </select>
        </label>
    }
}
