//! What all experiments share: the bar that runs and stops them, the choices that stand in the address, the answers at a point,
//! and the table of their points.

pub mod depth_maps;
mod run_bar;

use leptos::prelude::*;
use shared::ModelSlot;
use shared::views::{ExperimentPoint, ExperimentStart};

use super::address_choice::AddressChoice;
use super::frame::TableData;
use crate::components::live::on;
use crate::drawing::chart::Series;
use crate::drawing::experiments::{self, Quantity, outcome, unchanged};
use crate::i18n::text::lenses::experiment as text;
use crate::state::{LensState, Models};
pub use run_bar::RunBar;

/// An [`AddressChoice`] with its name beside it.
#[component]
pub fn StateChoice(
    /// What is chosen here.
    name: &'static str,
    /// The key.
    key: &'static str,
    /// Value and words of each.
    options: Vec<(&'static str, &'static str)>,
) -> impl IntoView {
    let options = options.into_iter().map(|(value, words)| (value, words.to_owned())).collect::<Vec<_>>();
    view! {
        <div class="lens-field needs-script">
            <span>{name}</span>
            <AddressChoice name key options/>
        </div>
    }
}

/// A whole number that stands in the address under a key; 1 where an address says nothing.
#[component]
pub fn SeedField(
    /// What it is.
    name: &'static str,
) -> impl IntoView {
    let state = LensState::new();
    let seed = seed(state);
    let changed = move |event| {
        let value = event_target_value(&event).parse::<u32>().unwrap_or(1);
        state.set(SEED, if value == 1 { String::new() } else { value.to_string() });
    };
    view! {
        <label class="lens-field needs-script">
            <span>{name}</span>
            <input
                class="text-field seed-field"
                type="number"
                min="0"
                max=u32::MAX
                prop:value=move || seed.get().to_string()
                value=seed.get_untracked()
                on:change=on(changed)
            />
        </label>
    }
}

/// The key of a seed.
const SEED: &str = "seed";

/// What permutations are made from.
pub fn seed(state: LensState) -> Memo<u64> {
    let number = state.number(SEED);
    Memo::new(move |_previous| number.get().and_then(|seed| u32::try_from(seed).ok()).unwrap_or(1).into())
}

/// What is drawn: probability, or by the key `scale` the logit.
pub fn quantity(state: LensState) -> Memo<Quantity> {
    let scale = state.text("scale");
    Memo::new(move |_previous| match scale.get().as_deref() {
        Some("logit") => Quantity::Logit,
        _ => Quantity::Probability,
    })
}

/// Chooses what is drawn.
#[component]
pub fn QuantityChoice() -> impl IntoView {
    let [probability, logit] = text::QUANTITIES;
    view! { <StateChoice name=text::DRAWN key="scale" options=vec![("probability", probability), ("logit", logit)]/> }
}

/// Name of the axis of what is drawn.
pub fn axis_name(quantity: Quantity) -> &'static str {
    text::OF_FIRST[usize::from(quantity == Quantity::Logit)]
}

/// Probabilities are drawn from 0 to 1, so that curves of two runs can be compared.
pub fn axis_range(quantity: Quantity) -> Option<(f64, f64)> {
    (quantity == Quantity::Probability).then_some((0.0, 1.0))
}

/// The curve of each model that is asked.
pub fn curves(
    start: Option<&ExperimentStart>,
    points: &[ExperimentPoint],
    quantity: Quantity,
    x: impl Fn(&ExperimentPoint) -> f64,
) -> Vec<Series> {
    let models = start.map_or(&[][..], |start| &start.models);
    let series = |model: &shared::prediction::ModelRef| Series {
        name: model.name.clone(),
        hue: Some(model.slot.as_str()),
        points: experiments::curve(points, model.slot, quantity, &x),
        is_line: true,
    };
    models.iter().map(series).collect()
}

/// The points as a table: what was changed, and what each model answered.
pub fn table(start: Option<&ExperimentStart>, points: &[ExperimentPoint]) -> TableData {
    let models = start.map_or(&[][..], |start| &start.models);
    let of_model =
        models.iter().flat_map(|model| text::COLUMNS.map(|column| text::column(&model.name, column)));
    let cells = |point: &ExperimentPoint, slot: ModelSlot| match outcome(point, slot) {
        Some(outcome) => [
            outcome.probability.to_string(),
            outcome.logit.to_string(),
            outcome.top.label.clone(),
            outcome.largest_logit_change.to_string(),
        ],
        None => Default::default(),
    };
    let row = |point: &ExperimentPoint| {
        let answers = models.iter().flat_map(|model| cells(point, model.slot));
        [point.name.clone()].into_iter().chain(answers).collect()
    };
    TableData {
        head: [text::POINT.to_owned()].into_iter().chain(of_model).collect(),
        rows: points.iter().map(row).collect(),
    }
}

/// What the models answer at a point, a line each.
#[component]
pub fn Answers(
    /// What was measured.
    start: ReadSignal<Option<ExperimentStart>>,
    /// The point.
    #[prop(into)]
    point: Signal<Option<ExperimentPoint>>,
) -> impl IntoView {
    let models = StoredValue::new(Models::expect());
    let line = move |slot: ModelSlot| {
        let (start, point) = (start.get()?, point.get()?);
        let (class, outcome) = (unchanged(&start, slot)?, outcome(&point, slot)?);
        let is_other = class.class != outcome.top.class;
        let name = models.with_value(|models| models.info(slot).name.clone());
        let line = text::answer(&name, outcome.probability, &outcome.top.label, is_other);
        Some(view! { <li data-model=slot.as_str()>{line}</li> })
    };
    view! {
        <div class="experiment-answers" aria-live="polite">
            <p class="experiment-point">{move || point.get().map(|point| point.name)}</p>
            <ul>{move || ModelSlot::ALL.map(line).into_iter().flatten().collect::<Vec<_>>()}</ul>
        </div>
    }
}
