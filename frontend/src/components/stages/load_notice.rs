//! What stands in place of numbers that are still on their way, or did not come.

use leptos::prelude::*;
use shared::ApiError;

use crate::components::live::on;
use crate::i18n::text::{shell, stages as text};
use crate::state::{Load, TensorLoad};

/// Says that tensors are being computed, or why they are missing and how to ask again. Nothing once all are there.
#[component]
pub fn LoadNotice(
    /// The tensors that the figure needs.
    loads: Vec<TensorLoad>,
) -> impl IntoView {
    let loads = StoredValue::new(loads);
    let failure = move || {
        let loads = loads.get_value();
        loads.into_iter().find_map(|load| load.state().with(|state| failure_of(state).cloned()))
    };
    let is_waiting = move || {
        loads.get_value().into_iter().any(|load| load.state().with(|state| matches!(state, Load::Waiting)))
    };
    let retry = move |_event| {
        let loads = loads.get_value().into_iter();
        loads
            .filter(|load| load.state().with_untracked(|state| failure_of(state).is_some()))
            .for_each(TensorLoad::retry);
    };
    view! {
        <div class="load-notice" role="status">
            {move || failure().map(|error| view! {
                <p class="load-failure">{error.message}</p>
                <button type="button" class="button" on:click=on(retry)>{shell::TRY_AGAIN}</button>
            })}
            {move || (failure().is_none() && is_waiting()).then(|| view! { <p class="muted">{text::COMPUTING}</p> })}
        </div>
    }
}

fn failure_of<T>(load: &Load<T>) -> Option<&ApiError> {
    match load {
        Load::Failed(error) => Some(error),
        Load::Waiting | Load::Ready(_) => None,
    }
}
