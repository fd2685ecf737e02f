//! Weights as the tiles read them: packed once when a model is loaded.

use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;

use super::memory::{Lines, MARGIN};
use super::tile::{COLUMNS, ROWS};

/// A matrix `[outputs, depth]` cut into blocks of depth, each into panels of outputs, each `[depth of the block, width]` or `[width, depth of
/// the block]`: a product walks through it from the beginning to the end.
#[derive(Clone, Debug)]
pub struct Panels {
    values: Lines,
    /// Number of outputs, of all panels.
    pub outputs: usize,
    /// Number of products in a sum.
    pub depth: usize,
    /// Depth of all blocks but the last.
    pub block: usize,
    width: usize,
    order: Order,
}

/// What stands side by side in a panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    /// Outputs.
    Outputs,
    /// Steps of the depth.
    Depth,
}

impl Panels {
    /// Packs for the side of a tile that is read number by number.
    pub fn of_rows(weights: &[f32], outputs: usize, depth: usize, block: usize) -> Self {
        Self::pack(weights, outputs, depth, block, (ROWS, Order::Outputs))
    }

    /// Packs for the same side, `rows` of a tile one after another.
    pub fn of_plain_rows(weights: &[f32], outputs: usize, depth: usize, block: usize, rows: usize) -> Self {
        Self::pack(weights, outputs, depth, block, (rows, Order::Depth))
    }

    /// Packs for the side of a tile that is read vector by vector.
    pub fn of_columns(weights: &[f32], outputs: usize, depth: usize, block: usize) -> Self {
        Self::pack(weights, outputs, depth, block, (COLUMNS, Order::Outputs))
    }

    fn pack(
        weights: &[f32],
        outputs: usize,
        depth: usize,
        block: usize,
        (width, order): (usize, Order),
    ) -> Self {
        assert_eq!(weights.len(), outputs * depth, "a matrix of {outputs} by {depth}");
        let padded = outputs.next_multiple_of(width);
        let mut values = Lines::zeros(padded * depth + MARGIN);
        let mut rest = &mut values[..padded * depth];
        let mut panels = Vec::new();
        for start in (0..depth).step_by(block) {
            for first in (0..padded).step_by(width) {
                let (panel, others) = rest.split_at_mut(width * block.min(depth - start));
                panels.push((start, first, panel));
                rest = others;
            }
        }
        panels.into_par_iter().for_each(|(start, first, panel)| {
            if order == Order::Depth {
                let rows = weights.chunks_exact(depth).skip(first);
                let length = panel.len() / width;
                for (place, row) in panel.chunks_exact_mut(length).zip(rows) {
                    place.copy_from_slice(&row[start..start + length]);
                }
                return;
            }
            for (index, column) in panel.chunks_exact_mut(width).enumerate() {
                let numbers = weights[first * depth + start + index..].iter().step_by(depth);
                column.iter_mut().zip(numbers).for_each(|(place, number)| *place = *number);
            }
        });
        Self { values, outputs, depth, block, width, order }
    }

    /// The panel that begins with output `first`, of the block that begins at `start`; whole vectors can be read at its end.
    pub fn panel(&self, start: usize, first: usize) -> &[f32] {
        let padded = self.outputs.next_multiple_of(self.width);
        let depth = self.block.min(self.depth - start);
        &self.values[padded * start + first * depth..]
    }

    /// The matrix `[outputs, depth]` that was packed.
    pub fn unpacked(&self) -> Vec<f32> {
        let mut weights = vec![0.0; self.outputs * self.depth];
        weights.par_chunks_exact_mut(self.depth).enumerate().for_each(|(output, row)| {
            let (first, lane) = (output - output % self.width, output % self.width);
            for (block, row) in row.chunks_mut(self.block).enumerate() {
                let panel = self.panel(block * self.block, first);
                if self.order == Order::Depth {
                    row.copy_from_slice(&panel[lane * row.len()..][..row.len()]);
                    continue;
                }
                let panel = &panel[lane..];
                row.iter_mut()
                    .zip(panel.iter().step_by(self.width))
                    .for_each(|(place, number)| *place = *number);
            }
        });
        weights
    }
}
