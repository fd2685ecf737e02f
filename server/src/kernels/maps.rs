//! What is done to each channel of a map by itself.

use std::mem::MaybeUninit;

use shared::architecture::resnet::PoolSpec;

use super::lanes::{Kernel, Lanes, run};
use super::level::Level;
use super::memory::{MARGIN, Shared, filled, with_scratch};
use super::tasks::in_parts;

/// A window that moves over a map; beyond the border there is nothing. Its border is smaller than itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pooling(pub PoolSpec);

impl Pooling {
    /// The rows or columns of a map of this side under the window at a place.
    fn under(self, place: usize, side: usize) -> std::ops::Range<usize> {
        let PoolSpec { kernel_size, stride, padding } = self.0;
        let start = place * stride;
        start.saturating_sub(padding)..(start + kernel_size - padding).min(side)
    }

    /// The largest number under each window.
    ///
    /// # Shapes
    /// `input`: `[planes, height, width]` with `[height, width] = size`, to `[planes, out_height, out_width]`.
    pub fn largest(self, level: Level, input: &[f32], size: [usize; 2]) -> Vec<f32> {
        let [out_height, out_width] = size.map(|side| self.0.output_side(side));
        let length = input.len() / (size[0] * size[1]) * out_height * out_width;
        // SAFETY: all of the output is written.
        unsafe { filled(length, |out| self.largest_into(level, input, size, out)) }
    }

    /// The same, written to all of `output`.
    ///
    /// # Shapes
    /// `input`: `[planes, height, width]` with `[height, width] = size`, to `[planes, out_height, out_width]`.
    pub(super) fn largest_into(
        self,
        level: Level,
        input: &[f32],
        size: [usize; 2],
        output: &mut [MaybeUninit<f32>],
    ) {
        let out_size = size.map(|side| self.0.output_side(side));
        let (plane, out_plane) = (size[0] * size[1], out_size[0] * out_size[1]);
        let planes = input.len() / plane;
        assert_eq!([input.len(), output.len()], [planes * plane, planes * out_plane], "whole planes");
        let out = Shared::of(output);
        in_parts(planes, |planes| {
            let row = size[1] + 2 * self.0.padding + MARGIN;
            with_scratch(row, |row| {
                run(level, Largest { pooling: self, input, size, out_size, planes, row, out });
            });
        });
    }

    /// From the gradient of [`Self::largest`] to that of its input: each window's goes to its first largest number.
    ///
    /// # Shapes
    /// `input`: `[planes, height, width]`, `gradient`: `[planes, out_height, out_width]`, to that of `input`.
    pub fn gradient_of_largest(self, input: &[f32], size: [usize; 2], gradient: &[f32]) -> Vec<f32> {
        let [out_height, out_width] = size.map(|side| self.0.output_side(side));
        let (plane, out_plane) = (size[0] * size[1], out_height * out_width);
        assert_eq!(input.len() * out_plane, gradient.len() * plane, "a gradient for each window");
        let mut result = vec![0.0; input.len()];
        let planes = result.chunks_mut(plane).zip(input.chunks(plane)).zip(gradient.chunks(out_plane));
        for ((result, input), gradient) in planes {
            for (place, value) in gradient.iter().enumerate().filter(|(_, value)| **value != 0.0) {
                let columns = self.under(place % out_width, size[1]);
                let mut best: Option<usize> = None;
                for row in self.under(place / out_width, size[0]) {
                    for index in row * size[1] + columns.start..row * size[1] + columns.end {
                        if best.is_none_or(|best| input[index] > input[best]) {
                            best = Some(index);
                        }
                    }
                }
                if let Some(best) = best {
                    result[best] += value;
                }
            }
        }
        result
    }
}

struct Largest<'a> {
    pooling: Pooling,
    input: &'a [f32],
    size: [usize; 2],
    out_size: [usize; 2],
    planes: [usize; 2],
    row: &'a mut [f32],
    out: Shared,
}

impl Kernel for Largest<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let PoolSpec { kernel_size, stride, padding } = self.pooling.0;
        let ([height, width], [out_height, out_width]) = (self.size, self.out_size);
        self.row.fill(f32::NEG_INFINITY);
        let whole = width - width % L::WIDTH;
        for plane in self.planes[0]..self.planes[1] {
            for out_row in 0..out_height {
                let rows = self.pooling.under(out_row, height);
                // SAFETY: rows of this plane; the row of maxima has a border and a margin; the output's row is this task's own.
                unsafe {
                    let first = self.input.as_ptr().add((plane * height + rows.start) * width);
                    let maxima = self.row.as_mut_ptr().add(padding);
                    for column in (0..whole).step_by(L::WIDTH) {
                        let mut largest = L::load(first.add(column));
                        for row in 1..rows.len() {
                            largest = L::max(L::load(first.add(row * width + column)), largest);
                        }
                        L::store(maxima.add(column), largest);
                    }
                    for column in whole..width {
                        let mut largest = *first.add(column);
                        for row in 1..rows.len() {
                            let value = *first.add(row * width + column);
                            largest = if value > largest { value } else { largest };
                        }
                        *maxima.add(column) = largest;
                    }
                    let maxima = self.row.as_ptr();
                    let to = self.out.at((plane * out_height + out_row) * out_width);
                    let whole = if stride == 2 { out_width - out_width % L::WIDTH } else { 0 };
                    for column in (0..whole).step_by(L::WIDTH) {
                        let mut largest = L::load_even(maxima.add(2 * column));
                        for tap in 1..kernel_size {
                            largest = L::max(L::load_even(maxima.add(2 * column + tap)), largest);
                        }
                        L::store(to.add(column), largest);
                    }
                    for column in whole..out_width {
                        let mut largest = *maxima.add(column * stride);
                        for tap in 1..kernel_size {
                            let value = *maxima.add(column * stride + tap);
                            largest = if value > largest { value } else { largest };
                        }
                        *to.add(column) = largest;
                    }
                }
            }
        }
    }
}
