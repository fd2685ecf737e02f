//! What the innermost loop multiplies: numbers of 32 bits, or two of 16 in the place of one.
//!
//! Numbers of 16 bits are the upper halves of f32 (bfloat16). Two that stand one after another along the depth make a pair, the first in its
//! lower half, so that whatever lays out, packs and walks along numbers does the same with pairs, of which there are half as many. Sums stay f32.

use super::lanes::{Kernel, Lanes, run};
use super::level::Level;
use super::memory::{Lines, Shared};
use super::tasks::in_parts;
use super::tile::ROWS;

/// What stands in one place of the depth.
pub trait Numbers: Copy {
    /// Whether it is a pair.
    const ARE_PAIRS: bool;
    /// Rows of a tile, which may be computed in parts.
    const TILE_ROWS: usize;

    /// `a * b + sum`, for a pair both products.
    ///
    /// # Safety
    /// Called at the level of `L`.
    unsafe fn add_product<L: Lanes>(a: L::Vector, b: L::Vector, sum: L::Vector) -> L::Vector;
}

/// f32.
#[derive(Clone, Copy, Debug)]
pub struct Singles;

/// Two of 16 bits.
#[derive(Clone, Copy, Debug)]
pub struct Pairs;

impl Numbers for Singles {
    const ARE_PAIRS: bool = false;
    const TILE_ROWS: usize = ROWS;

    #[inline(always)]
    unsafe fn add_product<L: Lanes>(a: L::Vector, b: L::Vector, sum: L::Vector) -> L::Vector {
        unsafe { L::fma(a, b, sum) }
    }
}

impl Numbers for Pairs {
    const ARE_PAIRS: bool = true;
    const TILE_ROWS: usize = 2 * ROWS;

    #[inline(always)]
    unsafe fn add_product<L: Lanes>(a: L::Vector, b: L::Vector, sum: L::Vector) -> L::Vector {
        unsafe { L::fma_pairs(a, b, sum) }
    }
}

/// How the weights of a layer are kept, and what they are multiplied with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Width {
    /// f32.
    #[default]
    Single,
    /// Pairs of bfloat16.
    Half,
}

impl Width {
    /// How many places that many numbers take.
    pub fn places(self, numbers: usize) -> usize {
        match self {
            Self::Single => numbers,
            Self::Half => numbers.div_ceil(2),
        }
    }
}

/// Two numbers, each rounded to the nearest of 16 bits, the even one of two.
#[inline(always)]
fn pair(first: f32, second: f32) -> f32 {
    f32::from_bits(rounded(second) & UPPER | rounded(first) >> 16)
}

const UPPER: u32 = 0xFFFF_0000;

#[inline(always)]
fn rounded(number: f32) -> u32 {
    let bits = number.to_bits();
    let nearest = bits.wrapping_add(0x7FFF + (bits >> 16 & 1));
    // A NaN stays one.
    if number.is_nan() { bits | 0x0040_0000 } else { nearest }
}

/// The two numbers of a pair.
fn unpaired(pair: f32) -> [f32; 2] {
    [pair.to_bits() << 16, pair.to_bits() & UPPER].map(f32::from_bits)
}

/// Pairs of channels, pixel by pixel; the last of an odd number is paired with zeros.
///
/// # Shapes
/// `maps`: `[batch, channels, plane]` to `[batch, channels / 2 rounded up, plane]`.
pub fn paired_channels(level: Level, maps: &[f32], channels: usize, plane: usize) -> Lines {
    let per_picture = channels.div_ceil(2);
    let planes = maps.len() / (channels * plane).max(1) * per_picture;
    // SAFETY: every plane of the output is written by one task.
    unsafe {
        Lines::filled(planes * plane, |out| {
            let out = Shared::of(out);
            in_parts(planes, |planes| {
                run(level, PairedChannels { maps, channels, plane, planes, out });
            });
        })
    }
}

/// Pairs of neighbours in each row; the last of an odd number is paired with zero.
///
/// # Shapes
/// `rows`: `[rows, length]` to `[rows, length / 2 rounded up]`.
pub fn paired_rows(level: Level, rows: &[f32], length: usize) -> Lines {
    let count = rows.len() / length;
    // SAFETY: every row of the output is written by one task.
    unsafe {
        Lines::filled(count * length.div_ceil(2), |out| {
            let out = Shared::of(out);
            in_parts(count, |range| {
                run(level, PairedRows { rows, length, range, out });
            });
        })
    }
}

