//! The receptive field of the unit at the shared place, by depth, drawn on the picture: solid what lies inside, dashed what
//! reaches into the padding. Exact, and an upper bound: what a unit really uses is less.

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::html;
use leptos::prelude::*;
use shared::ModelSlot;

use super::slider::Slider;
use crate::components::cropped_picture::CroppedPicture;
use crate::components::figure::Figure;
use crate::components::live::{live, on};
use crate::drawing::receptive::{FieldBox, FieldStep, field_box, steps, unit_at};
use crate::drawing::specification::first_to_see_all;
use crate::i18n::text::learning as text;
use crate::state::{Cursor, Models};

const MODEL: ModelSlot = ModelSlot::Resnet;

/// A unit of the CNN at some depth.
#[derive(Clone, Copy)]
struct Unit {
    steps: StoredValue<Vec<FieldStep>>,
    depth: RwSignal<usize>,
    side_px: usize,
    cursor: Cursor,
}

/// The figure.
#[component]
pub fn ReceptiveFields() -> impl IntoView {
    let models = Models::expect();
    let (info, graph) = (models.info(MODEL), models.graph(MODEL));
    let side_px = info.architecture.image_size();
    let steps = steps(graph);
    let name = info.name.clone();
    let title = text::fields_finding(
        &name,
        steps.first().map_or(0, |step| step.size_px),
        steps.last().map_or(0, |step| step.size_px),
        first_to_see_all(graph, side_px).map(|node| node.id.as_str()),
    );
    let count = steps.len();
    // The last stage whose units see less than the picture.
    let middle =
        steps.iter().rposition(|step| step.ends_stage && step.size_px <= side_px).unwrap_or_default();
    let unit = Unit {
        steps: StoredValue::new(steps),
        depth: RwSignal::new(middle),
        side_px,
        cursor: Cursor::expect(),
    };
    view! {
        <Figure title=title explanation=text::FIELDS_NOTE source=text::LUO_2016>
            <Frame unit/>
            <Slider
                name=text::DEPTH
                count=count
                position=unit.depth
                value=Signal::derive(move || unit.with(|step, _place| text::depth(step.node.as_str(), step.size_px)))
                on_move=move |depth| unit.depth.set(depth)
            />
            <p class="readout" aria-live="polite">{move || unit.with(|step, at| described(step, at, side_px))}</p>
            <StageTable unit/>
        </Figure>
    }
}

impl Unit {
    /// Calls with the step at the chosen depth and the unit (column, row) at the shared place; reactive.
    fn with<T>(self, of: impl Fn(&FieldStep, (usize, usize)) -> T) -> T {
        let (depth, (x, y)) = (self.depth.get(), self.cursor.place());
        self.steps.with_value(|steps| {
            let step = &steps[depth.min(steps.len() - 1)];
            of(step, (unit_at(step, x, self.side_px), unit_at(step, y, self.side_px)))
        })
    }
}

fn described(step: &FieldStep, unit: (usize, usize), side_px: usize) -> String {
    let share = field_box(step, unit).map_or(1.0, |field| field.share_of_picture(side_px));
    text::unit(unit, step.map_side, share)
}

/// The picture with room around it, and the boxes.
#[component]
fn Frame(
    /// The unit.
    unit: Unit,
) -> impl IntoView {
    let cursor = unit.cursor;
    let frame = NodeRef::<html::Div>::new();
    let pointed = move |event: &PointerEvent| {
        let bounds = frame.get_untracked()?.get_bounding_client_rect();
        let place = |client: i32, start: f64, length: f64| (f64::from(client) - start) / length;
        let x = place(event.client_x(), bounds.left(), bounds.width());
        Some((x, place(event.client_y(), bounds.top(), bounds.height())))
    };
    let view_box = format!("0 0 {0} {0}", unit.side_px);
    view! {
        <div class="field-frame">
            <div
                class="field-picture"
                node_ref=frame
                role="img"
                tabindex="0"
                aria-label=live(move || unit.with(|step, at| text::field_label(step.node.as_str(), &described(step, at, unit.side_px))))
                on:pointermove=on(move |event| cursor.point_at(pointed(&event)))
                on:pointerdown=on(move |event| pointed(&event).into_iter().for_each(|place| cursor.choose(place)))
                on:pointerleave=on(move |_event| cursor.point_at(None))
                on:keydown=on(move |event| unit.step(&event))
            >
                <CroppedPicture model=MODEL/>
                <svg class="field-boxes" viewBox=view_box aria-hidden="true">
                    {move || unit.with(|step, at| boxes(unit, step, at))}
                </svg>
            </div>
        </div>
    }
}

impl Unit {
    /// Arrow keys move the cursor to the neighbouring unit, Escape lets go of it.
    fn step(self, event: &KeyboardEvent) {
        let cursor = self.cursor;
        let (right, down) = match event.key().as_str() {
            "ArrowLeft" => (-1.0, 0.0),
            "ArrowRight" => (1.0, 0.0),
            "ArrowUp" => (0.0, -1.0),
            "ArrowDown" => (0.0, 1.0),
            "Escape" => return cursor.point_at(None),
            _ => return,
        };
        event.prevent_default();
        let map_side = untrack(move || self.with(|step, _unit| step.map_side)) as f64;
        let (x, y) = untrack(move || cursor.place());
        let moved = |place: f64, by: f64| (place + by / map_side).clamp(0.0, 1.0);
        cursor.choose((moved(x, right), moved(y, down)));
    }
}

/// The boxes of all stage ends, faint, then the one of the chosen depth: dashed in full, solid where it lies inside.
fn boxes(unit: Unit, chosen: &FieldStep, at: (usize, usize)) -> impl IntoView + use<> {
    let (x, y) = unit.cursor.place();
    let faint = unit.steps.with_value(|steps| {
        let ends = steps.iter().filter(|step| step.ends_stage);
        let box_of = |step: &FieldStep| {
            field_box(step, (unit_at(step, x, unit.side_px), unit_at(step, y, unit.side_px)))
        };
        ends.filter_map(box_of)
            .map(|field| outline("field-stage", field.clipped(unit.side_px)))
            .collect::<Vec<_>>()
    });
    let field = field_box(chosen, at);
    view! {
        {faint}
        {field.map(|field| outline("field-whole", field))}
        {field.map(|field| outline("field-halo", field.clipped(unit.side_px)))}
        {field.map(|field| outline("field-inside", field.clipped(unit.side_px)))}
    }
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

/// The same numbers as a table.
#[component]
fn StageTable(
    /// Whose depth is marked.
    unit: Unit,
) -> impl IntoView {
    let rows = unit.steps.with_value(|steps| {
        let ends = steps.iter().enumerate().filter(|(_depth, step)| step.ends_stage);
        let row = |(depth, step): (usize, &FieldStep)| {
            view! {
                <tr aria-current=live(move || (unit.depth.get() == depth).then_some("true"))>
                    <th scope="row" class="mono">{step.node.to_string()}</th>
                    <td class="number">{text::map(step.map_side)}</td>
                    <td class="number">{text::field(step.size_px, unit.side_px)}</td>
                </tr>
            }
        };
        ends.map(row).collect::<Vec<_>>()
    });
    view! {
        <table class="field-table">
            <thead><tr>{text::FIELD_COLUMNS.map(|name| view! { <th scope="col">{name}</th> })}</tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
}
