//! The weights of a separable resize: which source pixels an output pixel is made of, and how much of each. When a
//! picture shrinks the filter is stretched over all the pixels that it replaces ("antialiased").
//!
//! # Source
//! Pillow, `src/libImaging/Resample.c`: the same support, bounds, order of operations and fixed-point rounding.

use shared::Interpolation;

use crate::kernels::FractionBits;

/// Fraction bits of a weight: 32, less 8 for the pixel and 2 for the overshoot of filters with negative lobes.
pub const FRACTION_BITS: FractionBits = FractionBits(32 - 8 - 2);

/// The source pixels of one output pixel along one axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taps {
    /// The first source pixel.
    pub start: usize,
    /// Weight of it and those after it, in units of 2^-[`FRACTION_BITS`].
    pub weights: Vec<i32>,
}

/// A continuous filter.
#[derive(Clone, Copy)]
pub struct Filter {
    /// Distance from the centre beyond which it is zero.
    support: f64,
    weight: fn(f64) -> f64,
}

impl Filter {
    /// The filter of an interpolation; `None` for nearest, which weighs nothing.
    pub fn of(interpolation: Interpolation) -> Option<Self> {
        match interpolation {
            Interpolation::Nearest => None,
            Interpolation::Bilinear => Some(Self { support: 1.0, weight: triangle }),
            Interpolation::Bicubic => Some(Self { support: 2.0, weight: cubic }),
            Interpolation::Lanczos => Some(Self { support: 3.0, weight: lanczos }),
        }
    }

    /// Taps of the output pixels `range` of an axis that goes from `source_len` to `output_len` pixels.
    pub fn taps(&self, source_len: u32, output_len: u32, range: std::ops::Range<u32>) -> Vec<Taps> {
        let scale = f64::from(source_len) / f64::from(output_len);
        let stretch = scale.max(1.0);
        let support = self.support * stretch;
        let inverse_stretch = 1.0 / stretch;
        range
            .map(|output| {
                let centre = (f64::from(output) + 0.5) * scale;
                // A cast of a negative number to unsigned gives 0, which is the edge.
                let start = (centre - support + 0.5) as usize;
                let end = ((centre + support + 0.5) as usize).min(source_len as usize);
                let weigh = |source: usize| (self.weight)((source as f64 - centre + 0.5) * inverse_stretch);
                let weights: Vec<f64> = (start..end).map(weigh).collect();
                Taps { start, weights: to_fixed_point(&weights) }
            })
            .collect()
    }
}

/// Normalises the weights to a sum of 1 and rounds them, halves away from zero.
fn to_fixed_point(weights: &[f64]) -> Vec<i32> {
    let sum: f64 = weights.iter().sum();
    let unit = f64::from(1 << FRACTION_BITS.0);
    let normalise = |weight: &f64| if sum == 0.0 { *weight } else { *weight / sum };
    weights.iter().map(normalise).map(|weight| (weight * unit + 0.5_f64.copysign(weight)) as i32).collect()
}

fn triangle(distance: f64) -> f64 {
    (1.0 - distance.abs()).max(0.0)
}

/// Keys' cubic with a = -0.5 (Catmull-Rom), as Pillow has it; OpenCV and PyTorch's tensors use -0.75.
fn cubic(distance: f64) -> f64 {
    const A: f64 = -0.5;
    let x = distance.abs();
    if x < 1.0 {
        ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0
    } else if x < 2.0 {
        (((x - 5.0) * x + 8.0) * x - 4.0) * A
    } else {
        0.0
    }
}

fn lanczos(distance: f64) -> f64 {
    if (-3.0..3.0).contains(&distance) { sinc(distance) * sinc(distance / 3.0) } else { 0.0 }
}

fn sinc(x: f64) -> f64 {
    if x == 0.0 {
        return 1.0;
    }
    let angle = x * std::f64::consts::PI;
    angle.sin() / angle
}
