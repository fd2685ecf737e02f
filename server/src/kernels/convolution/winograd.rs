//! Convolutions of 3 by 3 pixels and stride 1 with a quarter of the products: the output is computed in squares of 4 by 4. What lies under a
//! square, 6 by 6, is transformed along both axes; one product for each of the 36 numbers then stands for 144, and the 36 sums are
//! transformed to the 16 of the square.
//!
//! # Source
//! Lavin, Gray, "Fast Algorithms for Convolutional Neural Networks", 2016: F(4x4, 3x3).

mod grid;
mod transform;

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use shared::architecture::ConvSpec;

use super::windows::{Window, tile_len, windows};
use crate::kernels::lanes::{Kernel, Lanes, run};
use crate::kernels::level::Level;
use crate::kernels::memory::{MARGIN, Shared, with_scratch};
use crate::kernels::numbers::Singles;
use crate::kernels::panels::Panels;
use crate::kernels::tasks::{parts, share};
use crate::kernels::tile::{COLUMNS, ColumnSide, Finish, Following, Output, ROWS, RowSide, Tile, finish_row};
use grid::{Grid, Segment};
use transform::{Inputs, OUT, TAPS, outputs, transformed};

/// Kernels whose transformed weights, four times as many, still come from a cache: pairs of channels at most.
const MAX_PAIRS: usize = 256 * 256;
/// Places of an output at least: on a smaller one, squares cover too much that is not there.
const MIN_PLACES: usize = 100;
/// Rows whose sums are kept until they are transformed.
const KEPT_ROWS: usize = 8 * ROWS;
/// From one row of those sums to the next: the columns of a tile, the one more and what makes whole vectors.
const SUM_STEP: usize = 64;
/// Rows that a task computes at least.
const MIN_TASK_ROWS: usize = 32;
/// Channels that a task lays out at least.
const MIN_TASK_CHANNELS: usize = 16;

/// The transformed weights of a convolution.
#[derive(Clone, Debug)]
pub struct Winograd {
    /// `[out_channels, 36, in_channels]`, a block for each of the 36.
    weights: Panels,
}

/// A forward pass.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// Kernel and border.
    pub spec: ConvSpec,
    /// Padded to whole tiles.
    pub bias: &'a [f32],
    /// `[batch, in_channels, height, width]`
    pub input: &'a [f32],
    /// Height and width of the input.
    pub size: [usize; 2],
    /// What follows the sums.
    pub following: Following<'a>,
    /// `[batch, out_channels, out_height, out_width]`
    pub out: Shared,
    /// What it is without the residual, as the output.
    pub before_residual: Option<Shared>,
}

impl Winograd {
    /// Transforms the weights, `[out_channels, in_channels, 3, 3]`; `None` where that would not pay.
    pub fn of(spec: ConvSpec, weights: &[f32]) -> Option<Self> {
        let ConvSpec { in_channels, out_channels, kernel_size, stride, .. } = spec;
        if kernel_size != 3 || stride != 1 || in_channels * out_channels > MAX_PAIRS {
            return None;
        }
        let mut matrix = vec![0.0; out_channels * TAPS * in_channels];
        for (pair, kernel) in weights.chunks_exact(9).enumerate() {
            let (output, input) = (pair / in_channels, pair % in_channels);
            for (tap, weight) in transformed(kernel).into_iter().enumerate() {
                matrix[(output * TAPS + tap) * in_channels + input] = weight;
            }
        }
        let depth = TAPS * in_channels;
        Some(Self { weights: Panels::of_rows(&matrix, out_channels, depth, in_channels) })
    }

    /// Whether it pays for an output of so many places.
    pub fn pays(places: usize) -> bool {
        places >= MIN_PLACES
    }

    /// Computes all of the output.
    ///
    /// # Safety
    /// Input, output and what it was before the residual have the shapes that the call says.
    pub unsafe fn forward(&self, level: Level, call: Call<'_>) {
        let ConvSpec { in_channels, out_channels, .. } = call.spec;
        let grid = Grid::of(call.spec, call.size);
        let batch = call.input.len() / (in_channels * call.size[0] * call.size[1]);
        let groups = windows(batch * grid.squares());
        let pass = Pass { winograd: self, call, grid };
        let row_parts = parts(out_channels.div_ceil(MIN_TASK_ROWS), groups.len());
        if row_parts == 1 {
            // Enough tiles: what is laid out for one stays in the second cache.
            (0..groups.len()).into_par_iter().for_each(|index| {
                with_scratch(pass.inputs_len() + pass.scratch_len(), |scratch| {
                    let (inputs, scratch) = scratch.split_at_mut(pass.inputs_len());
                    let (group, inputs) = (&groups[index], Shared::over(inputs));
                    let work = Work { channels: Some([0, in_channels]), rows: Some([0, out_channels]) };
                    run(level, Task { pass, group, inputs, work, scratch });
                });
            });
            return;
        }
        // Few tiles: several tasks share what is laid out for one.
        with_scratch(groups.len() * pass.inputs_len(), |inputs| {
            let inputs = Shared::over(inputs);
            let of_group = |index: usize, work: Work| {
                with_scratch(pass.scratch_len(), |scratch| {
                    // SAFETY: room for what is laid out for each of them.
                    let inputs = unsafe { inputs.from(index * pass.inputs_len()) };
                    run(level, Task { pass, group: &groups[index], inputs, work, scratch });
                });
            };
            let channel_parts = parts(in_channels.div_ceil(MIN_TASK_CHANNELS), groups.len());
            (0..groups.len() * channel_parts).into_par_iter().for_each(|task| {
                let part = task % channel_parts;
                let work = Work { channels: Some(share(in_channels, part, channel_parts)), rows: None };
                of_group(task / channel_parts, work);
            });
            let tiles = out_channels.div_ceil(ROWS);
            (0..groups.len() * row_parts).into_par_iter().for_each(|task| {
                let part = task % row_parts;
                let rows = share(tiles, part, row_parts).map(|tile| (tile * ROWS).min(out_channels));
                let work = Work { channels: None, rows: Some(rows) };
                of_group(task / row_parts, work);
            });
        });
    }
}

