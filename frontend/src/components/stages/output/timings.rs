//! Where the time of this answer went.

use leptos::prelude::*;
use shared::Timings;

use super::OutputView;
use crate::components::figure::Figure;
use crate::components::stages::data_table::{Bar, Cell, DataTable, Row};
use crate::i18n::number;
use crate::i18n::text::stages::output as text;

/// The figure.
#[component]
pub fn TimingsFigure(
    /// The stage.
    output: OutputView,
) -> impl IntoView {
    let timings =
        Memo::new(move |_previous| output.answer.with(|answer| answer.as_ref().map(|answer| answer.timings)));
    view! {
        <Figure
            title=Signal::derive(move || text::timings_title(timings.get().map(|timings| (timings.forward_ms, total(&timings)))))
            explanation=Signal::derive(|| text::TIMINGS_EXPLANATION.to_owned())
        >
            <DataTable
                caption=text::TIMINGS.to_owned()
                columns=text::TIMINGS_COLUMNS.map(str::to_owned).to_vec()
                rows=Signal::derive(move || timings.get().map(|timings| rows(&timings)).unwrap_or_default())
            />
        </Figure>
    }
}

fn steps(timings: &Timings) -> [f64; 4] {
    [timings.decode_ms, timings.preprocess_ms, timings.queue_ms, timings.forward_ms]
}

fn total(timings: &Timings) -> f64 {
    steps(timings).into_iter().sum()
}

/// Bars begin where the step before ended.
fn rows(timings: &Timings) -> Vec<Row> {
    let total = total(timings).max(f64::MIN_POSITIVE);
    let mut elapsed = 0.0;
    let steps = text::TIMING_STEPS.into_iter().zip(steps(timings)).map(|(name, duration)| {
        let from = elapsed / total;
        elapsed += duration;
        let bar = Bar { from, to: elapsed / total, kind: "is-model" };
        let cells =
            vec![Cell::Words(name.to_owned()), Cell::Number(number::milliseconds(duration)), Cell::Bar(bar)];
        Row { cells, is_marked: false }
    });
    steps.collect()
}