/// What was paired by [`paired_channels`], or with a plane of 1 by [`paired_rows`].
///
/// # Shapes
/// `[batch, channels / 2 rounded up, plane]` to `[batch, channels, plane]`.
pub fn unpaired_channels(pairs: &[f32], channels: usize, plane: usize) -> Vec<f32> {
    let mut numbers = Vec::with_capacity(pairs.len() * 2);
    for picture in pairs.chunks_exact(channels.div_ceil(2) * plane) {
        for channel in 0..channels {
            let plane = picture[channel / 2 * plane..][..plane].iter();
            numbers.extend(plane.map(|pair| unpaired(*pair)[channel % 2]));
        }
    }
    numbers
}

struct PairedChannels<'a> {
    maps: &'a [f32],
    channels: usize,
    plane: usize,
    planes: [usize; 2],
    out: Shared,
}

impl Kernel for PairedChannels<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let Self { maps, channels, plane, planes: [first, end], out } = self;
        let per_picture = channels.div_ceil(2);
        for index in first..end {
            let (picture, channel) = (index / per_picture, index % per_picture * 2);
            let of = |channel: usize| &maps[(picture * channels + channel) * plane..][..plane];
            // SAFETY: this plane is the task's own.
            let target = unsafe { out.slice(index * plane, plane) };
            if channel + 1 < channels {
                for ((place, first), second) in target.iter_mut().zip(of(channel)).zip(of(channel + 1)) {
                    place.write(pair(*first, *second));
                }
            } else {
                for (place, first) in target.iter_mut().zip(of(channel)) {
                    place.write(pair(*first, 0.0));
                }
            }
        }
    }
}

struct PairedRows<'a> {
    rows: &'a [f32],
    length: usize,
    range: [usize; 2],
    out: Shared,
}

impl Kernel for PairedRows<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let Self { rows, length, range: [first, end], out } = self;
        let places = length.div_ceil(2);
        for index in first..end {
            let row = &rows[index * length..][..length];
            // SAFETY: this row is the task's own.
            let target = unsafe { out.slice(index * places, places) };
            let (pairs, last) = row.as_chunks::<2>();
            for (place, [first, second]) in target.iter_mut().zip(pairs) {
                place.write(pair(*first, *second));
            }
            if let ([.., place], [last]) = (target, last) {
                place.write(pair(*last, 0.0));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_goes_to_the_nearest_of_16_bits_and_to_the_even_of_two() {
        // The spacing of 16-bit numbers from 1 on is 1/128.
        let table = [
            (1.0, 1.0),
            (-1.0, -1.0),
            (1.0 + 1.0 / 256.0, 1.0),
            (1.0 + 3.0 / 256.0, 1.0 + 1.0 / 64.0),
            (1.0 + 1.1 / 256.0, 1.0 + 1.0 / 128.0),
            (-(1.0 + 0.9 / 256.0), -1.0),
            (f32::INFINITY, f32::INFINITY),
            (f32::MAX, f32::INFINITY),
            (0.0, 0.0),
        ];
        for (number, expected) in table {
            assert_eq!(unpaired(pair(number, 3.0)), [expected, 3.0], "{number} first");
            assert_eq!(unpaired(pair(3.0, number)), [3.0, expected], "{number} second");
        }
        for nan in [f32::NAN, f32::from_bits(0x7F80_0001), f32::from_bits(0x7FFF_FFFF)] {
            assert!(unpaired(pair(nan, nan)).iter().all(|number| number.is_nan()));
        }
    }

    #[test]
    fn pairs_are_of_neighbours_and_an_odd_one_is_paired_with_zero() {
        let numbers: Vec<f32> = (0..12_u8).map(f32::from).collect();
        let split = |pairs: Lines| pairs.iter().copied().map(unpaired).collect::<Vec<_>>();
        for level in Level::all() {
            let pairs = paired_rows(level, &numbers, 3);
            assert_eq!(unpaired_channels(&pairs, 3, 1), numbers);
            let rows = split(pairs);
            assert_eq!(rows[..4], [[0.0, 1.0], [2.0, 0.0], [3.0, 4.0], [5.0, 0.0]]);
            let channels = paired_channels(level, &numbers, 3, 2);
            assert_eq!(unpaired_channels(&channels, 3, 2), numbers);
            assert_eq!(split(channels)[..4], [[0.0, 2.0], [1.0, 3.0], [4.0, 0.0], [5.0, 0.0]]);
        }
    }
}
