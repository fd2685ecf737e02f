//! One output unit of a convolution, step by step: the window that it reads, the kernel's products with it channel by channel, their
//! sum, the batch-norm's scale and shift, and the ReLU. Plain arithmetic over arrays that others have fetched.

use shared::architecture::ConvSpec;

use super::grid::{Cell, Grid};
use crate::api::Array;

/// Added to the variance by every batch-norm of the ResNets here, as in PyTorch.
pub const EPSILON: f64 = 1e-5;

/// Some whole rows of the map that a convolution reads.
#[derive(Clone, Copy, Debug)]
pub struct Band<'array> {
    /// `[channels, rows, columns]`
    pub rows: &'array Array,
    /// Which row of the map is the first of them.
    pub first_row: usize,
}

/// A batch-norm of one channel, as it is applied to pictures that are not trained on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BatchNorm {
    /// The learnt scale.
    pub weight: f32,
    /// The learnt shift.
    pub bias: f32,
    /// Mean over the training pictures.
    pub running_mean: f32,
    /// Variance over the training pictures.
    pub running_var: f32,
}

/// What one input channel puts into the sum.
#[derive(Clone, Debug, PartialEq)]
pub struct ChannelPart {
    /// Which input channel.
    pub channel: usize,
    /// What the window holds of it; zero where it reaches into the padding.
    pub window: Grid,
    /// The kernel's slice for it.
    pub kernel: Grid,
    /// One times the other, cell by cell.
    pub products: Grid,
    /// The sum of the products.
    pub sum: f64,
}

/// The sum over all input channels.
#[derive(Clone, Debug, PartialEq)]
pub struct WindowSum {
    /// The channels that put most into it, up or down, the largest first.
    pub largest: Vec<ChannelPart>,
    /// How many other channels there are.
    pub other_channels: usize,
    /// What those add together.
    pub others: f64,
    /// All of it: what the convolution says.
    pub total: f64,
    /// Cells of the window that lie in the padding.
    pub padding_cells: usize,
}

/// What is made of the sum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UnitValue {
    /// What the batch-norm multiplies by.
    pub scale: f64,
    /// What it adds.
    pub shift: f64,
    /// After the batch-norm.
    pub normalised: f64,
    /// After the ReLU; the same where there is none.
    pub value: f64,
}

/// First row (or column) of the window of an output row (or column); negative where it begins in the padding.
pub fn window_start(conv: &ConvSpec, position: usize) -> i64 {
    (position * conv.stride) as i64 - conv.padding as i64
}

/// The rows `[first, end)` of a map of `height` rows that the windows of an output row read.
pub fn band_rows(conv: &ConvSpec, row: usize, height: usize) -> (usize, usize) {
    let start = window_start(conv, row);
    let inside = |row: i64| usize::try_from(row.max(0)).unwrap_or(0).min(height);
    (inside(start), inside(start + conv.kernel_size as i64))
}

