//! Weights as the tiles read them: packed once when a model is loaded.

use rayon::iter::{IntoParallelIterator, ParallelIterator};

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
        let mut values = Vec::with_capacity(padded * depth + MARGIN);
        for start in (0..depth).step_by(block) {
            for first in (0..padded).step_by(width) {
                for index in start..(start + block).min(depth) {
                    values.extend(
                        (first..first + width).map(|output| {
                            if output < outputs { weights[output * depth + index] } else { 0.0 }
                        }),
                    );
                }
            }
        }
        values.resize(padded * depth + MARGIN, 0.0);
        Self { values, outputs, depth, block, width }
    }

    /// The panel that begins with output `first`, of the block that begins at `start`; whole vectors can be read at its end.
    pub fn panel(&self, start: usize, first: usize) -> &[f32] {
        let padded = self.outputs.next_multiple_of(self.width);
        let depth = self.block.min(self.depth - start);
        &self.values[padded * start + first * depth..]
    }

    /// Packs the transposed matrices: with `[outputs, depth / window, window]` packed here, what comes out is
    /// `[depth / window, outputs, window]`, each window back to front.
    pub fn transposed(&self, window: usize, block: usize) -> Self {
        let (outputs, depth, width) = (self.depth / window, self.outputs * window, self.width);
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
            let (first_input, end_input) = (start / window, (start + panel.len() / width) / window);
            for output in first..(first + width).min(outputs) {
                // Where this channel stands here: a run of depth in one block.
                let (own_start, own_index) = {
                    let index = output * window;
                    (index - index % self.block, index % self.block)
                };
                let mut input = first_input;
                while input < end_input {
                    let (lane, count) = (input % width, (width - input % width).min(end_input - input));
                    let source = &self.panel(own_start, input - lane)[own_index * width + lane..];
                    let target = &mut panel[(input - first_input) * window * width + output - first..];
                    for tap in 0..window {
                        let row = &source[tap * width..][..count];
                        let places = target[(window - 1 - tap) * width..].iter_mut().step_by(window * width);
                        row.iter().zip(places).for_each(|(number, place)| *place = *number);
                    }
                    input += count;
                }
            }
        });
        Self { values, outputs, depth, block, width }
    }

    /// The matrix `[outputs, depth]` that was packed.
    pub fn unpacked(&self) -> Vec<f32> {
        let mut weights = vec![0.0; self.outputs * self.depth];
        for start in (0..self.depth).step_by(self.block) {
            for first in (0..self.outputs).step_by(self.width) {
                let panel = self.panel(start, first);
                for index in start..(start + self.block).min(self.depth) {
                    let row = &panel[(index - start) * self.width..];
                    for (output, value) in (first..self.outputs).zip(&row[..self.width]) {
                        weights[output * self.depth + index] = *value;
                    }
                }
            }
        }
        weights
    }
}
