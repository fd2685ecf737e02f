//! The lens that shows what a unit can have seen of the picture, by depth, and what it used of it.

mod charts;
mod unit;

use std::sync::Arc;

use leptos::prelude::*;
use shared::views::EffectiveField;
use shared::{ModelSlot, NodeId, ReceptiveField as Field};

use super::address_choice::AddressChoice;
use super::effective_field::{EffectiveBar, EffectiveLoad, EffectiveMap, UnitAsked};
use super::frame::LensFrame;
use super::model_choice::ModelChoice;
use super::pickers::NodePicker;
use super::settled::{KeepsPlace, go_to_kept_place};
use crate::components::learning::{FieldFrame, Slider};
use crate::drawing::lens::Lens;
use crate::drawing::receptive::{FieldStep, depth_of};
use crate::i18n::text::lenses::receptive_field as text;
use crate::state::{Cursor, LensState, Models, Specimen, View};
use charts::{Growth, Paths, spread_of};
use unit::{Bench, Unit, table};

/// Where the node stands in the address.
const NODE: &str = "node";
/// Where the choice of pictures stands in the address.
const AVERAGE: &str = "average";
/// The mean over the samples, in the address and for the API.
const SAMPLES: &str = "samples";

/// The lens.
#[component]
pub fn ReceptiveField() -> impl IntoView {
    let (state, cursor) = (LensState::new(), Cursor::expect());
    let models = StoredValue::new(Models::expect());
    go_to_kept_place(state);
    let model = View::expect().model();
    let bench = Memo::new(move |_previous| models.with_value(|models| Bench::of(models, model.get())));
    let (named, average) = (state.text(NODE), state.text(AVERAGE));
    let is_mean = move || average.with(|average| average.as_deref() == Some(SAMPLES));
    let unit = Memo::new(move |_previous| {
        let place = cursor.place();
        let step = bench.with(|bench| bench.step(named.get().as_deref()));
        Unit::at(step.expect("a model has a layer with places"), place, bench.with(|bench| bench.side_px))
    });
    let effective = EffectiveLoad::new(move || {
        let Unit { step, row, column, .. } = unit.get();
        UnitAsked { model: model.get(), node: step.node, row, column, is_mean: is_mean() }
    });
    let title =
        move || unit.with(|unit| text::finding(&unit.name(), unit.size_px(), effective.measured().as_ref()));
    let num_samples = Specimen::expect().samples().len();
    let waits_for = move || {
        effective
            .is_old()
            .then(|| if is_mean() { text::averaging(num_samples) } else { text::MEASURING.to_owned() })
    };
    let rows = move |()| {
        bench.with(|bench| unit.with(|unit| table(bench, unit, cursor.place(), effective.measured())))
    };
    let nodes =
        move || bench.with(|bench| bench.nodes.iter().map(|step| step.node.to_string()).collect::<Vec<_>>());
    let options = text::pictures(num_samples);
    let options = ["", SAMPLES].into_iter().zip(options).collect::<Vec<_>>();
    view! {
        <LensFrame
            lens=Lens::ReceptiveField
            title=Signal::derive(title)
            explanation=Signal::derive(move || text::note(unit.with(Unit::is_patch)))
            source=text::SOURCE
            loads=vec![effective.load.into()]
            numbers=Signal::derive(move || Some(effective.npy()))
            table=rows
        >
            <div class="lens-controls">
                <ModelChoice/>
                <NodePicker
                    name=text::NODE
                    nodes=Signal::derive(nodes)
                    chosen=Signal::derive(move || unit.with(|unit| unit.step.node.to_string()))
                    on_choose=move |node: String| state.set(NODE, node)
                />
                <AddressChoice name=text::PICTURES key=AVERAGE options/>
            </div>
            <div class="lens-split">
                {move || bench.with(|bench| view! { <Picture model=bench.model side_px=bench.side_px steps=Arc::clone(&bench.steps) unit effective/> })}
                <div class="lens-side">
                    {move || facts(&unit.get(), effective.measured().as_ref())}
                    <p class="lens-waits muted" role="status">{waits_for}</p>
                    {move || charts(&bench.get(), unit)}
                </div>
            </div>
        </LensFrame>
    }
}

