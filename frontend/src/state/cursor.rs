//! The one cursor that all views of the picture share: where the visitor points inside the square that the models see.

use leptos::prelude::*;

/// Context: the place in the cropped input, from (0, 0) at the top left to (1, 1), or `None` where nobody points.
#[derive(Clone, Copy, Debug)]
pub struct Cursor {
    position: RwSignal<Option<(f64, f64)>>,
    chosen: RwSignal<(f64, f64)>,
}

impl Cursor {
    /// Nobody points; figures that need a place take the centre.
    pub fn new() -> Self {
        Self { position: RwSignal::new(None), chosen: RwSignal::new((0.5, 0.5)) }
    }

    /// The cursor of this page.
    pub fn expect() -> Self {
        expect_context::<Self>()
    }

    /// Where the visitor points; reactive.
    pub fn position(self) -> Option<(f64, f64)> {
        self.position.get()
    }

    /// Where the visitor points, or else the place chosen last; reactive.
    pub fn place(self) -> (f64, f64) {
        self.position.get().unwrap_or_else(|| self.chosen.get())
    }

    /// Moves the cursor. A place outside of the square counts as none.
    pub fn point_at(self, position: Option<(f64, f64)>) {
        let inside = position.filter(|(x, y)| (0.0..=1.0).contains(x) && (0.0..=1.0).contains(y));
        if self.position.get_untracked() != inside {
            self.position.set(inside);
        }
    }

    /// Moves the cursor and chooses the place: figures stay there when the pointer goes elsewhere, as to a control.
    pub fn choose(self, position: (f64, f64)) {
        self.point_at(Some(position));
        if let Some(inside) = self.position.get_untracked() {
            self.chosen.set(inside);
        }
    }
}

impl Default for Cursor {
    fn default() -> Self {
        Self::new()
    }
}
