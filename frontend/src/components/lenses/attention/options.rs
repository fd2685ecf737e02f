//! A choice among a few for the lenses on attention, and facts beside a map.

use leptos::prelude::*;

use crate::components::live::{live, on};

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
