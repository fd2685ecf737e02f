//! The three transforms: of a kernel, of what lies under a square, of its sums.

use super::grid::{Grid, Segment};
use crate::kernels::convolution::windows::tile_len;
use crate::kernels::lanes::{Lanes, load_up_to, store_up_to};
use crate::kernels::memory::MARGIN;
use crate::kernels::tile::COLUMNS;

/// Side of a square of the output.
pub const OUT: usize = 4;
/// Side of what lies under it.
pub const IN: usize = OUT + 2;
/// Numbers under a square.
pub const TAPS: usize = IN * IN;
/// The widest vector.
const MAX_WIDTH: usize = 16;

/// Where the polynomials are evaluated that stand for a kernel and what is under it: at 0, at these two, at their opposites, and at infinity.
/// With the paper's 1 and 2 the largest error was five times as large as with these, of what was tried; both are exact in f32.
const POINTS: [f32; 2] = [0.75, 1.5];

/// `G g G^T` of a kernel `g`, `[3, 3]`, computed in f64.
pub fn transformed(kernel: &[f32]) -> [f32; TAPS] {
    let [a, b] = POINTS.map(f64::from);
    let row = |point: f64, divisor: f64| [1.0, point, point * point].map(|power| power / divisor);
    let near = 2.0 * a * a * (a * a - b * b);
    let far = 2.0 * b * b * (b * b - a * a);
    let rows =
        [row(0.0, a * a * b * b), row(a, near), row(-a, near), row(b, far), row(-b, far), [0.0, 0.0, 1.0]];
    std::array::from_fn(|tap| {
        let (down, across) = (rows[tap / IN], rows[tap % IN]);
        let products = (0..9).map(|index| f64::from(kernel[index]) * down[index / 3] * across[index % 3]);
        products.sum::<f64>() as f32
    })
}

/// What lies under the squares of a tile, transformed and laid out as the columns of 36 products.
pub struct Inputs<'a> {
    /// The squares.
    pub grid: Grid,
    /// Depth of each product.
    pub channels: usize,
    /// [`Grid::scratch_len`] floats.
    pub rows: &'a mut [f32],
    /// [`tile_len`] of the channels for each product.
    pub out: *mut f32,
}

impl Inputs<'_> {
    /// To be called once, before anything is laid out: what is left and right of a picture stays zero.
    pub fn clear(&mut self) {
        self.rows.fill(0.0);
    }

    /// `B^T d B` of what lies under each square `d` of a segment, in one channel's map.
    ///
    /// # Safety
    /// Called at the level of `L`, with a segment of the grid whose columns are at most those of a tile and the one more.
    #[inline(always)]
    pub unsafe fn lay_out<L: Lanes>(&mut self, map: &[f32], channel: usize, segment: &Segment) {
        let Grid { in_size: [height, width], padding, .. } = self.grid;
        let (step, channels, out) = (self.grid.row_step(), self.channels, self.out);
        let (rows, rest) = self.rows.split_at_mut(IN * step);
        let (halves, zeros) = rest.split_at_mut(2 * step);
        let top = segment.square[0] * OUT;
        let lines: [&[f32]; IN] = std::array::from_fn(|line| match (top + line).checked_sub(padding) {
            Some(row) if row < height => &map[row * width..][..width],
            _ => &zeros[..width],
        });
        // Along the columns, for the whole width.
        for column in (0..width).step_by(L::WIDTH) {
            // SAFETY: vectors end with the row; rows of scratch have more than a vector beyond it, where zeros are written.
            unsafe {
                let mut under = [L::splat(0.0); IN];
                for (vector, line) in under.iter_mut().zip(&lines) {
                    *vector = load_up_to::<L>(line.as_ptr().add(column), width - column);
                }
                for (line, vector) in to_inputs::<L>(under).into_iter().enumerate() {
                    L::store(rows.as_mut_ptr().add(line * step + padding + column), vector);
                }
            }
        }
        // Along the rows, a vector of squares at a time: every fourth number is the even ones' every second.
        let (even, odd) = halves.split_at_mut(step);
        let left = segment.square[1] * OUT;
        for line in 0..IN {
            // SAFETY: rows and halves are longer than what squares of the grid need by more than two vectors.
            unsafe {
                let row = rows.as_ptr().add(line * step + left);
                for half in (0..2 * segment.count + 1).step_by(L::WIDTH) {
                    L::store(even.as_mut_ptr().add(half), L::load_even(row.add(2 * half)));
                    L::store(odd.as_mut_ptr().add(half), L::load_even(row.add(2 * half + 1)));
                }
                for square in (0..segment.count).step_by(L::WIDTH) {
                    let (even, odd) = (even.as_ptr().add(2 * square), odd.as_ptr().add(2 * square));
                    let under = [
                        L::load_even(even),
                        L::load_even(odd),
                        L::load_even(even.add(1)),
                        L::load_even(odd.add(1)),
                        L::load_even(even.add(2)),
                        L::load_even(odd.add(2)),
                    ];
                    for (column, vector) in to_inputs::<L>(under).into_iter().enumerate() {
                        let columns = out.add((line * IN + column) * tile_len(channels));
                        put::<L>(columns, [channel, channels], segment.column + square, vector);
                    }
                }
            }
        }
    }
}

