//! The visitor's own picture: by button, by camera, dropped anywhere on the page, or pasted.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{DataTransfer, Event, File, HtmlInputElement};

use crate::components::live::on;
use crate::i18n::text::shell as text;
use crate::state::Specimen;

/// File button, camera button and what else works. They need the script.
#[component]
pub fn UploadButtons() -> impl IntoView {
    let specimen = Specimen::expect();
    view! {
        <div class="upload needs-script">
            <FileButton id="upload"/>
            <label class="button upload-camera">
                <input type="file" accept="image/*" capture="environment" class="visually-hidden" on:change=on(move |event| chosen(specimen, &event))/>
                {text::CAMERA}
            </label>
            <p class="upload-hint">{text::UPLOAD_HINT}</p>
        </div>
    }
}

/// Chooses a file of the visitor's.
#[component]
pub fn FileButton(
    /// Id of the input.
    id: &'static str,
) -> impl IntoView {
    let specimen = Specimen::expect();
    view! {
        <label class="button button-primary upload-file">
            <input
                type="file"
                id=id
                accept="image/*"
                class="visually-hidden"
                on:change=on(move |event| chosen(specimen, &event))
            />
            {text::UPLOAD}
        </label>
    }
}

fn chosen(specimen: Specimen, event: &Event) {
    let input: HtmlInputElement = event_target(event);
    if let Some(file) = input.files().and_then(|files| files.item(0)) {
        specimen.upload(file);
    }
    // So that the same file can be chosen again.
    input.set_value("");
}

/// The whole page as a target for dropped and pasted pictures.
#[component]
pub fn DropTarget() -> impl IntoView {
    let specimen = Specimen::expect();
    let is_dragging = RwSignal::new(false);
    // Browser only, once hydrated.
    Effect::new(move |_previous: Option<()>| {
        _ = window_event_listener(ev::dragover, move |event| {
            if carries_files(event.data_transfer()) {
                event.prevent_default();
                is_dragging.set(true);
            }
        });
        _ = window_event_listener(ev::dragleave, move |event| {
            // Leaving an element for another one inside the page names the other one.
            if event.related_target().is_none() {
                is_dragging.set(false);
            }
        });
        _ = window_event_listener(ev::drop, move |event| {
            is_dragging.set(false);
            if let Some(file) = first_file(event.data_transfer()) {
                event.prevent_default();
                specimen.upload(file);
            }
        });
        _ = window_event_listener(ev::paste, move |event| {
            if let Some(file) = first_file(event.unchecked_into::<web_sys::ClipboardEvent>().clipboard_data())
            {
                specimen.upload(file);
            }
        });
    });
    view! {
        <div class="drop-target" class:is-visible=is_dragging aria-hidden="true">
            <p>{text::DROP_HERE}</p>
        </div>
    }
}

fn first_file(transfer: Option<DataTransfer>) -> Option<File> {
    transfer?.files()?.item(0)
}

fn carries_files(transfer: Option<DataTransfer>) -> bool {
    transfer.is_some_and(|transfer| transfer.types().includes(&"Files".into(), 0))
}
