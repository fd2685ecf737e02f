//! Puts a head into the running explorer, for all visitors, and takes it out again.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::training::RunState;

use super::Outcome;
use crate::api::training as api;
use crate::components::live::{live, on};
use crate::i18n::text::training::results as text;
use crate::state::{Admin, Training};

/// The buttons and what they do.
#[component]
pub fn HeadUse(
    /// The result.
    outcome: Outcome,
) -> impl IntoView {
    let (training, admin) = (Training::expect(), Admin::expect());
    let slot = outcome.slot();
    let head_id = StoredValue::new(match &outcome.run.state {
        RunState::Done { head_id, .. } => head_id.clone(),
        _ => None,
    });
    let (is_asking, trouble) = (RwSignal::new(false), RwSignal::new(None::<String>));
    let in_use = Memo::new(move |_previous| {
        training
            .overview()
            .with(|overview| overview.heads.iter().find(|head| head.slot == slot && head.is_in_use).cloned())
    });
    let is_this = move || {
        head_id.with_value(|id| {
            id.is_some() && in_use.with(|head| head.as_ref().map(|head| &head.id) == id.as_ref())
        })
    };
    let ask = move |wanted: Option<String>| {
        is_asking.set(true);
        spawn_local(async move {
            let answer = match wanted {
                Some(head) => api::use_head(slot, &head, &admin.token()).await,
                None => api::reset_head(slot, &admin.token()).await,
            };
            is_asking.try_set(false);
            trouble.try_set(answer.err().map(|error| error.message));
            training.refresh();
        });
    };
    let can_use = head_id.with_value(Option::is_some);
    let buttons = move || {
        admin.is_in().then(|| {
            view! {
                {(can_use && !is_this()).then(|| view! {
                    <button type="button" class="button button-primary" id="use-head" disabled=live(move || is_asking.get()) on:click=on(move |_event| ask(head_id.get_value()))>{text::USE}</button>
                })}
                {in_use.with(Option::is_some).then(|| view! {
                    <button type="button" class="button" id="reset-head" disabled=live(move || is_asking.get()) on:click=on(move |_event| ask(None))>{text::BACK}</button>
                })}
            }
        })
    };
    let words = move || match () {
        () if is_this() => Some(text::IN_USE.to_owned()),
        () => in_use.with(|head| head.as_ref().map(|head| text::in_use(&training.name(slot), head))),
    };
    view! {
        <section class="head-use" aria-labelledby="use-heading">
            <h3 id="use-heading">{text::USE_TITLE}</h3>
            <p>{if can_use { text::USE_MEANING } else { text::CANNOT_USE }}</p>
            <p role="status" class="head-in-use">{words}</p>
            <div class="start">
                {buttons}
                {move || (can_use && !admin.is_in()).then(|| view! { <p class="muted">{text::USE_NEEDS_TOKEN}</p> })}
                <a href="/">{text::OPEN_EXPLORER}</a>
            </div>
            <p role="alert">{move || trouble.get().map(|words| view! { <span class="is-failure">{words}</span> })}</p>
        </section>
    }
}
