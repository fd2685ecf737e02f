//! Why a figure has no values, and a way to ask again. Takes no room while all is well.

use leptos::prelude::*;

use crate::components::again::failed;
use crate::state::{Load, TensorLoad};

/// The first failure among some tensors.
#[component]
pub fn Trouble(
    /// The tensors of a figure.
    loads: Vec<TensorLoad>,
) -> impl IntoView {
    let loads = StoredValue::new(loads);
    let failure = move || {
        let state_of = |load: &TensorLoad| match load.state().get() {
            Load::Failed(error) => Some(error),
            Load::Waiting | Load::Ready(_) => None,
        };
        loads.with_value(|loads| loads.iter().find_map(state_of))
    };
    let ask = move || {
        loads.with_value(|loads| {
            let has_failed =
                |load: &&TensorLoad| load.state().with_untracked(|state| matches!(state, Load::Failed(_)));
            loads.iter().filter(has_failed).for_each(|load| load.retry());
        });
    };
    view! {
        <div role="status">
            {move || failure().map(|error| failed(error, ask))}
        </div>
    }
}
