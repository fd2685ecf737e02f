//! A place in the browser's document.

use leptos::prelude::*;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::view::{Mountable, PositionState};
use web_sys::HtmlElement;

use crate::components::part::LoadPart;
use crate::state::AsServed;

/// What has been placed. Dropping it ends the part's effects.
pub type Placed = Box<dyn std::any::Any>;

/// A place for a part.
#[derive(Debug)]
pub struct Place {
    frame: HtmlElement,
    as_served: AsServed,
}

impl Place {
    /// An element, and what knows whether the part that the server rendered into it is still what is to be shown.
    pub fn new(frame: &HtmlElement, as_served: AsServed) -> Self {
        Self { frame: frame.clone(), as_served }
    }

    /// Puts a part into it: takes over what the server sent, or makes it anew.
    pub fn put(self, part: impl IntoView + 'static) -> Placed {
        let part = part.into_view();
        // Asked only now: the visitor may have gone on while the module was on its way.
        if self.as_served.get_untracked() && self.frame.has_child_nodes() {
            return Box::new(
                part.hydrate::<true>(&Cursor::new(self.frame.into()), &PositionState::default()),
            );
        }
        self.frame.set_inner_html("");
        let mut part = part.build();
        part.mount(&self.frame, None);
        Box::new(part)
    }
}

/// Nothing: the browser has the part already, from the server.
pub fn rendered(_load: LoadPart) -> Option<String> {
    None
}
