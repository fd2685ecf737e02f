//! Columns of a plot as one path each, however many there are: a column is one unit wide, the plot one unit high.

use std::fmt::Write;

use super::axis::Axis;

/// The part of a column's width that stays empty.
const GAP: f64 = 0.2;

/// Columns from zero to their value; each stands at `position` from 0.
pub fn columns(axis: &Axis, values: impl Iterator<Item = (usize, f64)>) -> String {
    let zero = 1.0 - axis.position(0.0);
    let mut path = String::new();
    for (position, value) in values {
        let left = position as f64 + GAP / 2.0;
        let end = 1.0 - axis.position(value);
        // Writing into a string cannot fail.
        _ = write!(path, "M{left:.1} {zero:.4}h{:.1}V{end:.4}h-{:.1}z", 1.0 - GAP, 1.0 - GAP);
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_on_zero() {
        let axis = Axis { low: -1.0, high: 3.0 };
        let path = columns(&axis, [(0, 3.0), (2, -1.0)].into_iter());
        assert_eq!(path, "M0.1 0.7500h0.8V0.0000h-0.8zM2.1 0.7500h0.8V1.0000h-0.8z");
        assert_eq!(columns(&axis, [].into_iter()), "");
    }
}
