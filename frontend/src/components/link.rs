//! Links that the script follows within the page, and that a browser without script (or a visitor with a modifier key)
//! follows by itself.

use leptos::ev::MouseEvent;

/// Whether a click asks for nothing but the link: no new tab or window, no download.
pub fn is_plain_click(event: &MouseEvent) -> bool {
    event.button() == 0 && !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key())
}
