//! A few options side by side, one of which holds.

use crate::components::live::{live, on};
use leptos::prelude::*;

/// A group of buttons of which one is pressed.
#[component]
pub fn Options(
    /// What is chosen.
    label: &'static str,
    /// Name of each option.
    names: Vec<String>,
    /// Position of the one that holds.
    chosen: RwSignal<usize>,
) -> impl IntoView {
    let buttons = names.into_iter().enumerate().map(|(position, name)| {
        view! {
            <button
                type="button"
                class="option"
                aria-pressed=live(move || (chosen.get() == position).to_string())
                on:click=on(move |_event| chosen.set(position))
            >
                {name}
            </button>
        }
    });
    view! {
        <div class="options needs-script" role="group" aria-label=label>
            <span class="options-label" aria-hidden="true">{label}</span>
            {buttons.collect::<Vec<_>>()}
        </div>
    }
}
