//! Whether probabilities mean what they say: the share of right answers against the probability that they were given with.

use shared::training::CalibrationBin;

use super::chart::{ChartData, Series};

/// The diagram; `ideal` names the diagonal, `measured` the points. Bins without answers are left out.
pub fn diagram(bins: &[CalibrationBin], hue: Option<&'static str>, ideal: &str, measured: &str) -> ChartData {
    let points =
        bins.iter().filter(|bin| bin.count > 0).map(|bin| (bin.mean_probability, bin.accuracy * 100.0));
    let diagonal =
        Series { name: ideal.to_owned(), hue: None, points: vec![(0.0, 0.0), (1.0, 100.0)], is_line: true };
    let measured = Series { name: measured.to_owned(), hue, points: points.collect(), is_line: true };
    ChartData {
        series: vec![measured, diagonal],
        x_range: Some((0.0, 1.0)),
        y_range: Some((0.0, 100.0)),
        ..ChartData::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_bins_are_left_out() {
        let bin = |count, mean_probability, accuracy| CalibrationBin {
            low: 0.0,
            high: 1.0,
            count,
            mean_probability,
            accuracy,
        };
        let chart = diagram(&[bin(0, 0.0, 0.0), bin(4, 0.9, 0.75)], Some("vit"), "ideal", "measured");
        assert_eq!(chart.series[0].points, [(0.9, 75.0)]);
        assert_eq!(chart.series[1].points, [(0.0, 0.0), (1.0, 100.0)]);
    }
}
