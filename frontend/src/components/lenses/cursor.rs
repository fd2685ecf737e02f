//! The lens that follows one place of the picture through both models: what the CNN's unit there has seen, and what the ViT's patch there
//! attends to, at the same relative depth.

mod pair;
mod panels;
mod reach;

use std::sync::Arc;

use leptos::prelude::*;
use shared::views::AttentionAbout;
use shared::{ModelSlot, route};

use super::effective_field::{EffectiveLoad, UnitAsked};
use super::frame::LensFrame;
use super::settled::{KeepsPlace, go_to_kept_place};
use crate::components::learning::Slider;
use crate::drawing::lens::Lens;
use crate::drawing::one_place::attention_reach;
use crate::i18n::text::lenses::cursor as text;
use crate::state::view_load::ViewRequest;
use crate::state::{Cursor, LensState, Models, ViewLoad};
use pair::{Pair, table};
use panels::{OfCnn, OfVit, vit_facts};
use reach::Reach;

/// Where the depth stands in the address.
const DEPTH: &str = "depth";

/// The lens.
#[component]
pub fn OnePlace() -> impl IntoView {
    Pair::of(&Models::expect()).map(|pair| view! { <Compared pair=Arc::new(pair)/> })
}

/// The lens of two models that can be compared.
#[component]
fn Compared(
    /// The models.
    pair: Arc<Pair>,
) -> impl IntoView {
    let (state, cursor) = (LensState::new(), Cursor::expect());
    go_to_kept_place(state);
    let (pair, count) = (StoredValue::new(Arc::clone(&pair)), pair.positions());
    let chosen = state.number(DEPTH);
    let depth = Memo::new(move |_previous| chosen.get().unwrap_or_default().min(count - 1));
    let step = Memo::new(move |_previous| pair.with_value(|pair| pair.cnn_at(depth.get()).1.clone()));
    let unit = Memo::new(move |_previous| {
        pair.with_value(|pair| step.with(|step| pair.unit_at(step, cursor.place())))
    });
    let patch = Memo::new(move |_previous| pair.with_value(|pair| pair.patch_at(cursor.place())));
    let effective = EffectiveLoad::new(move || {
        let [row, column] = unit.get();
        UnitAsked {
            model: ModelSlot::Resnet,
            node: step.with(|step| step.node.clone()),
            row,
            column,
            is_mean: false,
        }
    });
    // Every block at once: the slider then waits for nothing.
    let request = move || {
        let [row, column] = patch.get();
        let query = format!("model={}&block=all&head=mean&query={row},{column}", ModelSlot::Vit);
        Some(ViewRequest::new(route::IMAGE_ATTENTION, query))
    };
    let attention = ViewLoad::<AttentionAbout>::new(request);
    let reaches = Memo::new(move |_previous| {
        attention.get().map(|answer| pair.with_value(|pair| pair.reaches(&answer))).unwrap_or_default()
    });
    let block = move || pair.with_value(|pair| pair.vit_at(depth.get()).0);
    let reach = move || reaches.with(|reaches| reaches.get(block()).copied().flatten());
    let names = move || {
        pair.with_value(|pair| {
            let position = depth.get();
            (pair.cnn_at(position).1.node.to_string(), pair.vit_at(position).1.to_string())
        })
    };
    let title = move || {
        let (cnn, vit) = names();
        text::finding(&cnn, &vit, effective.measured().as_ref(), reach().as_ref())
    };
    let shown_depth = move || {
        let (cnn, vit) = names();
        text::depth(&cnn, &vit)
    };
    let rows = move |()| reaches.with(|reaches| pair.with_value(|pair| table(pair, reaches)));
    let even = move || {
        let place = patch.get();
        pair.with_value(|pair| {
            let weights = vec![1.0; pair.patches_per_side * pair.patches_per_side];
            attention_reach(&weights, pair.patches_per_side, pair.patch_px, place)
        })
    };
    view! {
        <LensFrame
            lens=Lens::Cursor
            title=Signal::derive(title)
            explanation=text::NOTE
            source=text::SOURCE
            loads=vec![attention.into(), effective.load.into()]
            numbers=Signal::derive(move || request().map(|request| request.npy()))
            table=rows
        >
            <div class="lens-controls">
                <Slider
                    name=text::DEPTH
                    count=count
                    position=depth
                    value=Signal::derive(shown_depth)
                    on_move=move |position: usize| state.set(DEPTH, position)
                />
            </div>
            <KeepsPlace>
                <div class="lens-pair">
                    <div data-model=ModelSlot::Resnet.as_str()>
                        <OfCnn pair step unit effective/>
                    </div>
                    <div data-model=ModelSlot::Vit.as_str()>
                        <OfVit pair patch attention block=Signal::derive(block)/>
                        {move || vit_facts(reach(), even())}
                    </div>
                </div>
            </KeepsPlace>
            <Reach pair=pair.get_value() reaches depth even=Signal::derive(move || even().map(|even| even.mean_px))/>
        </LensFrame>
    }
}
