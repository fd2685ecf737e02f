//! Reads the `.npy` files that the server sends, and writes such: little-endian f32 in C order, version 1 to 3 of the format.
//!
//! # Source
//! <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>

/// A tensor from the server.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// Length of each axis, without the batch.
    pub shape: Vec<usize>,
    /// In C order: the last axis changes fastest.
    pub values: Vec<f32>,
}

const MAGIC: &[u8] = b"\x93NUMPY";

impl Array {
    /// Reads a file; `None` where it is no such array or does not hold as many values as its shape says.
    pub fn from_npy(bytes: &[u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(MAGIC)?;
        let (header_length, start) = match rest.first()? {
            1 => (usize::from(u16::from_le_bytes(rest.get(2..4)?.try_into().ok()?)), 4),
            2 | 3 => (usize::try_from(u32::from_le_bytes(rest.get(2..6)?.try_into().ok()?)).ok()?, 6),
            _ => return None,
        };
        let header = std::str::from_utf8(rest.get(start..start + header_length)?).ok()?;
        if !header.contains("<f4") || header.contains("'fortran_order': True") {
            return None;
        }
        let (_before, shape) = header.split_once("'shape':")?;
        let (_before, shape) = shape.split_once('(')?;
        let (shape, _after) = shape.split_once(')')?;
        let axes = shape.split(',').map(str::trim).filter(|axis| !axis.is_empty());
        let shape = axes.map(|axis| axis.parse().ok()).collect::<Option<Vec<usize>>>()?;
        let values: Vec<f32> = rest[start + header_length..]
            .chunks_exact(4)
            .map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
            .collect();
        (values.len() == shape.iter().product::<usize>()).then_some(Self { shape, values })
    }
}

/// Where the values of a file begin: at a multiple of this.
const ALIGNMENT: usize = 64;

/// An array as a file of version 1 of the format, for what the page has and no route gives.
pub fn to_npy(shape: &[usize], values: &[f32]) -> Vec<u8> {
    let axes: String = shape.iter().map(|axis| format!("{axis}, ")).collect();
    let header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({axes}), }}");
    let start = (MAGIC.len() + 4 + header.len() + 1).next_multiple_of(ALIGNMENT);
    let width = start - MAGIC.len() - 5;
    let header = format!("{header:<width$}\n");
    // A header of some axes is far shorter than the format's limit.
    let length = u16::try_from(header.len()).unwrap_or(u16::MAX).to_le_bytes();
    let mut file = [MAGIC, &[1, 0], &length, header.as_bytes()].concat();
    file.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(header: &str, values: &[f32]) -> Vec<u8> {
        let mut bytes = [MAGIC, &[1, 0], &(header.len() as u16).to_le_bytes(), header.as_bytes()].concat();
        bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        bytes
    }

    #[test]
    fn what_is_written_is_read_back() {
        for (shape, values) in [(vec![2, 2], vec![1.0, -2.5, 0.0, 4.0]), (vec![3], vec![1.0, 2.0, 3.0])] {
            let file = to_npy(&shape, &values);
            let start = file.len() - values.len() * 4;
            assert_eq!((start % ALIGNMENT, file[start - 1]), (0, b'\n'));
            assert_eq!(Array::from_npy(&file), Some(Array { shape, values }));
        }
    }

    #[test]
    fn reads_what_numpy_writes_and_nothing_else() {
        let matrix = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n";
        let vector = "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }\n";
        let values = [1.0, -2.0, 3.5, 0.0, 5.0, 6.0];
        let read = |header: &str, count: usize| Array::from_npy(&file(header, &values[..count]));
        assert_eq!(read(matrix, 6), Some(Array { shape: vec![2, 3], values: values.to_vec() }));
        assert_eq!(read(vector, 3), Some(Array { shape: vec![3], values: values[..3].to_vec() }));
        assert_eq!(read(matrix, 5), None);
        assert_eq!(read(&matrix.replace("<f4", "<f8"), 6), None);
        assert_eq!(read(&matrix.replace("False", "True"), 6), None);
        assert_eq!(Array::from_npy(b"\x93NUMPY"), None);
        assert_eq!(Array::from_npy(b"{}"), None);
    }
}
