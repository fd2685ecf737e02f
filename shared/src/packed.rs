//! Arrays on their way to the page: a JSON header and the numbers behind it, as 16-bit floats or as bytes between two ends.
//! Half or a quarter of what f32 takes, and no digits are parsed. Programs that want exact numbers ask for `.npy` or JSON.
//!
//! A file is the magic `BXP1`, the length of the header as a little-endian u32, the header (see [`Header`]), and the arrays one
//! after another in the header's order, little-endian, without gaps.

use serde::{Deserialize, Serialize};

/// The media type.
pub const CONTENT_TYPE: &str = "application/vnd.backbone-explorer.packed";
/// The media type's parameter that asks for bytes instead of 16-bit floats.
pub const AS_BYTES: &str = "values=u8";
/// First bytes of a file.
pub const MAGIC: &[u8; 4] = b"BXP1";

/// What stands before the numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header<About> {
    /// What is said of the numbers.
    pub about: About,
    /// The arrays, in their order.
    pub arrays: Vec<PackedArray>,
}

/// How an array is written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PackedArray {
    /// What it holds.
    pub name: String,
    /// Length of each axis.
    pub shape: Vec<usize>,
    /// Empty for 16-bit floats. For bytes, the values that 0 and 255 stand for: one pair for each entry of the first axis where
    /// there are more axes than two, else one for all.
    pub scales: Vec<(f32, f32)>,
}

impl PackedArray {
    /// How an array is written as 16-bit floats.
    pub fn floats(name: &str, shape: &[usize]) -> Self {
        Self { name: name.to_owned(), shape: shape.to_vec(), scales: Vec::new() }
    }

    /// How an array is written as bytes: each part of it between its own least and largest value.
    pub fn bytes(name: &str, shape: &[usize], values: &[f32]) -> Self {
        let parts = if shape.len() > 2 { shape[0] } else { 1 };
        let length = (values.len() / parts.max(1)).max(1);
        let ends = |part: &[f32]| {
            let finite = || part.iter().copied().filter(|value| value.is_finite());
            (finite().fold(f32::INFINITY, f32::min), finite().fold(f32::NEG_INFINITY, f32::max))
        };
        let ordered = |(low, high): (f32, f32)| if low <= high { (low, high) } else { (0.0, 0.0) };
        let scales = values.chunks(length).map(ends).map(ordered).collect();
        Self { name: name.to_owned(), shape: shape.to_vec(), scales }
    }

    /// Number of values.
    pub fn elements(&self) -> usize {
        self.shape.iter().product()
    }

    /// Bytes that its numbers take.
    pub fn size_bytes(&self) -> usize {
        self.elements() * if self.scales.is_empty() { 2 } else { 1 }
    }

    /// Writes the numbers.
    pub fn write(&self, values: &[f32], file: &mut Vec<u8>) {
        if self.scales.is_empty() {
            file.extend(values.iter().flat_map(|value| half_bits(*value).to_le_bytes()));
            return;
        }
        let length = (values.len() / self.scales.len()).max(1);
        for (part, (low, high)) in values.chunks(length).zip(&self.scales) {
            let step = if high > low { 255.0 / (high - low) } else { 0.0 };
            file.extend(part.iter().map(|value| ((value - low) * step).round() as u8));
        }
    }

    /// Reads the numbers; `None` where there are not as many as the shape says.
    pub fn read(&self, bytes: &[u8]) -> Option<Vec<f32>> {
        if bytes.len() != self.size_bytes() {
            return None;
        }
        if self.scales.is_empty() {
            let value = |pair: &[u8]| from_half_bits(u16::from_le_bytes([pair[0], pair[1]]));
            return Some(bytes.chunks_exact(2).map(value).collect());
        }
        let length = (bytes.len() / self.scales.len()).max(1);
        let part = |(part, (low, high)): (&[u8], &(f32, f32))| {
            let (low, step) = (*low, (high - low) / 255.0);
            part.iter().map(move |byte| low + f32::from(*byte) * step).collect::<Vec<f32>>()
        };
        Some(bytes.chunks(length).zip(&self.scales).flat_map(part).collect())
    }
}

