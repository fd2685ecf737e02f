//! A linear layer: rows of features times packed weights.

use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::sync::OnceLock;

use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;

use super::lanes::{Kernel, Lanes, run};
use super::level::Level;
use super::memory::{Shared, filled};
use super::numbers::{Numbers, Pairs, Singles, Width, paired_rows, unpaired_channels};
use super::panels::Panels;
use super::tasks::{kept_or_made, parts, share};
use super::tile::{COLUMNS, ColumnSide, Following, Output, ROWS, RowSide, Stages, Tile};

/// Products in the depth of one block: a panel of it stays in the second cache while all rows pass.
const BLOCK_DEPTH: usize = 384;
/// Rows of a task: their features stay in the second cache beside a panel.
const TASK_ROWS: usize = 25 * ROWS;

/// `y = x W^T + b`, then what follows.
#[derive(Clone, Debug)]
pub struct Product {
    in_features: usize,
    width: Width,
    weights: Panels,
    bias: Vec<f32>,
    /// Made when the first gradient flows back.
    transposed: OnceLock<Box<Self>>,
}

impl Product {
    /// Packs the weights, which are rounded if they are to be half as wide.
    ///
    /// # Shapes
    /// `weights`: `[out_features, in_features]`; `bias`: `[out_features]`.
    pub fn new(width: Width, weights: &[f32], bias: &[f32]) -> Self {
        let out_features = bias.len();
        let in_features = weights.len() / out_features;
        let of_columns = |weights: &[f32]| {
            Panels::of_columns(weights, out_features, width.places(in_features), BLOCK_DEPTH)
        };
        let weights = match width {
            Width::Single => of_columns(weights),
            Width::Half => of_columns(&paired_rows(Level::best(), weights, in_features)),
        };
        Self { in_features, width, weights, bias: bias.to_vec(), transposed: OnceLock::new() }
    }

    /// The weights, `[out_features, in_features]`.
    pub fn weights(&self) -> Vec<f32> {
        let weights = self.weights.unpacked();
        match self.width {
            Width::Single => weights,
            Width::Half => unpaired_channels(&weights, self.in_features, 1),
        }
    }

    /// `y = x W`, from the gradient of the output to that of the input.
    pub fn transposed(&self) -> &Self {
        kept_or_made(&self.transposed, || {
            let (weights, inputs, outputs) = (self.weights(), self.in_features(), self.out_features());
            let mut transposed = vec![0.0; weights.len()];
            transposed.par_chunks_exact_mut(outputs).enumerate().for_each(|(input, row)| {
                let column = weights[input..].iter().step_by(inputs);
                row.iter_mut().zip(column).for_each(|(place, number)| *place = *number);
            });
            Box::new(Self::new(Width::Single, &transposed, &vec![0.0; inputs]))
        })
        .as_ref()
    }

    /// Features of a row of the input.
    pub fn in_features(&self) -> usize {
        self.in_features
    }

    /// Features of a row of the output.
    pub fn out_features(&self) -> usize {
        self.weights.outputs
    }

    /// The product and what follows.
    ///
    /// # Shapes
    /// `input`: `[rows, in_features]` to `[rows, out_features]`.
    pub fn forward(&self, level: Level, input: &[f32], following: Following<'_>) -> Vec<f32> {
        let length = input.len() / self.in_features * self.weights.outputs;
        // SAFETY: all of the output is written.
        unsafe { filled(length, |out| self.forward_into(level, input, following, out, None)) }
    }

    /// The same, with what the output was before the residual.
    ///
    /// # Shapes
    /// As [`Self::forward`].
    pub fn forward_in_stages(&self, level: Level, input: &[f32], following: Following<'_>) -> Stages {
        let length = input.len() / self.in_features * self.weights.outputs;
        // SAFETY: all of both is written.
        unsafe {
            Stages::filled(length, |out, before_residual| {
                self.forward_into(level, input, following, out, Some(before_residual));
            })
        }
    }

