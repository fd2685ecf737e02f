//! How much a tensor changed, place by place of the picture.

use super::Array;

/// How a tensor's vectors lie: one for each place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// `[channels, rows, columns]`: a vector over the channels.
    Map,
    /// `[tokens, dim]`, of which the first few are no patches: a row for each patch.
    Tokens {
        /// Tokens before the first patch.
        num_leading: usize,
    },
}

/// Changes below this are what rounding makes: kernels compute squares of a map together, and what is far away has a part in the rounding of
/// each.
const ROUNDING: f64 = 1e-5;

/// The length of the difference of the vectors at each place, over the mean length of the unchanged ones; 0 where it is no more than
/// rounding. All zeros where every unchanged vector is zero.
///
/// # Shapes
/// Both tensors as the layout says; to `[places]`.
pub fn place_changes(unchanged: &Array, changed: &Array, layout: Layout) -> Vec<f32> {
    let lengths = lengths(layout, unchanged, |index| f64::from(unchanged.values[index]));
    let mean = lengths.iter().sum::<f64>() / lengths.len().max(1) as f64;
    let difference = |index: usize| f64::from(changed.values[index]) - f64::from(unchanged.values[index]);
    let relative = |length: f64| if length > ROUNDING * mean { (length / mean) as f32 } else { 0.0 };
    self::lengths(layout, unchanged, difference).into_iter().map(relative).collect()
}

/// The mean of the places that are not touched; 0 where all are.
pub fn mean_elsewhere(changes: &[f32], is_touched: impl Fn(usize) -> bool) -> f32 {
    let elsewhere = || changes.iter().enumerate().filter(|(place, _change)| !is_touched(*place));
    let sum: f64 = elsewhere().map(|(_place, change)| f64::from(*change)).sum();
    match elsewhere().count() {
        0 => 0.0,
        count => (sum / count as f64) as f32,
    }
}

fn lengths(layout: Layout, shape_of: &Array, value: impl Fn(usize) -> f64) -> Vec<f64> {
    match layout {
        Layout::Map => {
            let places: usize = shape_of.shape[1..].iter().product();
            let mut squares = vec![0.0; places];
            for index in 0..shape_of.values.len() {
                squares[index % places] += value(index).powi(2);
            }
            squares.into_iter().map(f64::sqrt).collect()
        }
        Layout::Tokens { num_leading } => {
            let [tokens, dim] = shape_of.shape[..] else { return Vec::new() };
            let square = |token: usize| (token * dim..(token + 1) * dim).map(|index| value(index).powi(2));
            (num_leading..tokens).map(|token| square(token).sum::<f64>().sqrt()).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_relative_to_the_mean_length() {
        // Vectors (3, 4) and (0, 15): lengths 5 and 15, mean 10.
        let map = Array::new(vec![2, 1, 2], vec![3.0, 0.0, 4.0, 15.0]);
        let changed = Array::new(vec![2, 1, 2], vec![3.0, 6.0, 4.0, 7.0]);
        assert_eq!(place_changes(&map, &changed, Layout::Map), [0.0, 1.0]);
        let tokens = Array::new(vec![3, 2], vec![9.0, 9.0, 3.0, 4.0, 0.0, 15.0]);
        let changed = Array::new(vec![3, 2], vec![0.0, 0.0, 3.0, 9.0, 0.0, 15.0]);
        let layout = Layout::Tokens { num_leading: 1 };
        assert_eq!(place_changes(&tokens, &changed, layout), [0.5, 0.0]);
        let rounded = Array::new(vec![2, 1, 2], vec![3.0, 0.0, 4.000_02, 15.0]);
        assert_eq!(place_changes(&map, &rounded, Layout::Map), [0.0, 0.0]);
        let zeros = Array::new(vec![1, 1, 2], vec![0.0; 2]);
        assert_eq!(place_changes(&zeros, &zeros, Layout::Map), [0.0, 0.0]);
    }

    #[test]
    fn what_is_touched_does_not_count_elsewhere() {
        assert_eq!(mean_elsewhere(&[1.0, 2.0, 6.0], |place| place == 0), 4.0);
        assert_eq!(mean_elsewhere(&[1.0], |_place| true), 0.0);
    }
}