/// The sum of a unit, with the `count` channels that put most into it one by one. `kernel` is `[in, rows, columns]`; `None` where the
/// arrays are not of this convolution.
pub fn window_sum(
    band: Band,
    kernel: &Array,
    conv: &ConvSpec,
    unit: Cell,
    count: usize,
) -> Option<WindowSum> {
    let (size, side) = (conv.kernel_size * conv.kernel_size, conv.kernel_size);
    let [channels, rows, columns] = band.rows.shape[..] else { return None };
    if channels != conv.in_channels || kernel.values.len() != channels * size {
        return None;
    }
    let (top, left) = (window_start(conv, unit.row), window_start(conv, unit.column));
    // Of each cell of the window: where it lies in a channel's rows, if it does.
    let cells: Vec<Option<usize>> = (0..size)
        .map(|cell| {
            let row = usize::try_from(top + (cell / side) as i64).ok()?.checked_sub(band.first_row)?;
            let column = usize::try_from(left + (cell % side) as i64).ok()?;
            (row < rows && column < columns).then_some(row * columns + column)
        })
        .collect();
    let value = |channel: usize, cell: usize| {
        cells[cell].map_or(0.0, |place| band.rows.values[channel * rows * columns + place])
    };
    let sum = |channel: usize| -> f64 {
        (0..size)
            .map(|cell| f64::from(value(channel, cell)) * f64::from(kernel.values[channel * size + cell]))
            .sum()
    };
    let mut sums: Vec<(usize, f64)> = (0..channels).map(|channel| (channel, sum(channel))).collect();
    let total = sums.iter().map(|(_channel, sum)| sum).sum();
    sums.sort_by(|one, other| other.1.abs().total_cmp(&one.1.abs()));
    let others = sums.iter().skip(count).map(|(_channel, sum)| sum).sum();
    let grid = |values: Vec<f32>| Grid { rows: side, columns: side, values };
    let part = |&(channel, sum): &(usize, f64)| {
        let window: Vec<f32> = (0..size).map(|cell| value(channel, cell)).collect();
        let kernel = kernel.values[channel * size..(channel + 1) * size].to_vec();
        let products = window.iter().zip(&kernel).map(|(value, weight)| value * weight).collect();
        ChannelPart { channel, window: grid(window), kernel: grid(kernel), products: grid(products), sum }
    };
    Some(WindowSum {
        largest: sums.iter().take(count).map(part).collect(),
        other_channels: channels.saturating_sub(count),
        others,
        total,
        padding_cells: cells.iter().filter(|cell| cell.is_none()).count(),
    })
}

/// Batch-norm and, where there is one, ReLU.
pub fn finish(total: f64, norm: &BatchNorm, has_relu: bool) -> UnitValue {
    let scale = f64::from(norm.weight) / (f64::from(norm.running_var) + EPSILON).sqrt();
    let shift = f64::from(norm.bias) - f64::from(norm.running_mean) * scale;
    let normalised = total * scale + shift;
    UnitValue { scale, shift, normalised, value: if has_relu { normalised.max(0.0) } else { normalised } }
}

/// The input channels whose slices of a kernel `[in, rows, columns]` are longest, by the sum of their squares, the longest first.
pub fn heaviest_slices(kernel: &Array, count: usize) -> Vec<usize> {
    let channels = kernel.shape.first().copied().unwrap_or(0);
    let size = kernel.values.len() / channels.max(1);
    let weight = |channel: usize| -> f32 {
        kernel.values[channel * size..(channel + 1) * size].iter().map(|value| value * value).sum()
    };
    let mut ranked: Vec<(usize, f32)> = (0..channels).map(|channel| (channel, weight(channel))).collect();
    ranked.sort_by(|one, other| other.1.total_cmp(&one.1));
    ranked.into_iter().take(count).map(|(channel, _weight)| channel).collect()
}

/// The unit after this one, row by row; after the last comes the first.
pub fn next_unit(unit: Cell, rows: usize, columns: usize) -> Cell {
    let index = (unit.row * columns + unit.column + 1) % (rows * columns).max(1);
    Cell { row: index / columns.max(1), column: index % columns.max(1) }
}

