//! The one cursor that all views of the picture share: where the visitor points inside the square that the models see.

use leptos::prelude::*;

/// Context: the place in the cropped input, from (0, 0) at the top left to (1, 1), or `None` where nobody points.
#[derive(Clone, Copy, Debug)]
pub struct Cursor(pub RwSignal<Option<(f64, f64)>>);

impl Cursor {
    /// Nobody points.
    pub fn new() -> Self {
        Self(RwSignal::new(None))
    }

    /// The cursor of this page.
    pub fn expect() -> Self {
        expect_context::<Self>()
    }

    /// Where the visitor points; reactive.
    pub fn position(self) -> Option<(f64, f64)> {
        self.0.get()
    }

    /// Moves the cursor. A place outside of the square counts as none.
    pub fn point_at(self, position: Option<(f64, f64)>) {
        let inside = position.filter(|(x, y)| (0.0..=1.0).contains(x) && (0.0..=1.0).contains(y));
        if self.0.get_untracked() != inside {
            self.0.set(inside);
        }
    }
}

impl Default for Cursor {
    fn default() -> Self {
        Self::new()
    }
}
