//! A part of an array, as `0:8,3` names it: one entry for each leading axis, a half-open range or an index. An index removes
//! its axis and what is not named stays whole, as in numpy. Ranges have no step and nothing counts from the end.

use std::ops::Range;
use std::str::FromStr;

use thiserror::Error;

use super::Array;

/// Which part of an array.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice {
    axes: Vec<AxisSlice>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AxisSlice {
    Index(usize),
    Range { start: usize, end: Option<usize> },
}

/// Why a part cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SliceError {
    /// Not of the form.
    #[error(
        "The slice {text:?} cannot be read. Give an index or a half-open range for each leading axis, such as 0:8,3."
    )]
    Unreadable {
        /// The entry that cannot be read.
        text: String,
    },
    /// More entries than axes.
    #[error("The slice names {given} axes, but the tensor has {available}: its shape is {shape:?}.")]
    TooManyAxes {
        /// Entries of the slice.
        given: usize,
        /// Axes of the tensor.
        available: usize,
        /// Of the tensor.
        shape: Vec<usize>,
    },
    /// An entry beyond the end of its axis, or a range with nothing in it.
    #[error("The slice takes {entry} of axis {axis}, which has {length} entries, 0 to {}.", length.saturating_sub(1))]
    OutOfRange {
        /// As `3` or `0:8`.
        entry: String,
        /// Counted from 0.
        axis: usize,
        /// Of the axis.
        length: usize,
    },
}

impl FromStr for Slice {
    type Err = SliceError;

    fn from_str(text: &str) -> Result<Self, SliceError> {
        let axes = text.split(',').map(|entry| entry.trim().parse()).collect::<Result<_, _>>()?;
        Ok(Self { axes })
    }
}

impl FromStr for AxisSlice {
    type Err = SliceError;

    fn from_str(text: &str) -> Result<Self, SliceError> {
        let number = |digits: &str| {
            let is_plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            let number = is_plain.then(|| digits.parse().ok()).flatten();
            number.ok_or_else(|| SliceError::Unreadable { text: text.to_owned() })
        };
        match text.split_once(':') {
            None => Ok(Self::Index(number(text)?)),
            Some((start, end)) => Ok(Self::Range {
                start: if start.is_empty() { 0 } else { number(start)? },
                end: if end.is_empty() { None } else { Some(number(end)?) },
            }),
        }
    }
}

impl Slice {
    /// Whether the part exists in an array of this shape, without having the array.
    ///
    /// # Errors
    /// Names the entry that does not fit.
    pub fn check(&self, shape: &[usize]) -> Result<(), SliceError> {
        self.ranges(shape).map(drop)
    }

    /// Copies the part out.
    ///
    /// # Errors
    /// As [`Slice::check`].
    pub fn of(&self, array: &Array) -> Result<Array, SliceError> {
        let ranges = self.ranges(&array.shape)?;
        let mut values = Vec::with_capacity(ranges.iter().map(ExactSizeIterator::len).product());
        copy_part(&array.values, &array.shape, &ranges, &mut values);
        let is_kept = |axis: usize| !matches!(self.axes.get(axis), Some(AxisSlice::Index(_)));
        let kept = ranges.iter().enumerate().filter(|(axis, _range)| is_kept(*axis));
        Ok(Array::new(kept.map(|(_axis, range)| range.len()).collect(), values))
    }

    /// What is taken of each axis.
    fn ranges(&self, shape: &[usize]) -> Result<Vec<Range<usize>>, SliceError> {
        if self.axes.len() > shape.len() {
            let (given, available) = (self.axes.len(), shape.len());
            return Err(SliceError::TooManyAxes { given, available, shape: shape.to_vec() });
        }
        let whole = AxisSlice::Range { start: 0, end: None };
        let entries = self.axes.iter().copied().chain(std::iter::repeat(whole));
        shape
            .iter()
            .zip(entries)
            .enumerate()
            .map(|(axis, (&length, entry))| entry.range(axis, length))
            .collect()
    }
}

impl AxisSlice {
    fn range(self, axis: usize, length: usize) -> Result<Range<usize>, SliceError> {
        let (range, entry) = match self {
            Self::Index(index) => (index..index.saturating_add(1), index.to_string()),
            Self::Range { start, end } => {
                let end = end.unwrap_or(length);
                (start..end, format!("{start}:{end}"))
            }
        };
        if range.start >= range.end || range.end > length {
            return Err(SliceError::OutOfRange { entry, axis, length });
        }
        Ok(range)
    }
}

/// Walks the axes from the outermost; the rest of a row is copied at once where it is taken whole.
fn copy_part(values: &[f32], shape: &[usize], ranges: &[Range<usize>], part: &mut Vec<f32>) {
    let is_whole = shape.iter().zip(ranges).all(|(&length, range)| range.len() == length);
    let (Some(range), false) = (ranges.first(), is_whole) else {
        part.extend_from_slice(values);
        return;
    };
    let row = shape[1..].iter().product::<usize>();
    for index in range.clone() {
        copy_part(&values[index * row..(index + 1) * row], &shape[1..], &ranges[1..], part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `[2, 3, 4]`, each value its own position.
    fn cube() -> Array {
        Array::new(vec![2, 3, 4], (0..24_u8).map(f32::from).collect::<Vec<f32>>())
    }

    fn part(text: &str) -> Result<(Vec<usize>, Vec<f32>), SliceError> {
        let part = text.parse::<Slice>()?.of(&cube())?;
        Ok((part.shape, part.values.to_vec()))
    }

    #[test]
    fn parts_are_numpys() {
        // Shapes and values as `numpy.arange(24).reshape(2, 3, 4)[...]` gives them.
        let table: [(&str, &[usize], &[f32]); 7] = [
            ("1,2,3", &[], &[23.0]),
            ("1,2", &[4], &[20.0, 21.0, 22.0, 23.0]),
            ("0:1,2", &[1, 4], &[8.0, 9.0, 10.0, 11.0]),
            (":,1:2,0", &[2, 1], &[4.0, 16.0]),
            ("0,1:,2:4", &[2, 2], &[6.0, 7.0, 10.0, 11.0]),
            (":2, 0 ,1", &[2], &[1.0, 13.0]),
            ("1,:,3", &[3], &[15.0, 19.0, 23.0]),
        ];
        for (text, shape, values) in table {
            assert_eq!(part(text), Ok((shape.to_vec(), values.to_vec())), "{text}");
        }
        assert_eq!(part("0:2").map(|(shape, values)| (shape, values.len())), Ok((vec![2, 3, 4], 24)));
    }

    #[test]
    fn what_is_no_part_is_refused() {
        for text in ["", "a", "-1", "+1", "1:2:3", "0:8,", "0x1", "1.0", "99999999999999999999", "0 1"] {
            let refused = matches!(part(text), Err(SliceError::Unreadable { .. }));
            assert!(refused, "{text:?}: {:?}", part(text));
        }
        for text in ["2", "0:3", "1:1", "1:0", ":,3", "0,0,4:", "18446744073709551615"] {
            let refused = matches!(part(text), Err(SliceError::OutOfRange { .. }));
            assert!(refused, "{text:?}: {:?}", part(text));
        }
        assert!(matches!(part("0,0,0,0"), Err(SliceError::TooManyAxes { given: 4, available: 3, .. })));
    }
}
