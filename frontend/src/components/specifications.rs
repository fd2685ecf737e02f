//! Section 2 of the page: both architectures side by side, where each keeps its parameters and does its arithmetic, how
//! to read the numbers, and every layer.

mod comparison;
mod facts;
mod layers;
mod notes;
mod parts;

use leptos::prelude::*;
use leptos::wasm_split::{SplitLoaderError, wasm_split};

use super::part::{Part, Place, Placed};
use super::section::Section;
use crate::i18n::text::specifications as text;
use comparison::Comparison;
use layers::Layers;
use notes::Notes;
use parts::Parts;

/// Section 2.
#[component]
pub fn Specifications() -> impl IntoView {
    view! {
        <Section id="specifications" number=2 title=text::TITLE lead=text::LEAD>
            <Part load=|place| Box::pin(put_tables(place)) is_document=true/>
        </Section>
    }
}

#[wasm_split(specifications, wasm_split_path = leptos::wasm_split, fallible)]
fn put_tables(place: Place) -> Result<Placed, SplitLoaderError> {
    Ok(place.put(view! {
        <div class="specifications">
            <Comparison/>
            <Parts/>
            <Notes/>
            <Layers/>
        </div>
    }))
}
