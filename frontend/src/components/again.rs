//! The way out of a failure.

use leptos::prelude::*;
use shared::ErrorCode;

use crate::components::live::on;
use crate::i18n::text::shell as text;

/// Asks again; where the head of a model was changed meanwhile, which asking again does not mend, loads the page anew.
pub fn again(code: ErrorCode, ask: impl Fn() + 'static) -> impl IntoView {
    let is_other_head = code == ErrorCode::HeadChanged;
    let act = move |_event| match is_other_head {
        true => _ = window().location().reload(),
        false => ask(),
    };
    let name = if is_other_head { text::RELOAD } else { text::TRY_AGAIN };
    view! { <button type="button" class="button" on:click=on(act)>{name}</button> }
}
