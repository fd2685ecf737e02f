//! Whether the page still shows what the server rendered, so that a part of it whose code comes late can be taken over as it
//! stands.

use leptos::prelude::*;

use super::{Cursor, Specimen, View};

/// Context: true until the visitor changes what is shown. What changed once is not made as it was by going back: what was
/// rendered in between differs.
#[derive(Clone, Copy, Debug)]
pub struct AsServed(RwSignal<bool>);

impl AsServed {
    /// Follows the page from what it shows now.
    pub fn new(view: View, specimen: Specimen, cursor: Cursor) -> Self {
        let is_as_served = RwSignal::new(true);
        let (served_view, served_image) = (view.get_untracked(), specimen.image().get_untracked());
        Effect::new(move |_previous: Option<()>| {
            let is_same = view.get() == served_view
                && specimen.image().with(|image| *image == served_image)
                && specimen.arriving().with(Option::is_none)
                && cursor.position().is_none();
            if !is_same && is_as_served.get_untracked() {
                is_as_served.set(false);
            }
        });
        Self(is_as_served)
    }

    /// Of this page.
    pub fn expect() -> Self {
        expect_context::<Self>()
    }

    /// Whether nothing has changed; reactive.
    pub fn get(self) -> bool {
        self.0.get()
    }

    /// Whether nothing has changed, without following it.
    pub fn get_untracked(self) -> bool {
        self.0.get_untracked()
    }
}
