//! The picture with a box over it that is drawn by dragging, or moved and resized by the arrow keys.

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::html;
use leptos::prelude::*;
use shared::ModelSlot;

use crate::components::cropped_picture::CroppedPicture;
use crate::components::lenses::experiment::depth_maps::{Outline, Outlined};
use crate::components::live::{live, on};
use crate::drawing::experiments::cover::CoverBox;
use crate::i18n::text::lenses::cover as text;
use crate::state::Models;

/// Arrow keys go by this part of the side.
const STEPS: usize = 28;

/// The picture and its box.
#[component]
pub fn RegionBox(
    /// Side of the picture in pixels.
    side: usize,
    /// The box.
    region: Memo<CoverBox>,
    /// Takes another box.
    #[prop(into)]
    on_change: Callback<CoverBox>,
) -> impl IntoView {
    let place = NodeRef::<html::Div>::new();
    let corner = StoredValue::new(None::<(f64, f64)>);
    // What is being dragged, until it is let go.
    let draft = RwSignal::new(None::<CoverBox>);
    let shown = Memo::new(move |_previous| draft.get().unwrap_or_else(|| region.get()));
    let point = move |event: &PointerEvent| {
        let bounds = place.get_untracked()?.get_bounding_client_rect();
        let x = (f64::from(event.client_x()) - bounds.left()) / bounds.width();
        let y = (f64::from(event.client_y()) - bounds.top()) / bounds.height();
        Some((x.clamp(0.0, 1.0), y.clamp(0.0, 1.0)))
    };
    let press = move |event: PointerEvent| {
        event.prevent_default();
        if let Some(place) = place.get_untracked() {
            // Refused where the pointer has gone already; then there is nothing to drag.
            _ = place.set_pointer_capture(event.pointer_id());
            _ = place.focus();
        }
        corner.set_value(point(&event));
    };
    let drag = move |event: PointerEvent| {
        if let Some((from, to)) = corner.get_value().zip(point(&event)) {
            draft.set(Some(CoverBox::between(from, to, side)));
        }
    };
    let let_go = move |_event: PointerEvent| {
        corner.set_value(None);
        if let Some(drawn) = draft.get_untracked() {
            on_change.run(drawn);
            draft.set(None);
        }
    };
    let give_up = move |_event: PointerEvent| {
        corner.set_value(None);
        draft.set(None);
    };
    let key = move |event: KeyboardEvent| {
        let step = (side / STEPS).max(1).cast_signed();
        let (right, down) = match event.key().as_str() {
            "ArrowLeft" => (-step, 0),
            "ArrowRight" => (step, 0),
            "ArrowUp" => (0, -step),
            "ArrowDown" => (0, step),
            _ => return,
        };
        event.prevent_default();
        let region = region.get_untracked();
        on_change.run(match event.shift_key() {
            true => region.resized(right, down, side),
            false => region.moved(right, down, side),
        });
    };
    let outline = Memo::new(move |_previous| {
        let CoverBox { top, left, height, width } = shown.get();
        Outline { side, boxes: vec![[left, top, width, height]] }
    });
    let said = move || text::boxed(shown.get());
    view! {
        <figure class="cover-picture">
            <div
                class="map-stack cover-region"
                node_ref=place
                role="img"
                tabindex="0"
                aria-label=live(move || format!("{} {}", said(), text::DRAW))
                on:pointerdown=on(press)
                on:pointermove=on(drag)
                on:pointerup=on(let_go)
                on:pointercancel=on(give_up)
                on:keydown=on(key)
            >
                <CroppedPicture model=ModelSlot::Resnet/>
                <Covered outline/>
                <Outlined outline=outline.into()/>
            </div>
            <figcaption>
                <span class="number" aria-live="polite">{said}</span>
                <span class="muted">{text::DRAW}</span>
            </figcaption>
        </figure>
    }
}

/// What is covered, in the mean colour of the checkpoint's preprocessing: what the models read in its place.
#[component]
pub fn Covered(
    /// Which rectangles.
    outline: Memo<Outline>,
) -> impl IntoView {
    let mean = Models::expect().info(ModelSlot::Resnet).preprocessing.mean;
    let [red, green, blue] = mean.map(|part| (part * 255.0).round() as u8);
    let colour = format!("rgb({red} {green} {blue})");
    let side = move || outline.with(|outline| outline.side.max(1));
    let path = move || {
        outline.with(|outline| {
            let rectangle =
                |[x, y, width, height]: &[usize; 4]| format!("M{x} {y}h{width}v{height}h-{width}z");
            outline.boxes.iter().map(rectangle).collect::<String>()
        })
    };
    view! {
        <svg class="box-sheet" viewBox=live(move || format!("0 0 {0} {0}", side())) preserveAspectRatio="none" aria-hidden="true">
            <path fill=colour d=live(path)></path>
        </svg>
    }
}
