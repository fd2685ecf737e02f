//! Accuracy against the number of photos a class, on an axis where each doubling is as wide as the one before.

use shared::ModelSlot;
use shared::training::EfficiencyPoint;

use super::chart::{ChartData, Series, Span};

/// A curve.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve<'a> {
    /// The family, which gives the hue.
    pub slot: ModelSlot,
    /// Its name.
    pub name: String,
    /// From few photos to all.
    pub points: &'a [EfficiencyPoint],
}

/// The chart. `most_per_class` is where the points of all photos stand: the photos of the largest class to learn from; `all` names
/// that place.
pub fn chart(curves: &[Curve<'_>], most_per_class: u64, all: &str) -> ChartData {
    // One doubling beyond the largest number at least, so that names stand apart.
    let largest =
        curves.iter().flat_map(|curve| curve.points).filter_map(|point| point.photos_per_class).max();
    let end = place(most_per_class).max(place(largest.unwrap_or(1)) + 0.6);
    let x = |point: &EfficiencyPoint| point.photos_per_class.map_or(end, place);
    // Curves that share a place stand a hair apart, so that both intervals are seen.
    let aside = |index: usize| (index as f64 - (curves.len() as f64 - 1.0) / 2.0) * 0.06;
    let series = |(index, curve): (usize, &Curve<'_>)| Series {
        name: curve.name.clone(),
        hue: Some(curve.slot.as_str()),
        points: curve.points.iter().map(|point| (x(point) + aside(index), point.mean_percent)).collect(),
        is_line: true,
    };
    let spans = |(index, curve): (usize, &Curve<'_>)| {
        let span = |point: &EfficiencyPoint| Span {
            series: index,
            x: x(point) + aside(index),
            low: point.low_percent,
            high: point.high_percent,
        };
        curve.points.iter().map(span).collect::<Vec<_>>()
    };
    let mut counts: Vec<u64> =
        curves.iter().flat_map(|curve| curve.points).filter_map(|point| point.photos_per_class).collect();
    counts.sort_unstable();
    counts.dedup();
    let has_all = curves.iter().flat_map(|curve| curve.points).any(|point| point.photos_per_class.is_none());
    let marks = counts.into_iter().map(|count| (place(count), count.to_string()));
    ChartData {
        series: curves.iter().enumerate().map(series).collect(),
        spans: curves.iter().enumerate().flat_map(spans).collect(),
        x_marks: marks.chain(has_all.then(|| (end, all.to_owned()))).collect(),
        x_range: Some((-0.3, end + 0.3)),
        y_range: Some((0.0, top(curves))),
        ..ChartData::default()
    }
}

/// The first round number of percent above everything: curves far below 100 would lie on each other.
fn top(curves: &[Curve<'_>]) -> f64 {
    let highs = curves.iter().flat_map(|curve| curve.points).map(|point| point.high_percent);
    (highs.fold(0.0, f64::max) / 10.0).ceil().clamp(1.0, 10.0) * 10.0
}

/// Where a number of photos stands.
fn place(count: u64) -> f64 {
    (count.max(1) as f64).log2()
}

/// At how many photos the curve that is behind at first overtakes the other; nothing where it never does. `None` inside: with all.
pub fn crossing(first: &[EfficiencyPoint], second: &[EfficiencyPoint]) -> Option<Option<u64>> {
    let pairs: Vec<_> = first
        .iter()
        .zip(second)
        .filter(|(one, other)| one.photos_per_class == other.photos_per_class)
        .collect();
    let (start, other) = pairs.first()?;
    let is_first_ahead = start.mean_percent > other.mean_percent;
    let overtakes = |(one, other): &&(&EfficiencyPoint, &EfficiencyPoint)| {
        if is_first_ahead {
            other.mean_percent > one.mean_percent
        } else {
            one.mean_percent > other.mean_percent
        }
    };
    pairs.iter().find(overtakes).map(|(one, _other)| one.photos_per_class)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(photos_per_class: Option<u64>, mean: f64) -> EfficiencyPoint {
        EfficiencyPoint {
            photos_per_class,
            num_train: 1,
            top1_percent: vec![mean],
            mean_percent: mean,
            deviation_percent: 0.0,
            low_percent: mean - 3.0,
            high_percent: mean + 3.0,
        }
    }

    #[test]
    fn each_doubling_is_as_wide_as_the_one_before() {
        let points = [point(Some(1), 10.0), point(Some(4), 30.0), point(Some(16), 50.0), point(None, 60.0)];
        let chart =
            chart(&[Curve { slot: ModelSlot::Vit, name: "ViT".to_owned(), points: &points }], 64, "all");
        let xs: Vec<f64> = chart.series[0].points.iter().map(|point| point.0).collect();
        assert_eq!(xs, [0.0, 2.0, 4.0, 6.0]);
        let marks: Vec<&str> = chart.x_marks.iter().map(|(_x, name)| name.as_str()).collect();
        assert_eq!(marks, ["1", "4", "16", "all"]);
        assert_eq!((chart.spans.len(), chart.spans[1].low, chart.spans[1].high), (4, 27.0, 33.0));
        assert_eq!(chart.y_range, Some((0.0, 70.0)), "60 and its interval");
    }

    #[test]
    fn two_curves_stand_a_hair_apart() {
        let points = [point(Some(1), 10.0)];
        let curve = |slot| Curve { slot, name: String::new(), points: &points };
        let chart = chart(&[curve(ModelSlot::Resnet), curve(ModelSlot::Vit)], 1, "all");
        assert!(chart.series[0].points[0].0 < chart.series[1].points[0].0);
    }

    #[test]
    fn the_curve_that_starts_behind_may_overtake() {
        let first = [point(Some(1), 34.0), point(Some(8), 65.0), point(None, 79.0)];
        let second = [point(Some(1), 29.0), point(Some(8), 70.0), point(None, 78.0)];
        assert_eq!(crossing(&first, &second), Some(Some(8)));
        assert_eq!(crossing(&second, &first), Some(Some(8)), "whichever comes first");
        assert_eq!(crossing(&first[2..], &second[2..]), None);
    }
}
