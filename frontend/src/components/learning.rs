//! Section 3 of the page: three claims for each family side by side, each with a small live figure on the picture, and
//! what textbooks get wrong. Pointing at any picture moves the one cursor that all of them share.

mod attention;
mod channel_maps;
mod corrections;
mod field_frame;
mod map_panel;
mod patch_likeness;
mod position_likeness;
mod receptive_field;
mod shared_kernel;
mod slider;

use leptos::html;
use leptos::prelude::*;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use shared::ModelSlot;

use super::in_sight::once_in_sight;
use super::lenses::Lenses;
use super::part::{Part, Place, Placed};
use super::section::Section;
use super::term::terms;
use crate::i18n::text::learning as text;
use crate::i18n::text::specifications::family;
use attention::Attention;
use channel_maps::ChannelMaps;
use corrections::Corrections;
pub use field_frame::FieldFrame;
pub use map_panel::{MapPanel, PanelSize};
use patch_likeness::PatchLikeness;
use position_likeness::PositionLikeness;
use receptive_field::ReceptiveFields;
use shared_kernel::SharedKernel;
pub use slider::Slider;

/// Section 3.
#[component]
pub fn Learning() -> impl IntoView {
    view! {
        <Section id="learning" number=3 title=text::TITLE lead=text::LEAD>
            <Part load=|place| Box::pin(put_claims(place))/>
            <Lenses/>
        </Section>
    }
}

#[wasm_split(learning, wasm_split_path = leptos::wasm_split, fallible)]
fn put_claims(place: Place) -> Result<Placed, SplitLoaderError> {
    Ok(place.put(view! { <Claims/> }))
}

/// The claims in pairs, and what is often said wrong.
#[component]
fn Claims() -> impl IntoView {
    let rows = [(); 3].map(|()| NodeRef::<html::Div>::new());
    let seen = rows.map(once_in_sight);
    view! {
        <p class="pointing needs-script">{text::POINTING}</p>
        <div class="pair claims" node_ref=rows[0]>
            <Claim model=ModelSlot::Resnet words=text::LOCAL><ReceptiveFields/></Claim>
            <Claim model=ModelSlot::Vit words=text::GLOBAL><Attention is_seen=seen[0]/></Claim>
        </div>
        <div class="pair claims" node_ref=rows[1]>
            <Claim model=ModelSlot::Resnet words=text::HIERARCHY><ChannelMaps is_seen=seen[1]/></Claim>
            <Claim model=ModelSlot::Vit words=text::CONTEXT><PatchLikeness is_seen=seen[1]/></Claim>
        </div>
        <div class="pair claims" node_ref=rows[2]>
            <Claim model=ModelSlot::Resnet words=text::STRONG_BIAS><SharedKernel is_seen=seen[2]/></Claim>
            <Claim model=ModelSlot::Vit words=text::WEAK_BIAS><PositionLikeness is_seen=seen[2]/></Claim>
        </div>
        <Corrections/>
    }
}

/// A claim about a family, and the figure that shows it.
#[component]
fn Claim<C: IntoView + 'static>(
    /// Whose claim.
    model: ModelSlot,
    /// The claim, and what it means.
    words: text::Claim,
    /// The figure.
    children: TypedChildren<C>,
) -> impl IntoView {
    view! {
        <article class="claim" data-model=model.as_str()>
            <header>
                <p class="claim-family">{family(model)}</p>
                <h3>{words.name}</h3>
                <p class="claim-text">{words.meaning}</p>
                {terms(words.terms)}
            </header>
            {children.into_inner()()}
        </article>
    }
}
