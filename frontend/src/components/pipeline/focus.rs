//! Moves the keyboard's focus to an element that may only be there after the next update of the page.

use leptos::prelude::{document, request_animation_frame};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Focuses the element with that id after the next update.
pub fn later(id: String) {
    request_animation_frame(move || now(&id));
}

/// Focuses the element with that id, if it is there.
pub fn now(id: &str) {
    if let Some(element) = document().get_element_by_id(id) {
        // SVG elements have the same method, so the cast need not be checked; a focus that fails stays where it was.
        _ = element.unchecked_into::<HtmlElement>().focus();
    }
}
