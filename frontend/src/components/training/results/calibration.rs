//! The reliability diagram of a head.

use leptos::prelude::*;

use super::Outcome;
use crate::components::figure::Figure;
use crate::components::lenses::chart::Chart;
use crate::components::stages::data_table::{DataTable, Row, number_row};
use crate::components::training::lazy_details::LazyDetails;
use crate::drawing::chart::ChartData;
use crate::drawing::reliability;
use crate::i18n::number;
use crate::i18n::text::training as frame;
use crate::i18n::text::training::results as text;

/// The figure.
#[component]
pub fn Calibration(
    /// The result.
    outcome: Outcome,
) -> impl IntoView {
    let bins = outcome.evaluation.calibration.clone();
    let title = text::calibration_title(&bins, outcome.evaluation.expected_calibration_error);
    let chart = reliability::diagram(
        &bins,
        Some(outcome.slot().as_str()),
        text::CALIBRATION_IDEAL,
        text::CALIBRATION_MEASURED,
    );
    let data =
        ChartData { x_name: text::CALIBRATION_X.to_owned(), y_name: text::CALIBRATION_Y.to_owned(), ..chart };
    let rows: Vec<Row> = bins
        .iter()
        .map(|bin| {
            let span = format!("{} to {}", number::fixed(bin.low, 2), number::fixed(bin.high, 2));
            // Of no answers there is no mean.
            let share =
                |value: f64| if bin.count == 0 { String::new() } else { number::percent(value as f32) };
            number_row(span, [number::thousands(bin.count), share(bin.mean_probability), share(bin.accuracy)])
        })
        .collect();
    let title = Signal::stored(title);
    let table = move || {
        view! { <DataTable caption=title columns=text::CALIBRATION_COLUMNS.map(str::to_owned).to_vec() rows=rows.clone()/> }.into_any()
    };
    view! {
        <Figure title explanation=Signal::derive(|| text::CALIBRATION_EXPLANATION.to_owned()) is_top=true>
            <Chart data=Signal::stored(data) label=title/>
            <LazyDetails summary=frame::AS_TABLE content=table/>
        </Figure>
    }
}
