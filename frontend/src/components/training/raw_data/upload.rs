//! Sends an archive of class folders, with how much of it is sent.

use leptos::prelude::*;
use shared::ApiError;
use web_sys::{Event, File, HtmlInputElement};

use crate::api::training::{Upload, upload_archive};
use crate::components::live::{live, on};
use crate::i18n::text::training::datasets as text;
use crate::state::{Admin, Training};

/// How an upload stands.
#[derive(Clone, Debug, Default, PartialEq)]
enum Sending {
    #[default]
    Nothing,
    /// So much is sent, 0 to 1.
    Part(f64),
    Taken,
    Failed(String),
}

/// File field, progress, outcome.
#[component]
pub fn Uploads() -> impl IntoView {
    let (training, admin) = (Training::expect(), Admin::expect());
    let sending = RwSignal::new(Sending::Nothing);
    let upload = StoredValue::new_local(None::<Upload>);
    let limit = move || training.overview().with(|overview| overview.max_archive_bytes);
    let ended = move |outcome: Result<(), ApiError>| {
        let state = outcome.map_or_else(|error| Sending::Failed(error.message), |()| Sending::Taken);
        sending.try_set(state);
        training.refresh();
    };
    let send = move |file: File| {
        let (size, limit) = (file.size() as u64, untrack(limit));
        if size > limit {
            return sending.set(Sending::Failed(text::archive_too_large(size, limit)));
        }
        sending.set(Sending::Part(0.0));
        let told = move |part| _ = sending.try_set(Sending::Part(part));
        match upload_archive(&file, &admin.token(), told, ended) {
            Ok(begun) => upload.set_value(Some(begun)),
            Err(error) => sending.set(Sending::Failed(error.message)),
        }
    };
    let chosen = move |event: Event| {
        let input: HtmlInputElement = event_target(&event);
        input.files().and_then(|files| files.item(0)).into_iter().for_each(send);
        // So that the same file can be chosen again.
        input.set_value("");
    };
    let cancel = move |_event| {
        upload.set_value(None);
        sending.set(Sending::Nothing);
    };
    let part = move || match sending.get() {
        Sending::Part(part) => Some(part),
        _ => None,
    };
    let is_sending = Memo::new(move |_previous| part().is_some());
    // Not each percent is read out: only where it begins and ends.
    let words = Memo::new(move |_previous| match sending.get() {
        Sending::Taken => Some((text::SENT.to_owned(), false)),
        Sending::Failed(words) => Some((words, true)),
        Sending::Nothing | Sending::Part(_) => None,
    });
    view! {
        <div class="archive-upload needs-script">
            <div class="upload">
                <label class="button upload-file">
                    <input type="file" id="archive" accept=".zip,.tar,.gz,.tgz" class="visually-hidden" on:change=on(chosen)/>
                    {text::UPLOAD}
                </label>
                <p class="upload-hint">{text::ARCHIVE}". "{move || text::archive_limit(limit())}</p>
            </div>
            {move || is_sending.get().then(|| view! {
                <div class="archive-progress">
                    <progress max="1" value=live(move || part().unwrap_or_default()) aria-label=text::UPLOAD></progress>
                    <span class="number">{move || part().map(text::sending)}</span>
                    <button type="button" class="button" on:click=on(cancel)>{text::CANCEL}</button>
                </div>
            })}
            <p role="status">{move || words.get().map(|(words, is_failure)| view! { <span class:is-failure=is_failure>{words}</span> })}</p>
        </div>
    }
}
