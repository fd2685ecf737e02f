//! What is done to each row by itself: softmax, LayerNorm.

use std::mem::MaybeUninit;

use rayon::iter::{IndexedParallelIterator, ParallelIterator};
use rayon::slice::{ParallelSlice, ParallelSliceMut};

use super::gelu::exp;
use super::lanes::{Kernel, Lanes, run};
use super::level::Level;
use super::memory::{Shared, filled};
use super::tasks::in_parts;

/// Exponentials of a row divided by their sum; its largest number is subtracted first, so that none overflows.
///
/// # Safety
/// Called at the level of `L`.
#[inline(always)]
pub unsafe fn softmax_row<L: Lanes>(row: &mut [f32]) {
    let (start, len) = (row.as_mut_ptr(), row.len());
    let whole = len - len % L::WIDTH;
    // SAFETY: whole vectors inside of the row, then the rest of it.
    unsafe {
        let mut largest = L::splat(f32::NEG_INFINITY);
        for index in (0..whole).step_by(L::WIDTH) {
            largest = L::max(largest, L::load(start.add(index)));
        }
        let mut maximum = L::largest(largest);
        for index in whole..len {
            maximum = maximum.max(*start.add(index));
        }
        let maximum = L::splat(maximum);
        let mut sums = L::splat(0.0);
        for index in (0..whole).step_by(L::WIDTH) {
            let value = exp::<L>(L::sub(L::load(start.add(index)), maximum));
            sums = L::add(sums, value);
            L::store(start.add(index), value);
        }
        let mut sum = L::sum(sums);
        if whole < len {
            let rest = len - whole;
            let value = exp::<L>(L::sub(L::load_first(start.add(whole), rest), maximum));
            L::store_first(start.add(whole), value, rest);
            for index in whole..len {
                sum += *start.add(index);
            }
        }
        let scale = L::splat(1.0 / sum);
        for index in (0..whole).step_by(L::WIDTH) {
            L::store(start.add(index), L::mul(L::load(start.add(index)), scale));
        }
        for index in whole..len {
            *start.add(index) *= 1.0 / sum;
        }
    }
}

/// Each row to mean 0 and variance 1, then a scale and a shift for each column.
///
/// # Shapes
/// `input`: `[rows, dim]` to the same; `weight` and `bias`: `[dim]`.
pub fn layer_norm(level: Level, input: &[f32], weight: &[f32], bias: &[f32], epsilon: f32) -> Vec<f32> {
    // SAFETY: all of the output is written.
    unsafe { filled(input.len(), |out| layer_norm_into(level, input, weight, bias, epsilon, out)) }
}

/// The same, written to all of `output`.
///
/// # Shapes
/// `input`: `[rows, dim]` to the same; `weight` and `bias`: `[dim]`.
pub(super) fn layer_norm_into(
    level: Level,
    input: &[f32],
    weight: &[f32],
    bias: &[f32],
    epsilon: f32,
    output: &mut [MaybeUninit<f32>],
) {
    let dim = weight.len();
    let rows = input.len() / dim;
    assert_eq!(input.len(), rows * dim, "whole rows");
    assert_eq!([bias.len(), output.len()], [dim, input.len()], "a shift for each column, as the input");
    let out = Shared::of(output);
    in_parts(rows, |rows| {
        run(level, LayerNorm { input, weight, bias, epsilon, rows, out });
    });
}

/// From the gradient of [`layer_norm`] to that of its input.
///
/// # Shapes
/// All `[rows, dim]`; `weight`: `[dim]`.
pub fn gradient_of_layer_norm(input: &[f32], weight: &[f32], epsilon: f32, gradient: &[f32]) -> Vec<f32> {
    let dim = weight.len();
    assert_eq!(input.len(), gradient.len(), "a gradient for each number");
    let mut result = vec![0.0; input.len()];
    let rows = result.par_chunks_mut(dim).zip(input.par_chunks(dim)).zip(gradient.par_chunks(dim));
    rows.for_each(|((result, input), gradient)| {
        let count = dim as f32;
        let mean = input.iter().sum::<f32>() / count;
        let variance = input.iter().map(|value| (value - mean) * (value - mean)).sum::<f32>() / count;
        let scale = 1.0 / (variance + epsilon).sqrt();
        let (mut sum, mut along) = (0.0, 0.0);
        for ((value, weight), gradient) in input.iter().zip(weight).zip(gradient) {
            sum += gradient * weight;
            along += gradient * weight * (value - mean) * scale;
        }
        let (sum, along) = (sum / count, along / count);
        for (((result, value), weight), gradient) in result.iter_mut().zip(input).zip(weight).zip(gradient) {
            *result = scale * (gradient * weight - sum - (value - mean) * scale * along);
        }
    });
    result
}

struct LayerNorm<'a> {
    input: &'a [f32],
    weight: &'a [f32],
    bias: &'a [f32],
    epsilon: f32,
    rows: [usize; 2],
    out: Shared,
}

impl Kernel for LayerNorm<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let dim = self.weight.len();
        let whole = dim - dim % L::WIDTH;
        for row in self.rows[0]..self.rows[1] {
            let numbers = &self.input[row * dim..][..dim];
            // SAFETY: whole vectors inside of the row, then the rest of it; the row is this task's own.
            unsafe {
                let (from, to) = (numbers.as_ptr(), self.out.at(row * dim));
                let mut sums = L::splat(0.0);
                for index in (0..whole).step_by(L::WIDTH) {
                    sums = L::add(sums, L::load(from.add(index)));
                }
                let rest = &numbers[whole..];
                let mean = (L::sum(sums) + rest.iter().sum::<f32>()) / dim as f32;
                let means = L::splat(mean);
                let mut squares = L::splat(0.0);
                for index in (0..whole).step_by(L::WIDTH) {
                    let centred = L::sub(L::load(from.add(index)), means);
                    squares = L::fma(centred, centred, squares);
                }
                let mut square = L::sum(squares);
                for number in rest {
                    square += (number - mean) * (number - mean);
                }
                let scale = 1.0 / (square / dim as f32 + self.epsilon).sqrt();
                let scales = L::splat(scale);
                for index in (0..whole).step_by(L::WIDTH) {
                    let normed = L::mul(L::sub(L::load(from.add(index)), means), scales);
                    let weight = L::load(self.weight.as_ptr().add(index));
                    let bias = L::load(self.bias.as_ptr().add(index));
                    L::store(to.add(index), L::fma(normed, weight, bias));
                }
                for (index, number) in numbers.iter().enumerate().skip(whole) {
                    let normed = (number - mean) * scale;
                    *to.add(index) = normed * self.weight[index] + self.bias[index];
                }
            }
        }
    }
}