/// The unit before this one; before the first comes the last.
pub fn previous_unit(unit: Cell, rows: usize, columns: usize) -> Cell {
    let count = (rows * columns).max(1);
    let index = (unit.row * columns + unit.column + count - 1) % count;
    Cell { row: index / columns.max(1), column: index % columns.max(1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONV: ConvSpec =
        ConvSpec { in_channels: 2, out_channels: 1, kernel_size: 3, stride: 2, padding: 1 };

    /// Two channels of 4 x 4: 0 to 15, and ones.
    fn input() -> Array {
        let values = (0..16_u8).map(f32::from).chain([1.0; 16]).collect();
        Array { shape: vec![2, 4, 4], values }
    }

    /// An edge from left to right, and a mean.
    fn kernel() -> Array {
        let edge = [-1.0, 0.0, 1.0, -2.0, 0.0, 2.0, -1.0, 0.0, 1.0];
        Array { shape: vec![2, 3, 3], values: edge.into_iter().chain([0.5; 9]).collect() }
    }

    #[test]
    fn a_window_in_the_middle_is_multiplied_cell_by_cell() {
        // Row 1, column 1 of the output reads rows 1 to 3, columns 1 to 3.
        let whole = input();
        let band = Band { rows: &whole, first_row: 0 };
        let sum =
            window_sum(band, &kernel(), &CONV, Cell { row: 1, column: 1 }, 1).expect("of this convolution");
        assert_eq!(sum.padding_cells, 0);
        assert_eq!(sum.largest.len(), 1);
        let part = &sum.largest[0];
        assert_eq!(part.channel, 0);
        assert_eq!(part.window.values, [5.0, 6.0, 7.0, 9.0, 10.0, 11.0, 13.0, 14.0, 15.0]);
        assert_eq!(part.products.values, [-5.0, 0.0, 7.0, -18.0, 0.0, 22.0, -13.0, 0.0, 15.0]);
        // Each row has a step of 2 across the middle: 2 + 4 + 2; nine halves come from the ones.
        assert_eq!((part.sum, sum.others, sum.other_channels, sum.total), (8.0, 4.5, 1, 12.5));
    }

    #[test]
    fn padding_is_zero_and_a_band_is_enough() {
        let unit = Cell { row: 0, column: 0 };
        let (first_row, end) = band_rows(&CONV, unit.row, 4);
        assert_eq!((first_row, end), (0, 2));
        let whole = input();
        let rows: Vec<f32> =
            [0..8, 16..24].into_iter().flat_map(|part| whole.values[part].iter().copied()).collect();
        let rows = Array { shape: vec![2, 2, 4], values: rows };
        let sum = window_sum(Band { rows: &rows, first_row }, &kernel(), &CONV, unit, 2).expect("a sum");
        assert_eq!(sum.padding_cells, 5);
        let edge = sum.largest.iter().find(|part| part.channel == 0).expect("both are shown");
        assert_eq!(edge.window.values, [0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 4.0, 5.0]);
        // 1 * 2 + 5 * 1, and four halves.
        assert_eq!((edge.sum, sum.total, sum.others), (7.0, 9.0, 0.0));
        assert_eq!(band_rows(&CONV, 1, 4), (1, 4));
        let second = window_sum(Band { rows: &whole, first_row: 0 }, &kernel(), &CONV, unit, 2);
        assert_eq!(second.map(|sum| sum.total), Some(9.0));
        let wrong = ConvSpec { in_channels: 3, ..CONV };
        assert_eq!(window_sum(Band { rows: &whole, first_row: 0 }, &kernel(), &wrong, unit, 2), None);
    }

    #[test]
    fn batch_norm_scales_and_shifts_and_relu_cuts() {
        let norm = BatchNorm { weight: 2.0, bias: 1.0, running_mean: 12.0, running_var: 4.0 - 1e-5 };
        let made = finish(10.0, &norm, true);
        assert!((made.scale - 1.0).abs() < 1e-6, "{made:?}");
        assert!((made.shift + 11.0).abs() < 1e-5, "{made:?}");
        assert!((made.normalised + 1.0).abs() < 1e-5, "{made:?}");
        assert_eq!(made.value, 0.0);
        assert!((finish(10.0, &norm, false).value + 1.0).abs() < 1e-5);
    }

    #[test]
    fn units_follow_each_other_row_by_row_and_around() {
        let cell = |row, column| Cell { row, column };
        assert_eq!(next_unit(cell(0, 1), 2, 2), cell(1, 0));
        assert_eq!(next_unit(cell(1, 1), 2, 2), cell(0, 0));
        assert_eq!(previous_unit(cell(0, 0), 2, 2), cell(1, 1));
        assert_eq!(heaviest_slices(&kernel(), 1), [0]);
        assert_eq!(heaviest_slices(&kernel(), 9), [0, 1]);
    }
}
