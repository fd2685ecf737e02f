//! A disclosure whose inside is made when it is opened: hundreds of rows cost nothing until somebody wants them.

use leptos::ev::Event;
use leptos::prelude::*;
use web_sys::Element;

use crate::components::live::on;

/// The disclosure.
#[component]
pub fn LazyDetails(
    /// What opens it.
    #[prop(into)]
    summary: String,
    /// Makes the inside.
    content: impl Fn() -> AnyView + Send + Sync + 'static,
) -> impl IntoView {
    let is_open = RwSignal::new(false);
    let toggled = move |event: Event| is_open.set(event_target::<Element>(&event).has_attribute("open"));
    view! {
        <details class="table-details" on:toggle=on(toggled)>
            <summary>{summary}</summary>
            {move || is_open.get().then(&content)}
        </details>
    }
}
