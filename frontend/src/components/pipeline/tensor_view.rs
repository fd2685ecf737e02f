//! What a node holds for the picture on the bench: a few of its maps, or its whole vector as a profile.

use std::sync::Arc;

use leptos::either::Either;
use leptos::prelude::*;
use shared::{ModelSlot, Node, Operation};

use crate::api::Array;
use crate::components::cropped_picture::CroppedPicture;
use crate::components::heat_map::{ColourBar, HeatMap};
use crate::components::trouble::Trouble;
use crate::drawing::planes::{PlaneKind, Planes};
use crate::drawing::profile::profile;
use crate::i18n::{number, text::pipeline as text};
use crate::state::{TensorLoad, TensorRequest};

/// Size of a vector's profile.
const PROFILE: (f64, f64) = (384.0, 96.0);

/// The live view.
#[component]
pub fn TensorView(
    /// Whose node.
    model: ModelSlot,
    /// The node.
    node: Node,
) -> impl IntoView {
    let planes = Planes::of(&node);
    let title = text::planes_title(&planes);
    let quantity = text::plane_quantity(planes.kind, node.operation == Operation::Softmax);
    let request = TensorRequest::Node { model, node: node.id, slice: planes.slice.clone() };
    let load = TensorLoad::new(move || Some(request.clone()));
    let planes = StoredValue::new(planes);
    view! {
        <h5 class="tensor-title">{title}</h5>
        <Trouble loads=vec![load]/>
        {content(model, planes, load, quantity)}
    }
}

fn content(
    model: ModelSlot,
    planes: StoredValue<Planes>,
    load: TensorLoad,
    quantity: &'static str,
) -> impl IntoView {
    let kind = planes.with_value(|planes| planes.kind);
    if kind == PlaneKind::Vector {
        return Either::Left(move || load.state().with(|state| vector(state.ready().map(|array| &**array))));
    }
    let scale = planes.with_value(|planes| planes.scale);
    let range = Memo::new(move |_previous| {
        load.state().with(|state| planes.with_value(|planes| planes.range(state.ready()?)))
    });
    let maps: Vec<_> = (0..planes.with_value(|planes| planes.count))
        .map(|index| {
            let grid = Memo::new(move |_previous| {
                load.state().with(|state| {
                    planes.with_value(|planes| planes.plane(state.ready()?, index)).map(Arc::new)
                })
            });
            let over_picture = kind == PlaneKind::ClassTokenRows;
            let name = text::plane_name(kind, index);
            view! {
                <li>
                    <div class="tensor-map">
                        {over_picture.then(|| view! { <CroppedPicture model=Signal::stored(model)/> })}
                        <HeatMap grid scale range=range label=Signal::stored(name.clone()) over_picture/>
                    </div>
                    <span class="tensor-map-name">{name}</span>
                </li>
            }
        })
        .collect();
    Either::Right(view! {
        <ul class="tensor-maps">{maps}</ul>
        <ColourBar scale range=range quantity=Signal::stored(quantity.to_owned())/>
    })
}

fn vector(array: Option<&Array>) -> impl IntoView + use<> {
    let drawn = array.map(|array| (profile(&array.values, PROFILE.0, PROFILE.1), array.values.len()));
    let ends = drawn.as_ref().map(|(drawn, count)| {
        let (low, high) = (number::value(drawn.range.0), number::value(drawn.range.1));
        (text::profile(*count, &low, &high), low, high)
    });
    let (label, low, high) = ends.unwrap_or_default();
    view! {
        <div class="profile">
            <span class="profile-scale number"><span>{high}</span> <span>{low}</span></span>
            <svg viewBox=format!("0 0 {} {}", PROFILE.0, PROFILE.1) preserveAspectRatio="none" role="img" aria-label=label>
                {drawn.map(|(drawn, _count)| view! {
                    <path class="profile-zero" d=format!("M0 {:.1}H{}", drawn.zero, PROFILE.0)/>
                    <path class="profile-values" d=drawn.d/>
                })}
            </svg>
        </div>
    }
}