    /// The same, written to all of `output` and of what it was before the residual, which is as long.
    ///
    /// # Shapes
    /// `input`: `[rows, in_features]` to `[rows, out_features]`.
    pub(super) fn forward_into(
        &self,
        level: Level,
        input: &[f32],
        following: Following<'_>,
        output: &mut [MaybeUninit<f32>],
        before_residual: Option<Shared>,
    ) {
        let outputs = self.weights.outputs;
        let rows = input.len() / self.in_features;
        assert_eq!(input.len(), rows * self.in_features, "whole rows");
        assert_eq!(output.len(), rows * outputs, "room for whole rows");
        assert!(following.residual.is_none_or(|residual| residual.len() == output.len()), "as the output");
        let work = Work { input, rows, following, out: Shared::of(output), before_residual };
        match self.width {
            Width::Single => self.share_work::<Singles>(level, work),
            Width::Half => {
                let input = &paired_rows(level, input, self.in_features);
                self.share_work::<Pairs>(level, Work { input, ..work });
            }
        }
    }

    /// Cuts the work into tasks.
    fn share_work<N: Numbers>(&self, level: Level, work: Work<'_>) {
        let (rows, outputs) = (work.rows, self.weights.outputs);
        let task_rows = TASK_ROWS.next_multiple_of(N::TILE_ROWS);
        let row_parts = rows.div_ceil(task_rows);
        let panels = outputs.div_ceil(COLUMNS);
        let column_parts = parts(panels, row_parts);
        (0..row_parts * column_parts).into_par_iter().for_each(|task| {
            let (row_part, part) = (task / column_parts, task % column_parts);
            let task = Task::<N> {
                product: self,
                work,
                rows: [row_part * task_rows, ((row_part + 1) * task_rows).min(rows)],
                columns: share(panels, part, column_parts).map(|panel| (panel * COLUMNS).min(outputs)),
                numbers: PhantomData,
            };
            run(level, task);
        });
    }
}

/// All that there is to do.
#[derive(Clone, Copy)]
struct Work<'a> {
    /// Numbers or pairs of them.
    input: &'a [f32],
    rows: usize,
    following: Following<'a>,
    out: Shared,
    before_residual: Option<Shared>,
}

/// Some columns of the output for some rows.
struct Task<'a, N> {
    product: &'a Product,
    work: Work<'a>,
    rows: [usize; 2],
    columns: [usize; 2],
    numbers: PhantomData<N>,
}

impl<N: Numbers> Kernel for Task<'_, N> {
    type Output = ();
    const HAS_PAIRS: bool = N::ARE_PAIRS;

    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let Self { rows: [first_row, end_row], columns: [first_column, end_column], .. } = self;
        let Work { input, following, out, before_residual, .. } = self.work;
        let Product { weights, bias, .. } = self.product;
        for start in (0..weights.depth).step_by(weights.block) {
            let depth = weights.block.min(weights.depth - start);
            let is_last = start + depth == weights.depth;
            for column in (first_column..end_column).step_by(COLUMNS) {
                let panel = weights.panel(start, column).as_ptr();
                for row in (first_row..end_row).step_by(N::TILE_ROWS) {
                    let offset = row * weights.outputs + column;
                    let features = input[row * weights.depth + start..].as_ptr();
                    // SAFETY: rows and columns are inside of the output, and no other task has them; `before_residual` is as long; panels are
                    // padded to whole tiles.
                    unsafe {
                        let mut finish = following.finish(before_residual, start > 0, is_last, offset);
                        if is_last {
                            finish.column_bias = bias[column..].as_ptr();
                        }
                        let tile = Tile {
                            rows: (end_row - row).min(N::TILE_ROWS),
                            columns: (end_column - column).min(COLUMNS),
                            depth,
                            a: RowSide::Plain(features, weights.depth),
                            b: ColumnSide { start: panel, step: COLUMNS, extra: std::ptr::null() },
                            out: Output { start: out.at(offset), step: weights.outputs },
                            finish,
                        };
                        tile.compute::<L, N>();
                    }
                }
            }
        }
    }
}
