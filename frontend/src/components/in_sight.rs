//! Whether a part of the page has come into sight: figures ask for their tensors only then, so that the first view of the
//! page costs what it shows.

use js_sys::Array;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use web_sys::{IntersectionObserver, IntersectionObserverEntry, IntersectionObserverInit};

/// How far below the window a part counts as in sight, so that its figures are there when it is reached.
const MARGIN: &str = "300px";

/// Becomes true when the element is near the window for the first time, and stays true.
pub fn once_in_sight(element: NodeRef<html::Div>) -> ReadSignal<bool> {
    let is_seen = RwSignal::new(false);
    Effect::new(move |_previous: Option<()>| {
        let Some(element) = element.get() else { return };
        let observed = move |entries: Array, observer: IntersectionObserver| {
            let is_intersecting =
                |entry: JsValue| entry.unchecked_into::<IntersectionObserverEntry>().is_intersecting();
            if entries.iter().any(is_intersecting) {
                observer.disconnect();
                is_seen.try_set(true);
            }
        };
        let callback = Closure::<dyn Fn(Array, IntersectionObserver)>::new(observed).into_js_value();
        let options = IntersectionObserverInit::new();
        options.set_root_margin(MARGIN);
        match IntersectionObserver::new_with_options(callback.unchecked_ref(), &options) {
            Ok(observer) => observer.observe(&element),
            // Refused only for a margin that is none, and then everything is asked for at once.
            Err(_refused) => is_seen.set(true),
        }
    });
    is_seen.read_only()
}
