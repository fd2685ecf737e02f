//! What never changes on a page: the server renders it, and the browser, which leaves it alone, has no code for it.

use leptos::prelude::*;

/// The HTML of what never changes, as the `inner_html` of an element. Only for elements that the browser never makes anew.
#[cfg(feature = "ssr")]
pub fn still<V: IntoView>(view: impl FnOnce() -> V) -> Option<String> {
    Some(view().into_view().to_html())
}

/// Nothing: the browser has it from the server.
#[cfg(not(feature = "ssr"))]
pub fn still<V: IntoView>(_view: impl FnOnce() -> V) -> Option<String> {
    None
}
