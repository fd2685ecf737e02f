//! An axis of values: where its round numbers stand, and where a value falls.

/// From the least to the largest value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axis {
    /// The value at 0.
    pub low: f64,
    /// The value at 1.
    pub high: f64,
}

/// Round steps within a power of ten.
const ROUND_STEPS: [f64; 3] = [1.0, 2.0, 5.0];

impl Axis {
    /// Holds all values and zero.
    pub fn around_zero(values: impl Iterator<Item = f64>) -> Self {
        let (low, high) = values
            .filter(|value| value.is_finite())
            .fold((0.0_f64, 0.0_f64), |(low, high), value| (low.min(value), high.max(value)));
        if low < high { Self { low, high } } else { Self { low: 0.0, high: 1.0 } }
    }

    /// Where a value falls, 0 to 1.
    pub fn position(&self, value: f64) -> f64 {
        ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    /// Round values on the axis, `max_count` at most.
    pub fn ticks(&self, max_count: usize) -> Vec<f64> {
        let coarse = (self.high - self.low) / max_count.max(1) as f64;
        let power = 10.0_f64.powf(coarse.log10().floor());
        let step = ROUND_STEPS.into_iter().map(|step| step * power).find(|step| *step >= coarse);
        let step = step.unwrap_or(10.0 * power);
        let (first, last) = ((self.low / step).ceil() as i64, (self.high / step).floor() as i64);
        (first..=last).map(|index| index as f64 * step).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_on_the_axis() {
        for (low, high, max_count, expected) in [
            (0.0, 10.0, 5, vec![0.0, 2.0, 4.0, 6.0, 8.0, 10.0]),
            (-2.3, 8.1, 6, vec![-2.0, 0.0, 2.0, 4.0, 6.0, 8.0]),
            (0.0, 255.0, 3, vec![0.0, 100.0, 200.0]),
            (-0.4, 0.5, 4, vec![-0.0, 0.5]),
        ] {
            assert_eq!(Axis { low, high }.ticks(max_count), expected, "{low} to {high}");
        }
    }

    #[test]
    fn an_axis_holds_zero_and_everything_finite() {
        let axis = Axis::around_zero([3.0, 5.0, f64::NAN].into_iter());
        assert_eq!(axis, Axis { low: 0.0, high: 5.0 });
        assert_eq!((axis.position(2.5), axis.position(-1.0), axis.position(9.0)), (0.5, 0.0, 1.0));
        assert_eq!(Axis::around_zero([].into_iter()), Axis { low: 0.0, high: 1.0 });
        assert_eq!(Axis::around_zero([-4.0].into_iter()), Axis { low: -4.0, high: 0.0 });
    }
}
