//! The lenses: views of what the models compute for the picture on the bench. Their list at the end of section 3, and
//! the place where the open one stands. Each lens is a file here with a module of its own for the browser, `lenses` or
//! `experiments`, which is fetched when one is opened.

pub mod arrival;
pub mod frame;
pub mod picker;
pub mod settings;
pub mod status;
pub mod table;
pub mod tools;

mod similarity;

use leptos::ev::MouseEvent;
use leptos::prelude::*;

use super::link::is_plain_click;
use super::part::{LoadPart, Part};
use crate::components::live::{live, on};
use crate::drawing::lens::{Lens, LensFamily};
use crate::i18n::text::lenses as text;
use crate::state::{LensAddress, View};

/// What makes a lens; `None` for one that has no component. Each function of a lens names the module that it belongs to.
pub fn maker(lens: Lens) -> Option<LoadPart> {
    let make: LoadPart = match lens {
        Lens::Similarity => |place| Box::pin(similarity::put_similarity(place)),
        _ => return None,
    };
    Some(make)
}

/// The list of lenses and the open one.
#[component]
pub fn Lenses() -> impl IntoView {
    let view = View::expect();
    let address = view.lens();
    let open = Memo::new(move |_previous| address.get()?.lens().filter(|lens| maker(*lens).is_some()));
    let groups = LensFamily::ALL.map(|family| group(view, open, family));
    arrival::settle();
    view! {
        <section id=arrival::ID class="lenses" tabindex="-1" aria-labelledby="lens-heading">
            <header>
                <h3 id="lens-heading">{text::TITLE}</h3>
                <p class="muted">{text::LEAD}</p>
            </header>
            <nav class="lens-list" aria-label=text::LIST>{groups}</nav>
            <div class="lens-place">
                {move || open.get().and_then(maker).map(|load| view! {
                    <Part load/>
                    <p class="lens-fetching" role="status">{text::FETCHING}</p>
                })}
            </div>
        </section>
    }
}

fn group(view: View, open: Memo<Option<Lens>>, family: LensFamily) -> impl IntoView {
    let listed = Lens::ALL.into_iter().filter(|lens| lens.family() == family && maker(*lens).is_some());
    let links: Vec<_> = listed.map(|lens| link(view, open, lens)).collect();
    (!links.is_empty()).then(|| {
        view! {
            <div class="lens-group">
                <h4>{text::family(family)}</h4>
                <ul>{links}</ul>
            </div>
        }
    })
}

fn link(view: View, open: Memo<Option<Lens>>, lens: Lens) -> impl IntoView {
    let words = text::words(lens);
    view! {
        <li>
            <a
                class="lens-link"
                href=live(move || arrival::href(view, &LensAddress::new(lens)))
                aria-current=live(move || (open.get() == Some(lens)).then_some("true"))
                on:click=on(move |event: MouseEvent| {
                    if is_plain_click(&event) {
                        event.prevent_default();
                        view.open_lens(LensAddress::new(lens));
                    }
                })
            >
                <span class="lens-name">{words.title}</span>
                <span class="lens-question">{words.question}</span>
            </a>
        </li>
    }
}
