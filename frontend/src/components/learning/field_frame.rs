//! The picture with room around it and the box of pixels that one of its units can have seen: solid what lies inside, dashed what reaches
//! into the padding. Pointing at it moves the cursor that all views share; arrow keys move it from unit to unit.

use std::sync::Arc;

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::html;
use leptos::prelude::*;
use shared::{ModelSlot, ReceptiveField};

use crate::components::cropped_picture::CroppedPicture;
use crate::components::live::{live, on};
use crate::drawing::receptive::{FieldBox, FieldStep, centre_px, field_box, unit_at};
use crate::state::Cursor;

/// The picture and the boxes.
#[component]
pub fn FieldFrame(
    /// Whose picture.
    model: ModelSlot,
    /// Side of the picture in pixels.
    side_px: usize,
    /// All depths: those that end a stage are drawn faint.
    steps: Signal<Arc<Vec<FieldStep>>>,
    /// The depth of the unit.
    #[prop(into)]
    step: Signal<FieldStep>,
    /// What is to be seen, for those who do not see it.
    #[prop(into)]
    label: Signal<String>,
    /// Lies between the picture and the boxes.
    #[prop(optional, into)]
    overlay: ViewFn,
    /// Radii in pixels of circles around the unit.
    #[prop(optional, into)]
    circles: Signal<Vec<f64>>,
) -> impl IntoView {
    let cursor = Cursor::expect();
    let frame = NodeRef::<html::Div>::new();
    let pointed = move |event: &PointerEvent| {
        let bounds = frame.get_untracked()?.get_bounding_client_rect();
        let place = |client: i32, start: f64, length: f64| (f64::from(client) - start) / length;
        let x = place(event.client_x(), bounds.left(), bounds.width());
        Some((x, place(event.client_y(), bounds.top(), bounds.height())))
    };
    let view_box = format!("0 0 {side_px} {side_px}");
    let boxes = move || {
        let place = cursor.place();
        let whole = steps.with(|steps| step.with(|step| boxes(steps, step, place, side_px).into_any()));
        let rings = step.with(|step| circles.with(|circles| rings(circles, step, place, side_px).into_any()));
        [whole, rings]
    };
    view! {
        <div class="field-frame" class:is-global=move || step.with(|step| step.field == ReceptiveField::Global)>
            <div
                class="field-picture"
                node_ref=frame
                role="img"
                tabindex="0"
                aria-label=live(move || label.get())
                on:pointermove=on(move |event| cursor.point_at(pointed(&event)))
                on:pointerdown=on(move |event| pointed(&event).into_iter().for_each(|place| cursor.choose(place)))
                on:pointerleave=on(move |_event| cursor.point_at(None))
                on:keydown=on(move |event| move_on(cursor, step, &event))
            >
                <CroppedPicture model/>
                {overlay.run()}
                <svg class="field-boxes" viewBox=view_box aria-hidden="true">{boxes}</svg>
            </div>
        </div>
    }
}

/// Arrow keys move the cursor to the neighbouring unit, Escape lets go of it.
fn move_on(cursor: Cursor, step: Signal<FieldStep>, event: &KeyboardEvent) {
    let (right, down) = match event.key().as_str() {
        "ArrowLeft" => (-1.0, 0.0),
        "ArrowRight" => (1.0, 0.0),
        "ArrowUp" => (0.0, -1.0),
        "ArrowDown" => (0.0, 1.0),
        "Escape" => return cursor.point_at(None),
        _ => return,
    };
    event.prevent_default();
    let map_side = step.with_untracked(|step| step.map_side) as f64;
    let (x, y) = untrack(move || cursor.place());
    let moved = |place: f64, by: f64| (place + by / map_side).clamp(0.0, 1.0);
    cursor.choose((moved(x, right), moved(y, down)));
}

/// The boxes of all stage ends, faint, then the one of the chosen depth: dashed in full, solid where it lies inside. A unit that sees the
/// whole picture has none; its own part of the picture is marked.
fn boxes(
    steps: &[FieldStep],
    chosen: &FieldStep,
    (x, y): (f64, f64),
    side_px: usize,
) -> impl IntoView + use<> {
    let unit = |step: &FieldStep| (unit_at(step, x, side_px), unit_at(step, y, side_px));
    let ends = steps.iter().filter(|step| step.ends_stage);
    let faint: Vec<_> = ends
        .filter_map(|step| field_box(step, unit(step)))
        .map(|field| outline("field-stage", field.clipped(side_px)))
        .collect();
    let field = field_box(chosen, unit(chosen));
    let own = field.is_none().then(|| {
        let (column, row) = unit(chosen);
        let side = side_px as f64 / chosen.map_side.max(1) as f64;
        let tile = |class| {
            let (x, y) = (column as f64 * side, row as f64 * side);
            view! { <rect class=class x=x y=y width=side height=side/> }
        };
        [tile("field-halo"), tile("field-inside")]
    });
    view! {
        {faint}
        {field.map(|field| outline("field-whole", field))}
        {field.map(|field| outline("field-halo", field.clipped(side_px)))}
        {field.map(|field| outline("field-inside", field.clipped(side_px)))}
        {own}
    }
}

/// Circles around the unit, each with a halo to be seen on any picture.
fn rings(radii_px: &[f64], step: &FieldStep, (x, y): (f64, f64), side_px: usize) -> impl IntoView + use<> {
    let centre = |place: f64| centre_px(step, unit_at(step, place, side_px), side_px);
    let (cx, cy) = (centre(x), centre(y));
    let ring = move |radius_px: &f64| {
        let circle = |class| view! { <circle class=class cx=cx cy=cy r=*radius_px/> };
        [circle("field-ring-halo"), circle("field-ring")]
    };
    radii_px.iter().map(ring).collect::<Vec<_>>()
}

fn outline(class: &'static str, field: FieldBox) -> impl IntoView {
    view! {
        <rect
            class=class
            x=field.x.begin_px
            y=field.y.begin_px
            width=field.x.end_px - field.x.begin_px
            height=field.y.end_px - field.y.begin_px
        />
    }
}
