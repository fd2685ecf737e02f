//! Parts of the page whose code is a module of its own, which the browser fetches when a visitor comes near: the first visit
//! then costs what the first view needs. The server renders every part; until its module is there, it is a document.

mod place;

use std::pin::Pin;

use leptos::html;
use leptos::prelude::*;
use leptos::reactive::computed::ScopedFuture;
use leptos::wasm_split::SplitLoaderError;

use super::in_sight::once_in_sight;
use crate::components::live::{live, on};
use crate::i18n::text::shell as text;
use crate::state::AsServed;
pub use place::{Place, Placed};

/// Fetches a part's module, where that has not happened, and puts the part in its place.
pub type LoadPart = fn(Place) -> Pin<Box<dyn Future<Output = Result<Placed, SplitLoaderError>>>>;

/// Whether a part reacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Life {
    /// It is what the server sent, or empty.
    Document,
    /// Its module is being fetched.
    Waking,
    /// It reacts.
    Awake,
    /// Its module did not come.
    Failed,
}

impl Life {
    fn as_str(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Waking => "waking",
            Self::Awake => "awake",
            Self::Failed => "failed",
        }
    }
}

/// A part of the page with a module of its own. It wakes when it comes into sight, or when the page no longer shows what
/// the server rendered.
#[component]
pub fn Part(
    /// What makes it.
    load: LoadPart,
) -> impl IntoView {
    let frame = NodeRef::<html::Div>::new();
    let life = RwSignal::new(Life::Document);
    let wake = waking(frame, life, load);
    let (is_seen, as_served) = (once_in_sight(frame), AsServed::expect());
    Effect::new(move |_previous: Option<()>| {
        let Some(frame) = frame.get() else { return };
        let is_needed = !frame.has_child_nodes() || is_seen.get() || !as_served.get();
        if is_needed && life.get() == Life::Document {
            wake();
        }
    });
    view! {
        <div
            class="part"
            node_ref=frame
            data-part=live(move || life.get().as_str())
            inner_html=place::rendered(load)
        ></div>
        {move || (life.get() == Life::Failed).then(|| view! {
            <div class="part-trouble" role="alert">
                <p>{text::PART_MISSING}</p>
                <button type="button" class="button" on:click=on(move |_event| wake())>{text::TRY_AGAIN}</button>
            </div>
        })}
    }
}

/// What wakes the part: fetches its module and puts it in its place.
fn waking(
    frame: NodeRef<html::Div>,
    life: RwSignal<Life>,
    load: LoadPart,
) -> impl Fn() + Copy + Send + Sync + 'static {
    let (owner, as_served) = (StoredValue::new(Owner::current().unwrap_or_default()), AsServed::expect());
    // Holds the part for as long as its place in the page exists.
    let kept = StoredValue::new_local(None::<Placed>);
    move || {
        let Some(frame) = frame.get_untracked() else { return };
        life.set(Life::Waking);
        let placed = load(Place::new(&frame, as_served.get_untracked()));
        let woken = async move {
            // The place may be gone by the time the module comes, and its signals with it.
            match placed.await {
                Ok(placed) => {
                    kept.try_update_value(|kept| *kept = Some(placed));
                    life.try_set(Life::Awake);
                }
                Err(_reported_in_the_console) => _ = life.try_set(Life::Failed),
            }
        };
        owner.with_value(|owner| {
            owner.with(|| leptos::task::spawn_local(ScopedFuture::new_untracked(woken)));
        });
    }
}
