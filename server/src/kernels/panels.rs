//! Weights as the tiles read them: packed once when a model is loaded.

use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;

use super::memory::MARGIN;
use super::tile::{COLUMNS, ROWS};

/// A matrix `[outputs, depth]` cut into blocks of depth, each into panels of outputs, each `[depth of the block, width]`: a product
/// walks through it from the beginning to the end.
#[derive(Clone, Debug)]
pub struct Panels {
    values: Vec<f32>,
    /// Number of outputs, of all panels.
    pub outputs: usize,
    /// Number of products in a sum.
    pub depth: usize,
    /// Depth of all blocks but the last.
    pub block: usize,
    width: usize,
}

impl Panels {
    /// Packs for the side of a tile that is read number by number.
    pub fn of_rows(weights: &[f32], outputs: usize, depth: usize, block: usize) -> Self {
        Self::pack(weights, outputs, depth, block, ROWS)
    }

    /// Packs for the side of a tile that is read vector by vector.
    pub fn of_columns(weights: &[f32], outputs: usize, depth: usize, block: usize) -> Self {
        Self::pack(weights, outputs, depth, block, COLUMNS)
    }

    fn pack(weights: &[f32], outputs: usize, depth: usize, block: usize, width: usize) -> Self {
        assert_eq!(weights.len(), outputs * depth, "a matrix of {outputs} by {depth}");
        let padded = outputs.next_multiple_of(width);
        let mut values = vec![0.0; padded * depth + MARGIN];
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
            for (index, column) in panel.chunks_exact_mut(width).enumerate() {
                let numbers = weights[first * depth + start + index..].iter().step_by(depth);
                column.iter_mut().zip(numbers).for_each(|(place, number)| *place = *number);
            }
        });
        Self { values, outputs, depth, block, width }
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
                let panel = &self.panel(block * self.block, first)[lane..];
                row.iter_mut()
                    .zip(panel.iter().step_by(self.width))
                    .for_each(|(place, number)| *place = *number);
            }
        });
        weights
    }
}
