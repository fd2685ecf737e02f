//! A slider with its name and its value in words.

use crate::components::live::{live, on};
use leptos::prelude::*;

/// A slider over `0..count`.
#[component]
pub fn Slider(
    /// Name.
    name: &'static str,
    /// Positions.
    #[prop(into)]
    count: Signal<usize>,
    /// Where it stands.
    #[prop(into)]
    position: Signal<usize>,
    /// What the position means.
    #[prop(into)]
    value: Signal<String>,
    /// Takes a new position.
    #[prop(into)]
    on_move: Callback<usize>,
) -> impl IntoView {
    view! {
        <label class="slider needs-script">
            <span class="slider-name">{name}</span>
            <input
                type="range"
                min="0"
                max=live(move || count.get().saturating_sub(1))
                prop:value=move || position.get().to_string()
                value=position.get_untracked()
                aria-valuetext=live(move || value.get())
                on:input=on(move |event| event_target_value(&event).parse().into_iter().for_each(|to| on_move.run(to)))
            />
            <span class="slider-value">{move || value.get()}</span>
        </label>
    }
}
