//! The browser's entry: reads the state that the server wrote into the document and takes the page over.

use leptos::mount::hydrate_from;
use leptos::prelude::*;
use shared::PageState;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::app::App;
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
    let state = document().get_element_by_id(STATE_ID).and_then(|block| block.text_content());
    let state = state.expect("the document holds the state");
    let state = js_sys::JSON::parse(&state).expect("the data block is JSON");
    let page_state: PageState =
        serde_wasm_bindgen::from_value(state).expect("page and script are of one version");
    let view = ViewState::from_query(&window().location().search().unwrap_or_default());
    hydrate_from(root.unchecked_into(), move || view! { <App page_state view/> }).forget();
    // Tests and styles can see that the page reacts now.
    document().document_element().into_iter().for_each(|root| _ = root.set_attribute("data-hydrated", ""));
}
