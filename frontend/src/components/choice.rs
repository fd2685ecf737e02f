//! A choice of one among a few, as a group of pressed and unpressed buttons.

use leptos::prelude::*;

use super::live::{live, on};

/// The buttons, in order.
#[component]
pub fn Choice(
    /// What is chosen here.
    name: &'static str,
    /// Names of the options.
    options: Vec<String>,
    /// Position of the chosen one.
    chosen: RwSignal<usize>,
) -> impl IntoView {
    let buttons = options.into_iter().enumerate().map(|(position, option)| {
        view! {
            <button
                type="button"
                class="choice"
                aria-pressed=live(move || (chosen.get() == position).to_string())
                on:click=on(move |_event| chosen.set(position))
            >
                {option}
            </button>
        }
    });
    view! { <div class="choices needs-script" role="group" aria-label=name>{buttons.collect::<Vec<_>>()}</div> }
}
