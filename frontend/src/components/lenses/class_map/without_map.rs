//! Why a model has no class activation map, and where to look in its place.

use leptos::ev::MouseEvent;
use leptos::prelude::*;
use shared::{ModelSlot, Operation};

use crate::components::link::is_plain_click;
use crate::components::live::{live, on};
use crate::drawing::class_maps::pooled_map;
use crate::drawing::lens::Lens;
use crate::i18n::text::lenses::class_map as text;
use crate::state::{LensAddress, Models, View};

/// The reason; nothing for a model that has a map.
#[component]
pub fn WithoutMap(
    /// Whose.
    model: ModelSlot,
) -> impl IntoView {
    let (view, models) = (View::expect(), Models::expect());
    let (info, graph) = (models.info(model), models.graph(model));
    if pooled_map(graph).is_some() {
        return None;
    }
    let is_class_token = graph.nodes.iter().any(|node| node.operation == Operation::ClassTokenRow);
    let rollout = || LensAddress::read(Lens::Rollout.name());
    let open = move |event: MouseEvent| {
        if is_plain_click(&event) {
            event.prevent_default();
            view.open_lens(rollout());
        }
    };
    Some(view! {
        <section class="lens-check" data-model=model.as_str()>
            <h5>{text::without(&info.name)}</h5>
            <p class="muted">{text::why_not(&info.name, is_class_token)}</p>
            <p data-export="no">
                <a class="button" href=live(move || view.get().with_lens(rollout()).to_query()) on:click=on(open)>{text::TO_ROLLOUT}</a>
            </p>
        </section>
    })
}
