//! How the numbers of a lens are coming along: what is being waited for, or why there are none and a way to ask again.

use leptos::prelude::*;

use crate::components::live::on;
use crate::i18n::text::{lenses as text, shell};
use crate::state::LoadStatus;

/// Says how some loads go; keeps one line of room, so that nothing moves.
#[component]
pub fn LensStatus(
    /// The loads of a lens.
    loads: Vec<LoadStatus>,
) -> impl IntoView {
    let loads = StoredValue::new(loads);
    let any = move |has: fn(LoadStatus) -> bool| loads.with_value(|loads| loads.iter().any(|load| has(*load)));
    let failed = move || loads.with_value(|loads| loads.iter().find_map(|load| load.failure()));
    let words = move || match () {
        () if any(LoadStatus::is_waiting) => text::COMPUTING,
        () if any(LoadStatus::is_stale) => text::CATCHING_UP,
        () => "",
    };
    let again = move |_event| {
        loads.with_value(|loads| {
            let failed = |load: &&LoadStatus| untrack(|| load.failure()).is_some();
            loads.iter().filter(failed).for_each(|load| load.retry());
        });
    };
    view! {
        <div class="lens-status" role="status">
            {move || match failed() {
                Some(error) => leptos::either::Either::Left(view! {
                    <div class="trouble">
                        <p>{error.message}</p>
                        <button type="button" class="button" on:click=on(again)>{shell::TRY_AGAIN}</button>
                    </div>
                }),
                None => leptos::either::Either::Right(view! { <p class="lens-waiting needs-script">{words}</p> }),
            }}
        </div>
    }
}
