//! What stands in place of numbers that are still on their way, or did not come.

use leptos::prelude::*;

use crate::components::trouble::Trouble;
use crate::i18n::text::stages as text;
use crate::state::{Load, TensorLoad};

/// Says that tensors are being computed, or why they are missing and how to ask again. Nothing once all are there.
#[component]
pub fn LoadNotice(
    /// The tensors that the figure needs.
    loads: Vec<TensorLoad>,
) -> impl IntoView {
    let asked = loads.clone();
    let is_waiting =
        move || asked.iter().any(|load| load.state().with(|state| matches!(state, Load::Waiting)));
    view! {
        <div class="load-notice">
            <Trouble loads/>
            <div role="status">
                {move || is_waiting().then(|| view! { <p class="muted">{text::COMPUTING}</p> })}
            </div>
        </div>
    }
}
