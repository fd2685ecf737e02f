//! Channels of a feature map: which of them answer most strongly to a picture, and which kernels have most structure.

use super::grid::{Cell, Grid};
use crate::api::Array;

/// A channel and its map.
#[derive(Clone, Debug, PartialEq)]
pub struct Channel {
    /// Position among the channels of the tensor, from 0.
    pub index: usize,
    /// Its values.
    pub map: Grid,
}

/// What a map holds, and where it is largest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Peak {
    /// Where the largest value stands; the first of equal ones.
    pub cell: Cell,
    /// The largest value.
    pub max: f32,
    /// The least value.
    pub min: f32,
    /// Their mean.
    pub mean: f32,
}

impl Peak {
    /// Of a map; `None` of an empty one.
    pub fn of(grid: &Grid) -> Option<Self> {
        let largest =
            grid.values.iter().enumerate().reduce(|best, next| if next.1 > best.1 { next } else { best });
        let (index, max) = largest?;
        let sum: f64 = grid.values.iter().copied().map(f64::from).sum();
        Some(Self {
            cell: Cell { row: index / grid.columns, column: index % grid.columns },
            max: *max,
            min: grid.range().0,
            mean: (sum / grid.values.len() as f64) as f32,
        })
    }
}

/// The `count` channels of `[channels, rows, columns]` with the largest mean, the strongest first.
pub fn strongest(array: &Array, count: usize) -> Vec<Channel> {
    let channels = array.shape.first().copied().unwrap_or(0);
    let maps = (0..channels).filter_map(|index| Some(Channel { index, map: Grid::channel(array, index)? }));
    let mut ranked: Vec<(f32, Channel)> =
        maps.map(|channel| (channel.map.values.iter().sum::<f32>(), channel)).collect();
    ranked.sort_by(|one, other| other.0.total_cmp(&one.0));
    ranked.into_iter().take(count).map(|(_sum, channel)| channel).collect()
}

/// A kernel of `[out, in, rows, columns]` as one map, the mean over what it reads.
pub fn kernel(weights: &Array, index: usize) -> Option<Grid> {
    let [_out, inputs, rows, columns] = weights.shape[..] else { return None };
    let size = rows * columns;
    let kernel = weights.values.get(index * inputs * size..(index + 1) * inputs * size)?;
    let mean = |cell: usize| kernel.iter().skip(cell).step_by(size).sum::<f32>() / inputs as f32;
    (size > 0 && inputs > 0).then(|| Grid { rows, columns, values: (0..size).map(mean).collect() })
}

/// The kernel with the largest sum of squares about its mean: the one with most structure to look at.
pub fn most_structured_kernel(weights: &Array) -> Option<usize> {
    let count = weights.shape.first().copied()?;
    let structure = |index: &usize| {
        let kernel = kernel(weights, *index).map(|kernel| kernel.values).unwrap_or_default();
        let mean = kernel.iter().sum::<f32>() / kernel.len().max(1) as f32;
        kernel.iter().map(|value| (value - mean).powi(2)).sum::<f32>()
    };
    (0..count).max_by(|one, other| structure(one).total_cmp(&structure(other)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_channels_come_first() {
        let array = Array { shape: vec![3, 1, 2], values: vec![1.0, 0.0, 4.0, 1.0, 0.0, 2.0] };
        let strongest = strongest(&array, 2);
        assert_eq!(strongest.iter().map(|channel| channel.index).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(strongest[0].map.values, [4.0, 1.0]);
    }

    #[test]
    fn a_peak_is_the_first_of_the_largest_values() {
        let grid = Grid { rows: 2, columns: 2, values: vec![0.0, 3.0, -1.0, 3.0] };
        let peak = Peak { cell: Cell { row: 0, column: 1 }, max: 3.0, min: -1.0, mean: 1.25 };
        assert_eq!(Peak::of(&grid), Some(peak));
        assert_eq!(Peak::of(&Grid { rows: 0, columns: 0, values: Vec::new() }), None);
    }

    #[test]
    fn a_kernel_is_the_mean_over_its_inputs() {
        // Two kernels of two inputs, 1 x 2: an even one and one with an edge.
        let values = vec![5.0, 5.0, 3.0, 3.0, 1.0, -1.0, 2.0, -2.0];
        let weights = Array { shape: vec![2, 2, 1, 2], values };
        assert_eq!(kernel(&weights, 0).map(|kernel| kernel.values), Some(vec![4.0, 4.0]));
        assert_eq!(kernel(&weights, 1).map(|kernel| kernel.values), Some(vec![1.5, -1.5]));
        assert_eq!(kernel(&weights, 2), None);
        assert_eq!(most_structured_kernel(&weights), Some(1));
    }
}