/// Puts a vector of one channel's columns where it belongs; what is beyond the tile is left out.
#[inline(always)]
unsafe fn put<L: Lanes>(
    columns: *mut f32,
    [channel, channels]: [usize; 2],
    column: usize,
    vector: L::Vector,
) {
    unsafe {
        if column < COLUMNS {
            store_up_to::<L>(columns.add(channel * COLUMNS + column), vector, COLUMNS - column);
        }
        if (column..column + L::WIDTH).contains(&COLUMNS) {
            let mut lanes = [0.0_f32; MAX_WIDTH];
            L::store(lanes.as_mut_ptr(), vector);
            *columns.add(channels * COLUMNS + MARGIN + channel) = lanes[COLUMNS - column];
        }
    }
}

/// `B^T d`
#[inline(always)]
unsafe fn to_inputs<L: Lanes>(d: [L::Vector; IN]) -> [L::Vector; IN] {
    unsafe {
        let [a, b] = POINTS;
        let (minus_a2, minus_b2) = (L::splat(-a * a), L::splat(-b * b));
        let (product, minus_sum) = (L::splat(a * a * b * b), L::splat(-a * a - b * b));
        let (near_even, far_even) = (L::fma(minus_b2, d[2], d[4]), L::fma(minus_a2, d[2], d[4]));
        let (near_odd, far_odd) = (L::fma(minus_b2, d[1], d[3]), L::fma(minus_a2, d[1], d[3]));
        [
            L::fma(product, d[0], L::fma(minus_sum, d[2], d[4])),
            L::fma(L::splat(a), near_odd, near_even),
            L::fma(L::splat(-a), near_odd, near_even),
            L::fma(L::splat(b), far_odd, far_even),
            L::fma(L::splat(-b), far_odd, far_even),
            L::fma(product, d[1], L::fma(minus_sum, d[3], d[5])),
        ]
    }
}

/// `A^T m`
#[inline(always)]
unsafe fn to_outputs<L: Lanes>(m: [L::Vector; IN]) -> [L::Vector; OUT] {
    unsafe {
        let [a, b] = POINTS;
        let (near_sum, near_difference) = (L::add(m[1], m[2]), L::sub(m[1], m[2]));
        let (far_sum, far_difference) = (L::add(m[3], m[4]), L::sub(m[3], m[4]));
        [
            L::add(m[0], L::add(near_sum, far_sum)),
            L::fma(L::splat(a), near_difference, L::mul(L::splat(b), far_difference)),
            L::fma(L::splat(a * a), near_sum, L::mul(L::splat(b * b), far_sum)),
            L::fma(L::splat(a * a * a), near_difference, L::fma(L::splat(b * b * b), far_difference, m[5])),
        ]
    }
}

/// `A^T m A` of the sums of some squares, written as [`OUT`] lines of the output.
///
/// # Safety
/// Called at the level of `L`. Sums stand at this distance from one of the 36 to the next, with a vector's length beyond the last; lines
/// have room for as many numbers as the squares are wide and a vector of squares more.
#[inline(always)]
pub unsafe fn outputs<L: Lanes>(
    sums: *const f32,
    sum_step: usize,
    count: usize,
    lines: *mut f32,
    line_step: usize,
) {
    unsafe {
        for square in (0..count).step_by(L::WIDTH) {
            let mut columns = [[L::splat(0.0); OUT]; IN];
            for (column, down) in columns.iter_mut().enumerate() {
                let mut along = [L::splat(0.0); IN];
                for (line, vector) in along.iter_mut().enumerate() {
                    *vector = L::load(sums.add((line * IN + column) * sum_step + square));
                }
                *down = to_outputs::<L>(along);
            }
            for line in 0..OUT {
                let mut along = [L::splat(0.0); IN];
                for (vector, down) in along.iter_mut().zip(&columns) {
                    *vector = down[line];
                }
                let mut places = [[0.0_f32; MAX_WIDTH]; OUT];
                for (place, vector) in places.iter_mut().zip(to_outputs::<L>(along)) {
                    L::store(place.as_mut_ptr(), vector);
                }
                let line = lines.add(line * line_step + square * OUT);
                for lane in 0..L::WIDTH.min(count - square) {
                    for (place, numbers) in places.iter().enumerate() {
                        *line.add(lane * OUT + place) = numbers[lane];
                    }
                }
            }
        }
    }
}
