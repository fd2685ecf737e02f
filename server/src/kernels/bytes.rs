//! Weighted sums of the bytes of a picture, in whole numbers: every level gives the same to the last bit.

use super::lanes::{Kernel, Lanes, run};
use super::level::Level;

/// Channels of a pixel, which stand side by side.
const CHANNELS: usize = 3;
/// Numbers that are summed at a time: whole pixels, and whole vectors of every level.
const STEP: usize = 16 * CHANNELS;

/// Which neighbours along a row make a pixel, and how much each of them counts.
#[derive(Clone, Debug)]
pub struct Neighbours {
    /// The first byte.
    start: usize,
    /// A weight for each byte, each standing once for each channel.
    weights: Vec<i32>,
}

/// A sum's fraction: that many bits, of which one half is added before they are cut off.
#[derive(Clone, Copy, Debug)]
pub struct FractionBits(pub u32);

impl Neighbours {
    /// Pixels from `start` on, with a weight each.
    pub fn new(start: usize, weights: &[i32]) -> Self {
        let weights = weights.iter().flat_map(|weight| [*weight; CHANNELS]).collect();
        Self { start: start * CHANNELS, weights }
    }
}

/// Makes a row of pixels of another, each the sum of its neighbours, rounded and clipped to a byte.
///
/// # Shapes
/// `source`: `[pixels, 3]`, reaching as far as the neighbours do; `output`: `[neighbours, 3]`.
pub fn along_row(
    level: Level,
    source: &[u8],
    neighbours: &[Neighbours],
    bits: FractionBits,
    output: &mut [u8],
) {
    assert_eq!(output.len(), neighbours.len() * CHANNELS, "a pixel for each");
    run(level, AlongRow { source, neighbours, bits, output });
}

/// Makes a row of the sum of others, rounded and clipped to bytes.
///
/// # Shapes
/// `rows`: `[at least weights, length]`, `output`: `[length]`.
pub fn across_rows(level: Level, rows: &[u8], weights: &[i32], bits: FractionBits, output: &mut [u8]) {
    assert!(rows.len() >= weights.len() * output.len(), "a row for each weight");
    run(level, AcrossRows { rows, weights, bits, output });
}

impl FractionBits {
    #[inline(always)]
    fn half(self) -> i32 {
        1 << (self.0 - 1)
    }

    #[inline(always)]
    fn to_byte(self, sum: i32) -> u8 {
        (sum >> self.0).clamp(0, 255) as u8
    }
}

struct AlongRow<'a> {
    source: &'a [u8],
    neighbours: &'a [Neighbours],
    bits: FractionBits,
    output: &'a mut [u8],
}

impl Kernel for AlongRow<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let pixels = self.output.as_chunks_mut::<CHANNELS>().0;
        for (pixel, Neighbours { start, weights }) in pixels.iter_mut().zip(self.neighbours) {
            let bytes = &self.source[*start..][..weights.len()];
            let ((bytes, last_bytes), (weights, last_weights)) =
                (bytes.as_chunks::<STEP>(), weights.as_chunks::<STEP>());
            let mut sums = [0; STEP];
            for (bytes, weights) in bytes.iter().zip(weights) {
                for ((sum, byte), weight) in sums.iter_mut().zip(bytes).zip(weights) {
                    *sum += i32::from(*byte) * weight;
                }
            }
            for ((sum, byte), weight) in sums.iter_mut().zip(last_bytes).zip(last_weights) {
                *sum += i32::from(*byte) * weight;
            }
            let mut colour = [self.bits.half(); CHANNELS];
            for of_pixel in sums.as_chunks::<CHANNELS>().0 {
                for (channel, sum) in colour.iter_mut().zip(of_pixel) {
                    *channel += sum;
                }
            }
            *pixel = colour.map(|sum| self.bits.to_byte(sum));
        }
    }
}

struct AcrossRows<'a> {
    rows: &'a [u8],
    weights: &'a [i32],
    bits: FractionBits,
    output: &'a mut [u8],
}

impl Kernel for AcrossRows<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let length = self.output.len();
        let (parts, last) = self.output.as_chunks_mut::<STEP>();
        for (index, part) in parts.iter_mut().enumerate() {
            let mut sums = [self.bits.half(); STEP];
            for (row, weight) in self.weights.iter().enumerate() {
                let bytes = &self.rows[row * length + index * STEP..][..STEP];
                for (sum, byte) in sums.iter_mut().zip(bytes) {
                    *sum += i32::from(*byte) * weight;
                }
            }
            *part = sums.map(|sum| self.bits.to_byte(sum));
        }
        let first = length - last.len();
        for (index, byte) in last.iter_mut().enumerate() {
            let column = self.rows[first + index..].iter().step_by(length);
            let weighted = column.zip(self.weights).map(|(byte, weight)| i32::from(*byte) * weight);
            *byte = self.bits.to_byte(weighted.sum::<i32>() + self.bits.half());
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};
    use proptest::{collection::vec, prop_assert_eq};

    use super::*;

    const BITS: FractionBits = FractionBits(4);

    fn expected(weighted: impl Iterator<Item = (u8, i32)>) -> u8 {
        let sum: f64 = weighted.map(|(byte, weight)| f64::from(byte) * f64::from(weight)).sum();
        (sum / 16.0 + 0.5).floor().clamp(0.0, 255.0) as u8
    }

    proptest! {
        #[test]
        fn pixels_are_sums_of_their_neighbours(
            source in vec(any::<u8>(), 3 * 40),
            starts in vec(0_usize..5, 1..9),
            weights in vec(-9..20_i32, 1..36),
        ) {
            let neighbours: Vec<_> = starts.iter().map(|start| Neighbours::new(*start, &weights)).collect();
            for level in Level::all() {
                let mut output = vec![0; starts.len() * 3];
                along_row(level, &source, &neighbours, BITS, &mut output);
                for (index, byte) in output.into_iter().enumerate() {
                    let bytes = source[starts[index / 3] * 3 + index % 3..].iter().step_by(3).copied();
                    prop_assert_eq!(byte, expected(bytes.zip(weights.iter().copied())), "{}", level.name());
                }
            }
        }

        #[test]
        fn rows_are_added_up(length in 1_usize..120, weights in vec(-9..20_i32, 1..9), seed in any::<u8>()) {
            let rows: Vec<u8> =
                (0..length * weights.len()).map(|index| (index * 37 + usize::from(seed)) as u8).collect();
            for level in Level::all() {
                let mut output = vec![0; length];
                across_rows(level, &rows, &weights, BITS, &mut output);
                for (column, byte) in output.into_iter().enumerate() {
                    let bytes = rows[column..].iter().step_by(length).copied();
                    prop_assert_eq!(byte, expected(bytes.zip(weights.iter().copied())), "{}", level.name());
                }
            }
        }
    }
}