/// The picture with the unit's fields, and the slider through the depth.
#[component]
fn Picture(
    /// Whose.
    model: ModelSlot,
    /// Side of the picture.
    side_px: usize,
    /// All depths.
    steps: Arc<Vec<FieldStep>>,
    /// The unit.
    unit: Memo<Unit>,
    /// What it used.
    effective: EffectiveLoad,
) -> impl IntoView {
    let (grid, state) = (effective.grid(), LensState::new());
    let count = steps.len();
    let depth = depth_signal(model, &steps, unit);
    let shown = move || unit.with(|unit| text::depth(unit.step.node.as_str(), unit.size_px()));
    let kept = StoredValue::new(Arc::clone(&steps));
    view! {
        <div class="lens-main" data-model=model.as_str()>
            <KeepsPlace>
                <FieldFrame
                    model=model
                    side_px=side_px
                    steps=Signal::stored(steps)
                    step=Signal::derive(move || unit.with(|unit| unit.step.clone()))
                    label=Signal::derive(move || unit.with(|unit| text::label(&unit.name(), unit.share())))
                    overlay=move || view! { <EffectiveMap effective grid/> }
                    circles=Signal::derive(move || effective.radii_px())
                />
            </KeepsPlace>
            <EffectiveBar grid/>
            <Slider
                name=text::DEPTH
                count=count
                position=depth
                value=Signal::derive(shown)
                on_move=move |depth: usize| kept.with_value(|steps| state.set(NODE, &steps[depth.min(count - 1)].node))
            />
        </div>
    }
}

/// The depth at which the unit's node stands.
fn depth_signal(model: ModelSlot, steps: &Arc<Vec<FieldStep>>, unit: Memo<Unit>) -> Signal<usize> {
    let (models, steps) = (Models::expect(), Arc::clone(steps));
    Signal::derive(move || {
        unit.with(|unit| depth_of(models.graph(model), &steps, &unit.step.node)).unwrap_or_default()
    })
}

fn facts(unit: &Unit, measured: Option<&EffectiveField>) -> impl IntoView + use<> {
    let side_px = unit.side_px as f64;
    let box_px = unit.size_px().map_or(side_px * side_px, |size| (size * size) as f64);
    let radius = |radius_px: f64| {
        let share = std::f64::consts::PI * radius_px * radius_px / box_px;
        text::radius(radius_px, Some(share).filter(|share| *share <= 1.0))
    };
    let step_px = match unit.step.field {
        Field::Local { jump_px, .. } => jump_px as f64,
        Field::Global => side_px / unit.step.map_side.max(1) as f64,
    };
    let unknown = || "…".to_owned();
    let values = [
        text::size(unit.size_px()),
        text::share(unit.share()),
        text::pixels(unit.centre_px()),
        text::length(step_px),
        measured.map_or_else(unknown, |field| radius(field.radius_68_px)),
        measured.map_or_else(unknown, |field| radius(field.radius_95_px)),
    ];
    let fact = |(name, value): (&'static str, String)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> };
    view! { <dl class="facts">{text::FACTS.into_iter().zip(values).map(fact).collect::<Vec<_>>()}</dl> }
}

/// Of a model whose fields grow; attention has the whole picture from the start, which a chart would not say better.
fn charts(bench: &Bench, unit: Memo<Unit>) -> Option<impl IntoView + use<>> {
    let spread = Models::expect();
    let spread = spread_of(spread.info(bench.model))?;
    let (steps, state) = (Arc::clone(&bench.steps), LensState::new());
    let depth = depth_signal(bench.model, &steps, unit);
    let nodes: Vec<NodeId> = steps.iter().map(|step| step.node.clone()).collect();
    let choose = move |depth: usize| nodes.get(depth).into_iter().for_each(|node| state.set(NODE, node));
    Some(view! {
        <div class="lens-charts" data-model=bench.model.as_str()>
        <Growth name=bench.name.clone() side_px=bench.side_px steps depth on_choose=choose/>
        <Paths spread side_px=bench.side_px/>
        </div>
    })
}
