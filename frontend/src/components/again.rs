//! What went wrong, and the way out of it.

use leptos::prelude::*;
use shared::{ApiError, ErrorCode};

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

/// Says what went wrong, with [`again`] below.
pub fn failed(error: ApiError, ask: impl Fn() + 'static) -> impl IntoView {
    view! {
        <div class="trouble">
            <p>{error.message}</p>
            {again(error.code, ask)}
        </div>
    }
}
