//! A place in the document that the server writes.

use futures::FutureExt;
use leptos::prelude::*;
use web_sys::HtmlElement;

use crate::components::part::LoadPart;
use crate::state::AsServed;

/// What has been placed, in HTML.
pub type Placed = String;

/// A place for a part.
#[derive(Debug)]
pub struct Place(());

impl Place {
    /// Elements exist in the browser alone, where effects run.
    pub fn new(_frame: &HtmlElement, _as_served: AsServed) -> Self {
        Self(())
    }

    /// Renders a part.
    pub fn put(self, part: impl IntoView + 'static) -> Placed {
        part.into_view().to_html()
    }
}

/// The part in HTML. There is no module to fetch on the server, so it is there at once.
pub fn rendered(load: LoadPart) -> Option<String> {
    load(Place(())).now_or_never()?.ok()
}
