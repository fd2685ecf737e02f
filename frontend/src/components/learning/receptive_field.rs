//! The receptive field of the unit at the shared place, by depth, drawn on the picture. Exact, and an upper bound: what a unit really uses
//! is less.

use std::sync::Arc;

use leptos::prelude::*;
use shared::ModelSlot;

use super::field_frame::FieldFrame;
use super::slider::Slider;
use crate::components::figure::Figure;
use crate::components::live::live;
use crate::drawing::receptive::{FieldStep, field_box, steps, unit_at};
use crate::drawing::specification::first_to_see_all;
use crate::i18n::text::learning as text;
use crate::state::{Cursor, Models};

const MODEL: ModelSlot = ModelSlot::Resnet;

/// A unit of the CNN at some depth.
#[derive(Clone, Copy)]
struct Unit {
    steps: Signal<Arc<Vec<FieldStep>>>,
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
        steps: Signal::stored(Arc::new(steps)),
        depth: RwSignal::new(middle),
        side_px,
        cursor: Cursor::expect(),
    };
    let label =
        move || unit.with(|step, at| text::field_label(step.node.as_str(), &described(step, at, side_px)));
    view! {
        <Figure title=title explanation=text::FIELDS_NOTE source=text::LUO_2016>
            <FieldFrame
                model=MODEL
                side_px=side_px
                steps=unit.steps
                step=Signal::derive(move || unit.step())
                label=Signal::derive(label)
            />
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
    /// The chosen depth; reactive.
    fn step(self) -> FieldStep {
        let depth = self.depth.get();
        self.steps.with(|steps| steps[depth.min(steps.len() - 1)].clone())
    }

    /// Calls with the step at the chosen depth and the unit (column, row) at the shared place; reactive.
    fn with<T>(self, of: impl Fn(&FieldStep, (usize, usize)) -> T) -> T {
        let (step, (x, y)) = (self.step(), self.cursor.place());
        of(&step, (unit_at(&step, x, self.side_px), unit_at(&step, y, self.side_px)))
    }
}

fn described(step: &FieldStep, unit: (usize, usize), side_px: usize) -> String {
    let share = field_box(step, unit).map_or(1.0, |field| field.share_of_picture(side_px));
    text::unit(unit, step.map_side, share)
}

/// The same numbers as a table.
#[component]
fn StageTable(
    /// Whose depth is marked.
    unit: Unit,
) -> impl IntoView {
    let rows = unit.steps.with(|steps| {
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
