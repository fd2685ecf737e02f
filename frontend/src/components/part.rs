//! Parts of the page whose code is a module of its own, which the browser fetches when a visitor comes near: the first visit
//! then costs what the first view needs. The server renders every part; until its module is there, it is a document.

mod place;

use std::pin::Pin;

use leptos::ev::MouseEvent;
use leptos::html;
use leptos::prelude::*;
use leptos::reactive::computed::ScopedFuture;
use leptos::wasm_split::SplitLoaderError;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::in_sight::once_in_sight;
use super::link::is_plain_click;
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
/// the server rendered. A click that comes before it is awake is answered once it is.
#[component]
pub fn Part(
    /// What makes it.
    load: LoadPart,
    /// Whether to be seen is not enough to wake it, because it is complete as a document: the pointer or the focus has to
    /// come to it.
    #[prop(optional)]
    is_document: bool,
) -> impl IntoView {
    let frame = NodeRef::<html::Div>::new();
    let life = RwSignal::new(Life::Document);
    let (is_visited, early_click) = (RwSignal::new(false), StoredValue::new_local(None::<HtmlElement>));
    let wake = waking(frame, life, load);
    let as_served = AsServed::expect();
    let is_seen = if is_document { is_visited.read_only() } else { once_in_sight(frame) };
    Effect::new(move |_previous: Option<()>| {
        let Some(frame) = frame.get() else { return };
        let is_needed = !frame.has_child_nodes() || is_seen.get() || !as_served.get();
        if is_needed && life.get() == Life::Document {
            wake();
        }
    });
    Effect::new(move |_previous: Option<()>| {
        if life.get() == Life::Awake {
            early_click
                .try_update_value(Option::take)
                .flatten()
                .into_iter()
                .for_each(|clicked| clicked.click());
        }
    });
    let visit = move || {
        if !is_visited.get_untracked() {
            is_visited.set(true);
        }
    };
    let keep_early = move |event: MouseEvent| {
        let clicked = control(&event).filter(|_clicked| is_plain_click(&event));
        if clicked.is_some() && matches!(life.get_untracked(), Life::Document | Life::Waking) {
            event.prevent_default();
            early_click.set_value(clicked);
            visit();
        }
    };
    view! {
        <div
            class="part"
            node_ref=frame
            data-part=live(move || life.get().as_str())
            on:pointerover=on(move |_event| visit())
            on:focusin=on(move |_event| visit())
            on:click=on(keep_early)
            inner_html=place::rendered(load)
        ></div>
        {move || (life.get() == Life::Failed).then(|| view! {
            <div class="trouble" role="alert">
                <p>{text::PART_MISSING}</p>
                <button type="button" class="button" on:click=on(move |_event| wake())>{text::TRY_AGAIN}</button>
            </div>
        })}
    }
}

/// The button, or the link to another view of the page, that was clicked. Anything else the browser answers by itself.
fn control(event: &MouseEvent) -> Option<HtmlElement> {
    let target: Element = event.target()?.dyn_into().ok()?;
    target.closest("button, a[href^='?']").ok()??.dyn_into().ok()
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
        let placed = load(Place::new(&frame, as_served));
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
