//! Links from elsewhere on the page to a lens: the visitor arrives at the lens, even where its place in the page is only made
//! on the way.

use std::cell::Cell;

use leptos::ev::MouseEvent;

use crate::components::link::is_plain_click;
use crate::components::pipeline::focus;
use crate::state::{LensAddress, View};

/// Where the lenses stand.
pub const ID: &str = "lens";

thread_local! {
    /// Whether a visitor is on the way. A browser has one thread; the server never sets this.
    static IS_EXPECTED: Cell<bool> = const { Cell::new(false) };
}

/// The address of the view with that lens open, at the lens.
pub fn href(view: View, lens: &LensAddress) -> String {
    view.get().with_lens(Some(lens.clone())).to_query() + "#lens"
}

/// Opens a lens and goes there.
pub fn open(view: View, lens: LensAddress, event: &MouseEvent) {
    if is_plain_click(event) {
        event.prevent_default();
        IS_EXPECTED.set(true);
        view.open_lens(lens);
        focus::later(ID.to_owned());
    }
}

/// Called where the place is made: receives a visitor who came before it was there.
pub fn settle() {
    if IS_EXPECTED.replace(false) {
        focus::later(ID.to_owned());
    }
}
