//! The lenses: a menu that the server renders, and the open one, whose code is fetched when it is opened. Each lens is a
//! component in a file of its own, which shows its finding in a [`frame::LensFrame`].

mod cka;
mod export;
pub mod frame;
mod layers;
mod logit_lens;
mod menu;
pub mod model_choice;
mod patches;
pub mod chart;
pub mod class_picker;
pub mod matrix;
pub mod pickers;
mod similarity;
mod tile_board;

use leptos::prelude::*;
use leptos::wasm_split::{SplitLoaderError, wasm_split};

use super::part::{LoadPart, Part, Place, Placed};
use crate::components::still::still;
use crate::drawing::lens::Lens;
use crate::i18n::text::lenses as text;
use crate::state::View;
use menu::Menu;

/// The part of the page, which links can point to.
pub const ID: &str = "lens";

/// Menu and open lens.
#[component]
pub fn Lenses() -> impl IntoView {
    let lens = View::expect().lens();
    let open = Memo::new(move |_previous| lens.with(|lens| Lens::from_name(lens.as_ref()?.name())));
    let head = || {
        view! {
            <h3 id="lens-menu-heading">{text::TITLE}</h3>
            <p class="section-lead">{text::LEAD}</p>
        }
    };
    view! {
        <section id=ID class="lenses" aria-labelledby="lens-menu-heading">
            <header inner_html=still(head)></header>
            <Menu/>
            {move || open.get().map(|lens| view! { <Part load=load(lens)/> })}
        </section>
    }
}

/// Experiments have a module of their own.
fn load(lens: Lens) -> LoadPart {
    match lens {
        Lens::Translation | Lens::Shuffle | Lens::Cover | Lens::Skips => {
            |place| Box::pin(put_experiment(place))
        }
        _ => |place| Box::pin(put_lens(place)),
    }
}

#[wasm_split(lenses, wasm_split_path = leptos::wasm_split, fallible)]
fn put_lens(place: Place) -> Result<Placed, SplitLoaderError> {
    let view = match frame::open_lens() {
        Some(Lens::Cka) => view! { <cka::Cka/> }.into_any(),
        Some(Lens::Layers) => view! { <layers::Layers/> }.into_any(),
        Some(Lens::LogitLens) => view! { <logit_lens::LogitLens/> }.into_any(),
        Some(Lens::Patches) => view! { <patches::PatchesLens/> }.into_any(),
        Some(Lens::Similarity) => view! { <similarity::Similarity/> }.into_any(),
        _ => ().into_any(),
    };
    Ok(place.put(view))
}

#[wasm_split(experiments, wasm_split_path = leptos::wasm_split, fallible)]
fn put_experiment(place: Place) -> Result<Placed, SplitLoaderError> {
    Ok(place.put(().into_any()))
}
