//! What can be said of many numbers in a few: mean, deviation, ends, share of zeros; and the median of a few.

/// Of a tensor's values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// Mean.
    pub mean: f32,
    /// Standard deviation, of all values and not of a sample of them: the sum of squares is divided by their count.
    pub deviation: f32,
    /// The least.
    pub min: f32,
    /// The largest.
    pub max: f32,
    /// Share of values that are exactly zero.
    pub zeros: f32,
}

impl Summary {
    /// Summed in f64. All zeros where there are no values.
    pub fn of(values: &[f32]) -> Self {
        let count = values.len().max(1) as f64;
        let mean = values.iter().map(|value| f64::from(*value)).sum::<f64>() / count;
        let variance = values.iter().map(|value| (f64::from(*value) - mean).powi(2)).sum::<f64>() / count;
        let zeros = values.iter().filter(|value| **value == 0.0).count();
        let ends = values.iter().fold(None, |ends: Option<(f32, f32)>, value| {
            let (min, max) = ends.unwrap_or((*value, *value));
            Some((min.min(*value), max.max(*value)))
        });
        let (min, max) = ends.unwrap_or_default();
        let zeros = (zeros as f64 / count) as f32;
        Self { mean: mean as f32, deviation: variance.sqrt() as f32, min, max, zeros }
    }
}

/// The value in the middle, or the mean of the two there; 0 where there is none.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => 0.0,
        count => (values[(count - 1) / 2] + values[count / 2]) / 2.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_says_what_the_values_are() {
        let summary = Summary::of(&[0.0, -2.0, 0.0, 6.0]);
        let expected = Summary { mean: 1.0, deviation: 3.0, min: -2.0, max: 6.0, zeros: 0.5 };
        assert_eq!(summary, expected);
        assert_eq!(Summary::of(&[]).max, 0.0);
    }

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median(vec![9.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![9.0, 1.0, 2.0, 4.0]), 3.0);
        assert_eq!(median(Vec::new()), 0.0);
    }
}
