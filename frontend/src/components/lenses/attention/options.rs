//! Controls of the lenses on attention: a list to choose from, a few buttons, a box to tick; and facts beside a map.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::components::live::{live, on};

/// A list to choose from.
#[component]
pub fn Select(
    /// What is chosen.
    name: &'static str,
    /// Value and name of each.
    options: Vec<(String, String)>,
    /// The value of the chosen one.
    #[prop(into)]
    chosen: Signal<String>,
    /// Takes a value.
    #[prop(into)]
    on_choose: Callback<String>,
) -> impl IntoView {
    let options: Vec<_> = options
        .into_iter()
        .map(|(value, name)| {
            let is_chosen = chosen.get_untracked() == value;
            view! { <option value=value selected=is_chosen>{name}</option> }
        })
        .collect();
    view! {
        <label class="lens-field">
            <span>{name}</span>
            <select
                class="select"
                prop:value=live(move || chosen.get())
                on:change=on(move |event| on_choose.run(event_target_value(&event)))
            >
                {options}
            </select>
        </label>
    }
}

/// A choice of one among a few, as buttons.
#[component]
pub fn Buttons(
    /// What is chosen.
    name: &'static str,
    /// Value and name of each.
    options: Vec<(String, String)>,
    /// The value of the chosen one.
    #[prop(into)]
    chosen: Signal<String>,
    /// Takes a value.
    #[prop(into)]
    on_choose: Callback<String>,
) -> impl IntoView {
    let buttons: Vec<_> = options
        .into_iter()
        .map(|(value, name)| {
            let own = value.clone();
            view! {
                <button
                    type="button"
                    class="choice"
                    aria-pressed=live(move || (chosen.get() == own).to_string())
                    on:click=on(move |_event| on_choose.run(value.clone()))
                >
                    {name}
                </button>
            }
        })
        .collect();
    view! { <div class="choices needs-script" role="group" aria-label=name>{buttons}</div> }
}

/// A box to tick.
#[component]
pub fn Checkbox(
    /// What it does.
    name: &'static str,
    /// Whether it is ticked.
    #[prop(into)]
    is_chosen: Signal<bool>,
    /// Takes whether it is ticked.
    #[prop(into)]
    on_choose: Callback<bool>,
) -> impl IntoView {
    let changed = move |event: leptos::ev::Event| {
        let input = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok());
        input.into_iter().for_each(|input| on_choose.run(input.checked()));
    };
    view! {
        <label class="attention-check">
            <input type="checkbox" prop:checked=move || is_chosen.get() checked=is_chosen.get_untracked() on:change=on(changed)/>
            <span>{name}</span>
        </label>
    }
}

/// Names and numbers.
#[component]
pub fn Facts(
    /// Name and number of each.
    #[prop(into)]
    facts: Signal<Vec<(&'static str, String)>>,
) -> impl IntoView {
    let rows = move || {
        let row = |(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> };
        facts.get().into_iter().map(row).collect::<Vec<_>>()
    };
    view! { <dl class="facts attention-facts">{rows}</dl> }
}
