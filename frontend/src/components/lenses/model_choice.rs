//! The choice between the two models inside a lens: the same as above the pipeline, so that the whole page follows.

use leptos::prelude::*;
use shared::ModelSlot;

use crate::components::live::{live, on};
use crate::i18n::text::lenses as text;
use crate::state::{Models, View};

/// Two buttons.
#[component]
pub fn ModelChoice() -> impl IntoView {
    let (view, models) = (View::expect(), Models::expect());
    let model = view.model();
    let buttons = ModelSlot::ALL.map(|slot| {
        view! {
            <button
                type="button"
                class="choice"
                data-model=slot.as_str()
                aria-pressed=live(move || (model.get() == slot).to_string())
                on:click=on(move |_event| view.set_model(slot))
            >
                {models.info(slot).name.clone()}
            </button>
        }
    });
    view! { <div class="choices needs-script" role="group" aria-label=text::MODEL>{buttons}</div> }
}
