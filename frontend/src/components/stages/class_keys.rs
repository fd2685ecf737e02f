//! Keys that walk over a row of classes, as on a slider.

use leptos::ev::KeyboardEvent;

/// Classes that Page Up and Page Down skip.
const PAGE: usize = 10;

/// Where a key leads from a position among `count`; `None` for keys of another meaning. Takes the event where it leads on.
pub fn step(event: &KeyboardEvent, position: usize, count: usize) -> Option<usize> {
    let last = count.checked_sub(1)?;
    let next = match event.key().as_str() {
        "ArrowLeft" | "ArrowUp" => position.saturating_sub(1),
        "ArrowRight" | "ArrowDown" => position + 1,
        "PageUp" => position.saturating_sub(PAGE),
        "PageDown" => position + PAGE,
        "Home" => 0,
        "End" => last,
        _ => return None,
    };
    event.prevent_default();
    Some(next.min(last))
}
