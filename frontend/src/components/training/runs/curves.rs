//! Loss, accuracy and learning rate of the runs that are shown, in one chart each, moving as epochs come.

use leptos::prelude::*;

use super::Shown;
use crate::components::figure::Figure;
use crate::components::lenses::chart::Chart;
use crate::components::stages::data_table::{DataTable, Row, number_row};
use crate::components::training::lazy_details::LazyDetails;
use crate::drawing::chart::ChartData;
use crate::drawing::run_curves::{self, RunCurves};
use crate::i18n::number;
use crate::i18n::text::training as frame;
use crate::i18n::text::training::runs as text;
use crate::state::Training;

/// The figures.
#[component]
pub fn Curves(
    /// The runs.
    shown: [Shown; 2],
) -> impl IntoView {
    let training = Training::expect();
    let runs = Memo::new(move |_previous| {
        let of = |shown: Shown| {
            let history = shown.watch.history().get();
            let is_step_by_step = !history.epochs.is_empty() || !history.steps.is_empty();
            is_step_by_step.then(|| RunCurves { slot: shown.slot, name: training.name(shown.slot), history })
        };
        shown.into_iter().filter_map(of).collect::<Vec<_>>()
    });
    let is_any =
        Memo::new(move |_previous| runs.with(|runs| runs.iter().any(|run| !run.history.epochs.is_empty())));
    let has_steps = Memo::new(move |_previous| runs.with(|runs| !runs.is_empty()));
    let best = move || runs.with(|runs| text::accuracy_title(&run_curves::best(runs)));
    let drawn = move |draw: fn(&[RunCurves], [&str; 2]) -> ChartData, axes: (&'static str, &'static str)| {
        Signal::derive(move || {
            let chart = runs.with(|runs| draw(runs, [text::OF_TRAINING, text::OF_VALIDATION]));
            ChartData { x_name: axes.0.to_owned(), y_name: axes.1.to_owned(), ..chart }
        })
    };
    let figure = move |title: Signal<String>, explanation: &'static str, data: Signal<ChartData>| {
        view! {
            <Figure title explanation=Signal::derive(move || explanation.to_owned())>
                <Chart data label=title/>
            </Figure>
        }
    };
    let charts = move || {
        let loss = drawn(run_curves::loss, (text::EPOCH_AXIS, text::LOSS_AXIS));
        let accuracy = drawn(run_curves::accuracy, (text::EPOCH_AXIS, text::ACCURACY_AXIS));
        let rate = drawn(run_curves::learning_rate, (text::STEP_AXIS, text::RATE_AXIS));
        view! {
            <div class="figure-row is-curves">
                {figure(Signal::derive(best), text::ACCURACY_EXPLANATION, accuracy)}
                {figure(Signal::derive(|| text::LOSS_TITLE.to_owned()), text::LOSS_EXPLANATION, loss)}
                {figure(Signal::derive(|| text::RATE_TITLE.to_owned()), text::RATE_EXPLANATION, rate)}
            </div>
            <LazyDetails summary=frame::AS_TABLE content=move || table(runs)/>
        }
    };
    view! {
        <div class="curves" data-epochs=move || runs.with(|runs| runs.iter().map(|run| run.history.epochs.len()).sum::<usize>().to_string())>
            {move || (has_steps.get() && !is_any.get()).then(|| view! { <p class="muted">{text::NO_CURVE_YET}</p> })}
            {move || is_any.get().then(charts)}
        </div>
    }
}

fn table(runs: Memo<Vec<RunCurves>>) -> AnyView {
    let rows = Signal::derive(move || runs.with(|runs| runs.iter().flat_map(rows).collect::<Vec<_>>()));
    view! {
        <DataTable caption=text::ACCURACY_AXIS.to_owned() columns=text::CURVE_COLUMNS.map(str::to_owned).to_vec() rows/>
    }
    .into_any()
}

fn rows(run: &RunCurves) -> Vec<Row> {
    let optional = |value: Option<f64>, decimals: usize| {
        value.map(|value| number::fixed(value, decimals)).unwrap_or_default()
    };
    let row = |point: &shared::training::EpochPoint| {
        let cells = [
            point.epoch.to_string(),
            number::fixed(point.train_loss, 3),
            optional(point.validation_loss, 3),
            number::fixed(point.train_top1_percent, 1),
            optional(point.validation_top1_percent, 1),
        ];
        number_row(run.name.clone(), cells)
    };
    run.history.epochs.iter().map(row).collect()
}
