//! Why a figure has no values, and a way to ask again. Takes no room while all is well.

use leptos::prelude::*;

use crate::components::live::on;
use crate::i18n::text::shell as text;
use crate::state::{Load, TensorLoad};

/// The first failure among some tensors.
#[component]
pub fn Trouble(
    /// The tensors of a figure.
    loads: Vec<TensorLoad>,
) -> impl IntoView {
    let loads = StoredValue::new(loads);
    let failed = move || {
        let state_of = |load: &TensorLoad| match load.state().get() {
            Load::Failed(error) => Some(error.message),
            Load::Waiting | Load::Ready(_) => None,
        };
        loads.with_value(|loads| loads.iter().find_map(state_of))
    };
    let again = move |_event| {
        loads.with_value(|loads| {
            let has_failed =
                |load: &&TensorLoad| load.state().with_untracked(|state| matches!(state, Load::Failed(_)));
            loads.iter().filter(has_failed).for_each(|load| load.retry());
        });
    };
    view! {
        <div role="status">
            {move || failed().map(|message| view! {
                <div class="trouble">
                    <p>{message}</p>
                    <button type="button" class="button" on:click=on(again)>{text::TRY_AGAIN}</button>
                </div>
            })}
        </div>
    }
}
