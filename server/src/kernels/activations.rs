//! Activations by themselves, where nothing before could do them in passing, and their gradients.

use std::mem::MaybeUninit;

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::gelu::{gelu, slope_of_gelu};
use super::lanes::{Kernel, Lanes, run};
use super::level::Level;
use super::memory::{Shared, filled};
use super::tasks::parts;

/// Floats of a task at least.
const MIN_TASK: usize = 4096;

/// Of which activation a gradient is taken, and what is known of it.
#[derive(Clone, Copy, Debug)]
pub enum Slope<'a> {
    /// `max(x, 0)`, and what came out.
    Relu(&'a [f32]),
    /// The exact GELU, and what went in.
    Gelu(&'a [f32]),
}

/// From the gradient of an activation to that of what went in.
///
/// # Shapes
/// All the same.
pub fn through_activation(level: Level, slope: Slope<'_>, gradient: &[f32]) -> Vec<f32> {
    // SAFETY: all of the output is written.
    unsafe { filled(gradient.len(), |out| through_activation_into(level, slope, gradient, out)) }
}

/// The same, written to all of `output`.
///
/// # Shapes
/// All the same.
pub(super) fn through_activation_into(
    level: Level,
    slope: Slope<'_>,
    gradient: &[f32],
    output: &mut [MaybeUninit<f32>],
) {
    let (Slope::Relu(known) | Slope::Gelu(known)) = slope;
    assert_eq!([known.len(), output.len()], [gradient.len(); 2], "three of one shape");
    let (count, out) = (gradient.len(), Shared::of(output));
    let parts = parts(count.div_ceil(MIN_TASK), 1);
    (0..parts).into_par_iter().for_each(|part| {
        let range = [count * part / parts, count * (part + 1) / parts];
        run(level, Task { slope, gradient, range, out });
    });
}

/// The exact GELU of each number.
pub fn gelu_of(level: Level, input: &[f32]) -> Vec<f32> {
    // SAFETY: all of the output is written.
    unsafe { filled(input.len(), |out| gelu_of_into(level, input, out)) }
}

/// The same, written to all of `output`.
///
/// # Shapes
/// Both the same.
pub(super) fn gelu_of_into(level: Level, input: &[f32], output: &mut [MaybeUninit<f32>]) {
    assert_eq!(input.len(), output.len(), "two of one shape");
    let (count, out) = (input.len(), Shared::of(output));
    let parts = parts(count.div_ceil(MIN_TASK), 1);
    (0..parts).into_par_iter().for_each(|part| {
        run(level, Gelu { input, range: [count * part / parts, count * (part + 1) / parts], out });
    });
}

struct Gelu<'a> {
    input: &'a [f32],
    range: [usize; 2],
    out: Shared,
}

impl Kernel for Gelu<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let [mut index, end] = self.range;
        while index < end {
            let count = end - index;
            // SAFETY: whole vectors inside of this task's part, then the rest of it.
            unsafe {
                let x = self.input.as_ptr().add(index);
                if count >= L::WIDTH {
                    L::store(self.out.at(index), gelu::<L>(L::load(x)));
                } else {
                    L::store_first(self.out.at(index), gelu::<L>(L::load_first(x, count)), count);
                }
            }
            index += L::WIDTH;
        }
    }
}

struct Task<'a> {
    slope: Slope<'a>,
    gradient: &'a [f32],
    range: [usize; 2],
    out: Shared,
}

impl Kernel for Task<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let [start, end] = self.range;
        match self.slope {
            Slope::Relu(output) => {
                let pairs = self.gradient[start..end].iter().zip(&output[start..end]);
                for (index, (gradient, output)) in pairs.enumerate() {
                    // SAFETY: inside of this task's part.
                    unsafe { *self.out.at(start + index) = if *output > 0.0 { *gradient } else { 0.0 } };
                }
            }
            Slope::Gelu(input) => {
                let mut index = start;
                while index < end {
                    let count = end - index;
                    // SAFETY: whole vectors inside of this task's part, then the rest of it.
                    unsafe {
                        let (x, gradient) = (input.as_ptr().add(index), self.gradient.as_ptr().add(index));
                        if count >= L::WIDTH {
                            let slope = slope_of_gelu::<L>(L::load(x));
                            L::store(self.out.at(index), L::mul(slope, L::load(gradient)));
                        } else {
                            let slope = slope_of_gelu::<L>(L::load_first(x, count));
                            let result = L::mul(slope, L::load_first(gradient, count));
                            L::store_first(self.out.at(index), result, count);
                        }
                    }
                    index += L::WIDTH;
                }
            }
        }
    }
}
