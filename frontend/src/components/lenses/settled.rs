//! What a lens waits with and what it remembers: questions that take a model's backward pass are asked when the pointer rests, and the
//! place that was chosen is written into the address.

use std::time::Duration;

use leptos::leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle};
use leptos::prelude::*;

use crate::components::live::on;
use crate::state::{Cursor, LensState};

/// How long a pointer must rest.
const REST: Duration = Duration::from_millis(220);
/// Where the place stands in the address.
const PLACE: &str = "at";

/// A value once it has not changed for a while; the first as soon as the lens is on the page.
pub fn rested<T: Clone + PartialEq + Send + Sync + 'static>(
    value: impl Fn() -> T + Send + Sync + 'static,
) -> ReadSignal<Option<T>> {
    let value = Memo::new(move |_previous| value());
    let rested = RwSignal::new(None);
    Effect::new(move |timer: Option<Option<TimeoutHandle>>| {
        if let Some(timer) = timer.flatten() {
            timer.clear();
        }
        let now = Some(value.get());
        match rested.get_untracked() {
            None => rested.set(now),
            before if before == now => {}
            Some(_before) => {
                // The lens may be closed before the pointer has rested.
                return set_timeout_with_handle(move || _ = rested.try_set(now.clone()), REST).ok();
            }
        }
        None
    });
    rested.read_only()
}

/// Goes to the place that the address names, once, when the lens is on the page: what the server has rendered shows the centre.
pub fn go_to_kept_place(state: LensState) {
    let (kept, cursor) = (state.text(PLACE), Cursor::expect());
    Effect::new(move |_previous: Option<()>| {
        let kept = kept.get_untracked();
        let place = kept.as_deref().and_then(|text| {
            let (x, y) = text.split_once('-')?;
            Some((x.parse().ok()?, y.parse().ok()?))
        });
        place.into_iter().for_each(|place| cursor.choose(place));
    });
}

/// Writes the place into the address when it is chosen, by a click or a key, on anything inside.
#[component]
pub fn KeepsPlace<C: IntoView + 'static>(
    /// The maps.
    children: TypedChildren<C>,
) -> impl IntoView {
    let (state, cursor) = (LensState::new(), Cursor::expect());
    let keep = move || {
        let (x, y) = untrack(move || cursor.place());
        state.set(PLACE, format!("{x:.3}-{y:.3}"));
    };
    let by_key = move |event: leptos::ev::KeyboardEvent| {
        if event.key().starts_with("Arrow") {
            keep();
        }
    };
    view! {
        <div class="keeps-place" on:pointerdown=on(move |_event| keep()) on:keydown=on(by_key)>
            {children.into_inner()()}
        </div>
    }
}
