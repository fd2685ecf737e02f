//! How far the colours of a map of weights reach: not to the one largest weight, which would leave all others pale.

/// The magnitude that `part` of the values do not exceed; 0 of nothing.
pub fn reach(values: &[f32], part: f64) -> f32 {
    let mut magnitudes: Vec<f32> =
        values.iter().map(|value| value.abs()).filter(|magnitude| magnitude.is_finite()).collect();
    let Some(last) = magnitudes.len().checked_sub(1) else { return 0.0 };
    let index = ((last as f64 * part).round() as usize).min(last);
    *magnitudes.select_nth_unstable_by(index, f32::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outliers_do_not_reach() {
        let values: Vec<f32> =
            (0..=100).map(|value| if value == 100 { -1e6 } else { value as f32 }).collect();
        assert_eq!(reach(&values, 0.99), 99.0);
        assert_eq!(reach(&values, 1.0), 1e6);
        assert_eq!(reach(&[f32::NAN, -2.0], 1.0), 2.0);
        assert_eq!(reach(&[], 0.5), 0.0);
    }
}
