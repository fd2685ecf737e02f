//! The lenses: a menu that the server renders, and the open one, whose code is fetched when it is opened. Each lens is a
//! component in a file of its own, which shows its finding in a [`frame::LensFrame`].

mod address_choice;
mod attention;
mod attention_distance;
mod attention_steps;
pub mod bars;
mod channel_wall;
pub mod chart;
mod cka;
mod class_map;
pub mod class_picker;
mod cover;
mod cursor;
mod effective_field;
mod experiment;
mod export;
mod feature_maps;
mod filters;
pub mod frame;
mod layers;
mod logit_lens;
pub mod matrix;
mod menu;
pub mod model_choice;
mod node_choice;
mod patches;
pub mod pickers;
mod receptive_field;
mod rollout;
mod settled;
mod shuffle;
mod similarity;
mod skips;
mod tile_board;
mod translation;

use leptos::either::Either;
use leptos::prelude::*;
use leptos::wasm_split::{SplitLoaderError, wasm_split};

use super::part::{LoadPart, Part, Place, Placed};
use crate::components::still::still;
use crate::drawing::lens::Lens;
use crate::i18n::text::lenses as text;
use crate::state::View;
use menu::Menu;

/// The part of the page.
const ID: &str = "lens";
/// The open lens, which links to it point to.
pub const PANEL_ID: &str = "lens-panel";

/// Menu and open lens.
#[component]
pub fn Lenses() -> impl IntoView {
    let lens = View::expect().lens();
    let open = Memo::new(move |_previous| lens.with(|lens| Lens::from_name(lens.as_ref()?.name())));
    // Two places by turns, so that a lens never takes over the elements of the one before.
    let mut is_first = false;
    let part = move || {
        open.get().map(|lens| {
            is_first = !is_first;
            let part = view! { <Part load=load(lens)/> };
            if is_first { Either::Left(part) } else { Either::Right(part) }
        })
    };
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
            {part}
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
        Some(Lens::Attention) => view! { <attention::Attention/> }.into_any(),
        Some(Lens::AttentionDistance) => view! { <attention_distance::AttentionDistance/> }.into_any(),
        Some(Lens::AttentionSteps) => view! { <attention_steps::AttentionSteps/> }.into_any(),
        Some(Lens::Rollout) => view! { <rollout::Rollout/> }.into_any(),
        Some(Lens::FeatureMaps) => view! { <feature_maps::FeatureMaps/> }.into_any(),
        Some(Lens::Filters) => view! { <filters::Filters/> }.into_any(),
        Some(Lens::ClassMap) => view! { <class_map::ClassMap/> }.into_any(),
        Some(Lens::Cursor) => view! { <cursor::OnePlace/> }.into_any(),
        Some(Lens::ReceptiveField) => view! { <receptive_field::ReceptiveField/> }.into_any(),
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
    let view = match frame::open_lens() {
        Some(Lens::Cover) => view! { <cover::Cover/> }.into_any(),
        Some(Lens::Shuffle) => view! { <shuffle::Shuffle/> }.into_any(),
        Some(Lens::Skips) => view! { <skips::Skips/> }.into_any(),
        Some(Lens::Translation) => view! { <translation::Translation/> }.into_any(),
        _ => ().into_any(),
    };
    Ok(place.put(view))
}
