//! Who may train: the token's field, or why there is none, and what training takes on the disk.

use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;

use crate::components::live::on;
use crate::i18n::text::training::admin as text;
use crate::state::{Admin, Training};

/// The bar.
#[component]
pub fn AdminBar() -> impl IntoView {
    let (training, admin) = (Training::expect(), Admin::expect());
    let overview = training.overview();
    let is_enabled = Memo::new(move |_previous| overview.with(|overview| overview.is_enabled));
    let content = move || match (is_enabled.get(), admin.is_in()) {
        (false, _) => off().into_any(),
        (true, true) => signed_in(admin).into_any(),
        (true, false) => view! { <TokenForm/> }.into_any(),
    };
    let disk = move || {
        overview.with(|overview| {
            (overview.max_disk_bytes > 0).then(|| text::disk(overview.disk_bytes, overview.max_disk_bytes))
        })
    };
    view! {
        <aside class="admin-bar" aria-label=text::TITLE>
            {content}
            {move || disk().map(|words| view! { <p class="muted number admin-disk">{words}</p> })}
        </aside>
    }
}

fn off() -> impl IntoView {
    view! {
        <div class="admin-off">
            <p>{text::OFF}</p>
            <pre tabindex="0"><code>{text::OFF_COMMAND}</code></pre>
            <p class="muted">{text::OFF_HINT}</p>
        </div>
    }
}

fn signed_in(admin: Admin) -> impl IntoView {
    view! {
        <div class="admin-row">
            <p role="status">{text::SIGNED_IN}</p>
            <button type="button" class="button" id="sign-out" on:click=on(move |_event| admin.forget())>{text::SIGN_OUT}</button>
        </div>
    }
}

#[component]
fn TokenForm() -> impl IntoView {
    let admin = Admin::expect();
    let field = NodeRef::<html::Input>::new();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let typed = field.get_untracked().map(|field| field.value()).unwrap_or_default();
        if !typed.trim().is_empty() {
            admin.try_token(typed);
        }
    };
    let status = move || match (admin.is_asking().get(), admin.trouble().get()) {
        (true, _) => Some((text::ASKING.to_owned(), false)),
        (false, Some(error)) => Some((error.message, true)),
        (false, None) => None,
    };
    view! {
        <p>{text::READ_ONLY}</p>
        <form class="admin-row needs-script" on:submit=on(submit)>
            <label class="field is-inline">
                <span>{text::TOKEN}</span>
                <input type="password" id="admin-token" class="text-field" autocomplete="off" spellcheck="false" node_ref=field/>
            </label>
            <button type="submit" class="button">{text::SIGN_IN}</button>
            <p role="status" class="admin-status">{move || status().map(|(words, is_failure)| view! { <span class:is-failure=is_failure>{words}</span> })}</p>
        </form>
    }
}
