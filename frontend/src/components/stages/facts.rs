//! Names and values side by side.

use leptos::prelude::*;

/// A list of facts; those without a value are left out.
#[component]
pub fn Facts(
    /// Name and value of each.
    #[prop(into)]
    facts: Signal<Vec<(&'static str, String)>>,
) -> impl IntoView {
    let items = move || {
        let facts = facts.get().into_iter().filter(|(_name, value)| !value.is_empty());
        facts.map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> }).collect::<Vec<_>>()
    };
    view! { <dl class="stage-facts">{items}</dl> }
}