/// A forward pass and what it is made with.
#[derive(Clone, Copy)]
struct Pass<'a> {
    winograd: &'a Winograd,
    call: Call<'a>,
    grid: Grid,
}

/// What a task does for a tile: lay out these channels, then compute these rows.
#[derive(Clone, Copy, Debug)]
struct Work {
    channels: Option<[usize; 2]>,
    rows: Option<[usize; 2]>,
}

struct Task<'a> {
    pass: Pass<'a>,
    group: &'a Window,
    /// What is laid out for the tile.
    inputs: Shared,
    work: Work,
    scratch: &'a mut [f32],
}

impl Kernel for Task<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let Self { pass, group, inputs, work, scratch } = self;
        let (lines, sums) = scratch.split_at_mut(pass.grid.scratch_len());
        let segments = pass.grid.segments(*group);
        // SAFETY: at this level; no other task has these channels or rows of the tile, and rows are computed of what has been laid out.
        unsafe {
            if let Some(channels) = work.channels {
                pass.lay_out::<L>(&segments, channels, lines, inputs.at(0));
            }
            if let Some(rows) = work.rows {
                pass.multiply::<L>(group, &segments, rows, inputs.at(0), sums, lines);
            }
        }
    }
}

impl Pass<'_> {
    /// Floats that are laid out for a tile.
    fn inputs_len(self) -> usize {
        TAPS * tile_len(self.call.spec.in_channels)
    }

    /// Floats of a task's own.
    fn scratch_len(self) -> usize {
        self.grid.scratch_len() + TAPS * KEPT_ROWS * SUM_STEP + MARGIN
    }

    #[inline(always)]
    unsafe fn lay_out<L: Lanes>(
        self,
        segments: &[Segment],
        [first, end]: [usize; 2],
        lines: &mut [f32],
        out: *mut f32,
    ) {
        let Call { spec: ConvSpec { in_channels, .. }, input, size, .. } = self.call;
        let plane = size[0] * size[1];
        let mut inputs = Inputs { grid: self.grid, channels: in_channels, rows: lines, out };
        inputs.clear();
        for channel in first..end {
            for segment in segments {
                let map = &input[(segment.picture * in_channels + channel) * plane..][..plane];
                // SAFETY: the segments are of this grid, and their columns of one tile.
                unsafe { inputs.lay_out::<L>(map, channel, segment) };
            }
        }
    }

    #[inline(always)]
    unsafe fn multiply<L: Lanes>(
        self,
        group: &Window,
        segments: &[Segment],
        [first_row, end_row]: [usize; 2],
        inputs: *const f32,
        sums: &mut [f32],
        lines: &mut [f32],
    ) {
        let depth = self.call.spec.in_channels;
        for first in (first_row..end_row).step_by(KEPT_ROWS) {
            let end = (first + KEPT_ROWS).min(end_row);
            for tap in 0..TAPS {
                for row in (first..end).step_by(ROWS) {
                    let panel = self.winograd.weights.panel(tap * depth, row);
                    // SAFETY: all columns have been laid out; the sums have room for this many rows of a tile and its column more.
                    unsafe {
                        let columns = inputs.add(tap * tile_len(depth));
                        let extra = columns.add(depth * COLUMNS + MARGIN);
                        let tile = Tile {
                            rows: (end - row).min(ROWS),
                            columns: group.columns,
                            depth,
                            a: RowSide::Packed(panel.as_ptr(), ROWS),
                            b: ColumnSide {
                                start: columns,
                                step: COLUMNS,
                                extra: if group.has_extra { extra } else { std::ptr::null() },
                            },
                            out: Output {
                                start: sums.as_mut_ptr().add((tap * KEPT_ROWS + row - first) * SUM_STEP),
                                step: SUM_STEP,
                            },
                            finish: Finish::NOTHING,
                        };
                        tile.compute::<L, Singles>();
                    }
                }
            }
            for row in first..end {
                for segment in segments {
                    let sums = sums[(row - first) * SUM_STEP..].as_ptr();
                    // SAFETY: the sums of these rows are complete; the segment's squares of this row are this task's own.
                    unsafe { store::<L>(self.call, self.grid, segment, row, sums, lines) };
                }
            }
        }
    }
}

/// Transforms the sums of a row's squares and stores them.
#[inline(always)]
unsafe fn store<L: Lanes>(
    call: Call<'_>,
    grid: Grid,
    segment: &Segment,
    row: usize,
    sums: *const f32,
    lines: &mut [f32],
) {
    let [height, width] = grid.out_size;
    let line_step = grid.row_step();
    unsafe {
        let sums = sums.add(segment.column);
        outputs::<L>(sums, KEPT_ROWS * SUM_STEP, segment.count, lines.as_mut_ptr(), line_step);
        let [top, left] = segment.square.map(|square| square * OUT);
        let count = (segment.count * OUT).min(width - left);
        for line in 0..OUT.min(height - top) {
            let offset =
                ((segment.picture * call.spec.out_channels + row) * height + top + line) * width + left;
            let mut finish = call.following.finish(call.before_residual, false, true, offset);
            finish.row_bias = call.bias[row..].as_ptr();
            finish_row::<L>(lines[line * line_step..].as_ptr(), count, call.out.at(offset), finish);
        }
    }
}
