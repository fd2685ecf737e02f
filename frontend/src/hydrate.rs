//! The browser's entry: reads the state that the server wrote into the document and takes the page over.

use leptos::mount::{hydrate_from, mount_to};
use leptos::prelude::*;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use serde::de::DeserializeOwned;
use shared::page::TrainingPageState;
use shared::{PageState, checkpoints_header};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::api;
use crate::app::App;
use crate::components::training::TrainingPage;
use crate::state::ViewState;

/// Id of the element that holds the page.
pub const ROOT_ID: &str = "app";
/// Id of the data block.
pub const STATE_ID: &str = "page-state";

/// Called by the page's script once the module is loaded.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    let root = document().get_element_by_id(ROOT_ID).expect("the document holds the page");
    let page_state: PageState = served_state();
    api::belong_to(checkpoints_header([&page_state.resnet, &page_state.vit]));
    let view = ViewState::from_query(&window().location().search().unwrap_or_default());
    hydrate_from(root.unchecked_into(), move || view! { <App page_state view/> }).forget();
    say_hydrated();
}

/// Called by the script of the page of training once the module is loaded. All of that page is in parts of their own: it is made anew
/// from the state that the server wrote.
#[wasm_bindgen]
pub fn hydrate_training() {
    console_error_panic_hook::set_once();
    wasm_bindgen_futures::spawn_local(async {
        // Reported in the console; the document stays as the server sent it.
        _ = put_training().await;
    });
}

#[wasm_split(training, wasm_split_path = leptos::wasm_split, fallible)]
fn put_training() -> Result<(), SplitLoaderError> {
    let root = document().get_element_by_id(ROOT_ID).expect("the document holds the page");
    let page_state: TrainingPageState = served_state();
    root.set_inner_html("");
    mount_to(root.unchecked_into(), move || view! { <TrainingPage page_state/> }).forget();
    say_hydrated();
    // The element that the address names is another one now.
    let fragment = window().location().hash().unwrap_or_default();
    let target = fragment.strip_prefix('#').and_then(|id| document().get_element_by_id(id));
    target.into_iter().for_each(|target| target.scroll_into_view());
    Ok(())
}

/// Tests and styles can see that the page reacts now.
fn say_hydrated() {
    document().document_element().into_iter().for_each(|root| _ = root.set_attribute("data-hydrated", ""));
}

/// What the server wrote into the document.
fn served_state<T: DeserializeOwned>() -> T {
    let state = document().get_element_by_id(STATE_ID).and_then(|block| block.text_content());
    let state =
        js_sys::JSON::parse(&state.expect("the document holds the state")).expect("the data block is JSON");
    serde_wasm_bindgen::from_value(state).expect("page and script are of one version")
}
