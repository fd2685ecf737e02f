//! What an admin can do with a run: end it, have it go on, delete it.

use std::future::Future;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::ApiError;
use shared::training::RunStatus;

use crate::api::training as api;
use crate::components::live::on;
use crate::i18n::text::training::runs as text;
use crate::state::{Admin, Training};

/// The buttons; none for who may not train.
#[component]
pub fn RunActions(
    /// The run.
    run: RunStatus,
) -> impl IntoView {
    let (training, admin) = (Training::expect(), Admin::expect());
    let (trouble, is_sure) = (RwSignal::new(None::<String>), RwSignal::new(false));
    let (is_under_way, can_resume) = (run.state.is_under_way(), run.state.can_resume());
    let id = StoredValue::new(run.id);
    let stop = move |_event| {
        ask(training, trouble, async move { api::stop_run(&id.get_value(), &admin.token()).await })
    };
    let resume = move |_event| {
        ask(training, trouble, async move { api::resume_run(&id.get_value(), &admin.token()).await })
    };
    let remove = move |_event| {
        if is_sure.get_untracked() {
            ask(training, trouble, async move { api::remove_run(&id.get_value(), &admin.token()).await });
        }
        is_sure.update(|is_sure| *is_sure = !*is_sure);
    };
    let buttons = move || {
        admin.is_in().then(|| {
            view! {
                {is_under_way.then(|| view! { <button type="button" class="button" on:click=on(stop)>{text::STOP}</button> })}
                {can_resume.then(|| view! { <button type="button" class="button" on:click=on(resume)>{text::RESUME}</button> })}
                {(!is_under_way).then(|| view! {
                    <button type="button" class="button" on:click=on(remove)>{move || if is_sure.get() { text::REMOVE_SURE } else { text::REMOVE }}</button>
                })}
            }
        })
    };
    view! {
        {buttons}
        <span role="alert">{move || trouble.get().map(|words| view! { <span class="is-failure">{words}</span> })}</span>
    }
}

/// Asks the server, says why it refused, and looks at how things stand then.
fn ask(
    training: Training,
    trouble: RwSignal<Option<String>>,
    asked: impl Future<Output = Result<(), ApiError>> + 'static,
) {
    spawn_local(async move {
        let answer = asked.await;
        trouble.try_set(answer.err().map(|error| error.message));
        training.refresh();
    });
}