/// The header's bytes and the numbers' of a file; `None` where it is none.
pub fn split(file: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = file.strip_prefix(MAGIC)?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)
}

/// The bits of the nearest 16-bit float; of two, the even one. What is too large becomes infinite.
fn half_bits(value: f32) -> u16 {
    let bits = value.to_bits();
    let sign = ((bits >> 16) & 0x8000) as u16;
    let magnitude = bits & 0x7fff_ffff;
    if magnitude > 0x7f80_0000 {
        return sign | 0x7e00;
    }
    if magnitude >= 0x4780_0000 {
        return sign | 0x7c00;
    }
    if magnitude < 0x3880_0000 {
        // Below the least normal number: a multiple of 2^-24.
        let multiple = f32::from_bits(magnitude) * 16_777_216.0;
        return sign | round_to_even(multiple);
    }
    let rounded = magnitude + 0x0fff + ((magnitude >> 13) & 1);
    sign | ((rounded - 0x3800_0000) >> 13) as u16
}

fn round_to_even(value: f32) -> u16 {
    value.round_ties_even() as u16
}

fn from_half_bits(bits: u16) -> f32 {
    let sign = u32::from(bits & 0x8000) << 16;
    let (exponent, fraction) = (u32::from((bits >> 10) & 0x1f), u32::from(bits & 0x3ff));
    let magnitude = match exponent {
        0 => (fraction as f32 / 16_777_216.0).to_bits(),
        31 => 0x7f80_0000 | (fraction << 13),
        _ => ((exponent + 112) << 23) | (fraction << 13),
    };
    f32::from_bits(sign | magnitude)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_numpys() {
        // `numpy.float32(x).astype(numpy.float16).view(numpy.uint16)`.
        let table: [(f32, u16); 14] = [
            (0.0, 0x0000),
            (-0.0, 0x8000),
            (1.0, 0x3c00),
            (-2.0, 0xc000),
            (0.1, 0x2e66),
            (1.0 / 3.0, 0x3555),
            (65504.0, 0x7bff),
            (65520.0, 0x7c00),
            (6.103_515_6e-5, 0x0400),
            (6.0e-5, 0x03ef),
            (5.960_464_5e-8, 0x0001),
            (2.0e-8, 0x0000),
            (2049.0, 0x6800),
            (2051.0, 0x6802),
        ];
        for (value, bits) in table {
            assert_eq!(half_bits(value), bits, "{value}");
        }
        assert!(from_half_bits(half_bits(f32::NAN)).is_nan());
        assert_eq!(from_half_bits(half_bits(f32::NEG_INFINITY)), f32::NEG_INFINITY);
        for bits in 0..0x7c00_u16 {
            assert_eq!(half_bits(from_half_bits(bits)), bits, "{bits:x}");
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let values: Vec<f32> = (0..24_u8).map(|value| f32::from(value) * 0.37 - 3.0).collect();
        let shape = [2, 3, 4];
        for array in [PackedArray::floats("a", &shape), PackedArray::bytes("a", &shape, &values)] {
            let mut file = Vec::new();
            array.write(&values, &mut file);
            let read = array.read(&file).expect("as many as the shape says");
            let reach = array.scales.first().map_or(4.0e-3, |(low, high)| (high - low) / 255.0);
            let is_near = |(one, other): (&f32, &f32)| (one - other).abs() <= reach;
            assert!(read.len() == 24 && read.iter().zip(&values).all(is_near), "{read:?}");
            assert_eq!(array.read(&file[1..]), None);
        }
        let even = PackedArray::bytes("a", &[2], &[5.0, 5.0]);
        let mut file = Vec::new();
        even.write(&[5.0, 5.0], &mut file);
        assert_eq!(even.read(&file), Some(vec![5.0, 5.0]));
    }

    #[test]
    fn a_file_is_split_and_a_short_one_refused() {
        let file = [&MAGIC[..], &3_u32.to_le_bytes(), b"{} ", &[1, 2]].concat();
        assert_eq!(split(&file), Some((&b"{} "[..], &[1, 2][..])));
        assert_eq!(split(&file[..9]), None);
        assert_eq!(split(b"BXP2\0\0\0\0"), None);
    }
}
