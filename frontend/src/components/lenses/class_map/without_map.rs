//! The lens of a model whose head reads no map: why there is none, and where to look in its place.

use leptos::prelude::*;
use shared::{ModelSlot, Operation};

use crate::components::lenses::frame::{LensFrame, TableData};
use crate::components::lenses::model_choice::ModelChoice;
use crate::components::link::is_plain_click;
use crate::components::live::{live, on};
use crate::drawing::lens::Lens;
use crate::i18n::text::lenses::class_map as text;
use crate::state::{LensAddress, Models, View};

/// Why a model has no such map, and where to look in its place.
#[component]
pub fn NoMap(
    /// Whose.
    model: ModelSlot,
) -> impl IntoView {
    let (view, models) = (View::expect(), Models::expect());
    let is_class_token =
        models.graph(model).nodes.iter().any(|node| node.operation == Operation::ClassTokenRow);
    let why = text::why_not(&models.info(model).name, is_class_token);
    let rollout = || LensAddress::read(Lens::Rollout.name());
    let open = move |event: leptos::ev::MouseEvent| {
        if is_plain_click(&event) {
            event.prevent_default();
            view.open_lens(rollout());
        }
    };
    view! {
        <LensFrame
            lens=Lens::ClassMap
            title=text::NO_MAP
            explanation=text::NO_MAP_NOTE
            source=text::SOURCE
            loads=Vec::new()
            numbers=Signal::stored(None::<String>)
            table=|()| TableData::default()
        >
            <div class="lens-controls"><ModelChoice/></div>
            <div class="lens-side">
                <p>{why}</p>
                <p class="choices">
                    <a class="button" href=live(move || view.get().with_lens(rollout()).to_query()) on:click=on(open)>{text::TO_ROLLOUT}</a>
                    <button type="button" class="button needs-script" on:click=on(move |_event| view.set_model(ModelSlot::Resnet))>{text::TO_CNN}</button>
                </p>
            </div>
        </LensFrame>
    }
}
