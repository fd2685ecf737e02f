//! Activations by themselves, where nothing before could do them in passing, and their gradients.

use std::mem::MaybeUninit;

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::gelu::{gelu, slope_of_gelu};
use super::lanes::{Kernel, Lanes, load_up_to, run, store_up_to};
use super::level::Level;
use super::memory::{Shared, filled};
use super::tasks::{parts, share};

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
    assert_eq!(known.len(), gradient.len(), "of one shape");
    let step = match slope {
        Slope::Relu(output) => Step::ThroughRelu { output, gradient },
        Slope::Gelu(input) => Step::ThroughGelu { input, gradient },
    };
    element_by_element(level, step, output);
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
    element_by_element(level, Step::Gelu { input }, output);
}

/// What is computed of each number.
#[derive(Clone, Copy, Debug)]
enum Step<'a> {
    Gelu { input: &'a [f32] },
    ThroughRelu { output: &'a [f32], gradient: &'a [f32] },
    ThroughGelu { input: &'a [f32], gradient: &'a [f32] },
}

fn element_by_element(level: Level, step: Step<'_>, output: &mut [MaybeUninit<f32>]) {
    let (Step::Gelu { input: read }
    | Step::ThroughRelu { output: read, .. }
    | Step::ThroughGelu { input: read, .. }) = step;
    assert_eq!(read.len(), output.len(), "of one shape");
    let (count, out) = (output.len(), Shared::of(output));
    let parts = parts(count.div_ceil(MIN_TASK), 1);
    (0..parts).into_par_iter().for_each(|part| {
        run(level, Task { step, range: share(count, part, parts), out });
    });
}

struct Task<'a> {
    step: Step<'a>,
    range: [usize; 2],
    out: Shared,
}

impl Kernel for Task<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let [start, end] = self.range;
        for index in (start..end).step_by(L::WIDTH) {
            let count = end - index;
            // SAFETY: whole vectors inside of this task's part, then the rest of it.
            unsafe {
                let result = match self.step {
                    Step::Gelu { input } => gelu::<L>(load_up_to::<L>(input.as_ptr().add(index), count)),
                    Step::ThroughGelu { input, gradient } => {
                        let slope = slope_of_gelu::<L>(load_up_to::<L>(input.as_ptr().add(index), count));
                        L::mul(slope, load_up_to::<L>(gradient.as_ptr().add(index), count))
                    }
                    Step::ThroughRelu { output, gradient } => {
                        let last = end.min(index + L::WIDTH);
                        for place in index..last {
                            let passes = output[place] > 0.0;
                            *self.out.at(place) = if passes { gradient[place] } else { 0.0 };
                        }
                        continue;
                    }
                };
                store_up_to::<L>(self.out.at(index), result, count);
            }
        }
    }
}
