//! The curves of runs side by side: a hue for each backbone, a dash for training and for validation. At most some hundred points each.

use std::sync::Arc;

use shared::ModelSlot;
use shared::training::{EpochPoint, RunHistory};

use super::chart::{ChartData, Series};

/// Points of a curve that are drawn: more cannot be told apart.
const MAX_POINTS: usize = 240;
/// The same of a curve that is smooth.
const MAX_SMOOTH: usize = 32;

/// A run that is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct RunCurves {
    /// Its backbone, which gives the hue.
    pub slot: ModelSlot,
    /// What it is called.
    pub name: String,
    /// What it told.
    pub history: Arc<RunHistory>,
}

/// Loss on training and validation photos by epoch; `sources` names the two.
pub fn loss(runs: &[RunCurves], sources: [&str; 2]) -> ChartData {
    let values: [fn(&EpochPoint) -> Option<f64>; 2] =
        [|point| Some(point.train_loss), |point| point.validation_loss];
    ChartData { series: by_epoch(runs, sources, values), ..ChartData::default() }
}

/// Right answers in percent by epoch.
pub fn accuracy(runs: &[RunCurves], sources: [&str; 2]) -> ChartData {
    let values: [fn(&EpochPoint) -> Option<f64>; 2] =
        [|point| Some(point.train_top1_percent), |point| point.validation_top1_percent];
    ChartData { series: by_epoch(runs, sources, values), y_range: Some((0.0, 100.0)), ..ChartData::default() }
}

/// The learning rate by step, in thousandths: smaller numbers have no room at an axis.
pub fn learning_rate(runs: &[RunCurves], _sources: [&str; 2]) -> ChartData {
    let series = |run: &RunCurves| Series {
        name: run.name.clone(),
        hue: Some(run.slot.as_str()),
        points: thinned(
            run.history.steps.iter().map(|point| (point.step as f64, point.learning_rate * 1000.0)).collect(),
            MAX_SMOOTH,
        ),
        is_line: true,
    };
    ChartData { series: runs.iter().map(series).collect(), ..ChartData::default() }
}

/// The best share of right answers on validation photos of each run that has one.
pub fn best(runs: &[RunCurves]) -> Vec<(String, f64)> {
    let of = |run: &RunCurves| {
        let values = run.history.epochs.iter().filter_map(|point| point.validation_top1_percent);
        Some((run.name.clone(), values.max_by(f64::total_cmp)?))
    };
    runs.iter().filter_map(of).collect()
}

fn by_epoch(
    runs: &[RunCurves],
    sources: [&str; 2],
    values: [fn(&EpochPoint) -> Option<f64>; 2],
) -> Vec<Series> {
    let of = |run: &RunCurves| {
        let series = |(source, value): (&str, fn(&EpochPoint) -> Option<f64>)| Series {
            name: format!("{}, {source}", run.name),
            hue: Some(run.slot.as_str()),
            points: thinned(
                run.history
                    .epochs
                    .iter()
                    .filter_map(|point| Some((point.epoch as f64, value(point)?)))
                    .collect(),
                MAX_POINTS,
            ),
            is_line: true,
        };
        sources
            .into_iter()
            .zip(values)
            .map(series)
            .filter(|series| !series.points.is_empty())
            .collect::<Vec<_>>()
    };
    runs.iter().flat_map(of).collect()
}

/// Every n-th point and the last, where there are too many.
fn thinned(points: Vec<(f64, f64)>, most: usize) -> Vec<(f64, f64)> {
    let step = points.len().div_ceil(most).max(1);
    let last = points.len().saturating_sub(1);
    let is_kept = |(position, _point): &(usize, (f64, f64))| position % step == 0 || *position == last;
    points.into_iter().enumerate().filter(is_kept).map(|(_position, point)| point).collect()
}

#[cfg(test)]
mod tests {
    use shared::training::StepPoint;

    use super::*;

    fn run(epochs: u64, has_validation: bool) -> RunCurves {
        let point = |epoch: u64| EpochPoint {
            epoch,
            step: epoch * 10,
            train_loss: 1.0 / epoch as f64,
            train_top1_percent: 50.0 + epoch as f64,
            validation_loss: has_validation.then_some(2.0 / epoch as f64),
            validation_top1_percent: has_validation.then_some(40.0 + (epoch % 3) as f64),
        };
        let steps =
            (1..=epochs * 10).map(|step| StepPoint { step, loss: 1.0, learning_rate: 1.0 / step as f64 });
        let history = RunHistory {
            epochs: (1..=epochs).map(point).collect(),
            steps: steps.collect(),
            ..RunHistory::default()
        };
        RunCurves { slot: ModelSlot::Vit, name: "ViT".to_owned(), history: Arc::new(history) }
    }

    #[test]
    fn each_run_has_a_curve_for_each_kind_of_photos_that_it_has() {
        let chart = loss(&[run(3, true), run(2, false)], ["training", "validation"]);
        let names: Vec<&str> = chart.series.iter().map(|series| series.name.as_str()).collect();
        assert_eq!(names, ["ViT, training", "ViT, validation", "ViT, training"]);
        assert_eq!(chart.series[1].points, [(1.0, 2.0), (2.0, 1.0), (3.0, 2.0 / 3.0)]);
        assert_eq!(accuracy(&[run(1, false)], ["a", "b"]).y_range, Some((0.0, 100.0)));
        assert_eq!(best(&[run(3, true), run(2, false)]), [("ViT".to_owned(), 42.0)]);
    }

    #[test]
    fn long_curves_keep_their_ends() {
        let chart = learning_rate(&[run(100, true)], ["", ""]);
        let points = &chart.series[0].points;
        assert!(points.len() <= MAX_SMOOTH + 1, "{}", points.len());
        assert_eq!((points[0], points[points.len() - 1].0), ((1.0, 1000.0), 1000.0));
    }
}
