//! A vector as a profile: one bar for each stretch of features, from its least to its largest value.

use super::mark::short;

/// Stretches of a profile at most.
const MAX_STRETCHES: usize = 192;

/// A drawn vector.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// The least and the largest value, zero included.
    pub range: (f32, f32),
    /// Height of zero.
    pub zero: f64,
    /// The bars, as path data.
    pub d: String,
}

/// Draws values into a frame of that size.
pub fn profile(values: &[f32], width: f64, height: f64) -> Profile {
    let finite = || values.iter().copied().filter(|value| value.is_finite());
    let range = finite().fold((0.0_f32, 0.0_f32), |(low, high), value| (low.min(value), high.max(value)));
    let span = f64::from(range.1 - range.0).max(f64::MIN_POSITIVE);
    let y = |value: f32| height * f64::from(range.1 - value) / span;
    let stretches = values.len().clamp(1, MAX_STRETCHES);
    let step = width / stretches as f64;
    let mut d = String::new();
    for index in 0..stretches {
        let part = &values[index * values.len() / stretches..(index + 1) * values.len() / stretches];
        let part = part.iter().copied().filter(|value| value.is_finite());
        let (low, high) =
            part.fold((0.0_f32, 0.0_f32), |(low, high), value| (low.min(value), high.max(value)));
        let x = (index as f64 + 0.5) * step;
        d += &format!("M{} {}V{}", short(x), short(y(high)), short(y(low)));
    }
    Profile { range, zero: y(0.0), d }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_on_zero() {
        let drawn = profile(&[1.0, -1.0, 3.0, f32::NAN], 40.0, 80.0);
        assert_eq!((drawn.range, drawn.zero), ((-1.0, 3.0), 60.0));
        assert_eq!(drawn.d, "M5 40V60M15 60V80M25 0V60M35 60V60");
    }

    #[test]
    fn long_vectors_are_gathered_and_lose_no_extreme() {
        let mut values = vec![0.5; 2048];
        values[1000] = 7.0;
        let drawn = profile(&values, 384.0, 70.0);
        assert_eq!(drawn.d.matches('M').count(), MAX_STRETCHES);
        assert_eq!(drawn.range, (0.0, 7.0));
        assert!(drawn.d.contains(" 0V70"), "the largest value reaches the top");
        assert_eq!(profile(&[], 10.0, 10.0).range, (0.0, 0.0));
    }
}
