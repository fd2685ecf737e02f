//! A choice of one among a few that stands in the lens's address.

use leptos::prelude::*;

use crate::components::live::{live, on};
use crate::state::LensState;

/// The buttons. The first option is the default and leaves the address as it is.
#[component]
pub fn AddressChoice(
    /// What is chosen here.
    name: &'static str,
    /// Where the choice stands in the address.
    key: &'static str,
    /// Value in the address and name of every option.
    options: Vec<(&'static str, String)>,
) -> impl IntoView {
    let state = LensState::new();
    let chosen = state.text(key);
    let first = options.first().map_or("", |(value, _name)| *value);
    let button = move |(value, name): (&'static str, String)| {
        let is_chosen = move || chosen.with(|chosen| chosen.as_deref().unwrap_or(first) == value);
        view! {
            <button
                type="button"
                class="choice"
                aria-pressed=live(move || is_chosen().to_string())
                on:click=on(move |_event| state.set(key, if value == first { "" } else { value }))
            >
                {name}
            </button>
        }
    };
    let buttons: Vec<_> = options.into_iter().map(button).collect();
    view! { <div class="choices needs-script" role="group" aria-label=name>{buttons}</div> }
}
