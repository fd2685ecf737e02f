//! A rectangle of values that is drawn over the square that a model sees, and which of its cells a place falls into.

use crate::api::Array;

/// Values in rows; covers the model's square input evenly.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    /// Cells from top to bottom.
    pub rows: usize,
    /// Cells from left to right.
    pub columns: usize,
    /// Row by row.
    pub values: Vec<f32>,
}

/// A cell of a grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// From the top.
    pub row: usize,
    /// From the left.
    pub column: usize,
}

impl Grid {
    /// A square grid; `None` unless the values are a square number.
    pub fn square(values: Vec<f32>) -> Option<Self> {
        let side = values.len().isqrt();
        (side > 0 && side * side == values.len()).then_some(Self { rows: side, columns: side, values })
    }

    /// A channel of `[channels, rows, columns]`, or of one map alone.
    pub fn channel(array: &Array, channel: usize) -> Option<Self> {
        let (&rows, &columns) = match array.shape.as_slice() {
            [_, rows, columns] | [rows, columns] => (rows, columns),
            _ => return None,
        };
        let size = rows * columns;
        let values = array.values.get(channel * size..(channel + 1) * size)?.to_vec();
        (size > 0).then_some(Self { rows, columns, values })
    }

    /// The value of a cell.
    pub fn value(&self, cell: Cell) -> Option<f32> {
        (cell.column < self.columns)
            .then(|| self.values.get(cell.row * self.columns + cell.column).copied())?
    }

    /// The cell at a place of the square, (0, 0) at the top left to (1, 1).
    pub fn cell_at(&self, (x, y): (f64, f64)) -> Cell {
        let index = |position: f64, count: usize| {
            // Truncation is the floor here; the far edge belongs to the last cell.
            ((position.max(0.0) * count as f64) as usize).min(count.saturating_sub(1))
        };
        Cell { row: index(y, self.rows), column: index(x, self.columns) }
    }

    /// The smallest and the largest value; `(0, 0)` where no value is finite.
    pub fn range(&self) -> (f32, f32) {
        let finite = self.values.iter().copied().filter(|value| value.is_finite());
        let range = finite
            .fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        if range.0 <= range.1 { range } else { (0.0, 0.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid() -> Grid {
        Grid { rows: 2, columns: 3, values: vec![0.0, 1.0, 2.0, 3.0, 4.0, -5.0] }
    }

    #[test]
    fn a_place_falls_into_its_cell() {
        for (place, row, column) in [
            ((0.0, 0.0), 0, 0),
            ((0.34, 0.49), 0, 1),
            ((0.99, 0.51), 1, 2),
            ((1.0, 1.0), 1, 2),
            ((-1.0, 2.0), 1, 0),
        ] {
            assert_eq!(grid().cell_at(place), Cell { row, column }, "{place:?}");
        }
        assert_eq!(grid().value(Cell { row: 1, column: 2 }), Some(-5.0));
        assert_eq!(grid().value(Cell { row: 0, column: 3 }), None);
        assert_eq!(grid().value(Cell { row: 2, column: 0 }), None);
    }

    #[test]
    fn a_range_leaves_out_what_is_not_finite() {
        assert_eq!(grid().range(), (-5.0, 4.0));
        let odd = Grid { values: vec![f32::NAN, 1.0, f32::INFINITY, 3.0, 2.0, 2.0], ..grid() };
        assert_eq!(odd.range(), (1.0, 3.0));
        assert_eq!(Grid { values: vec![f32::NAN; 6], ..grid() }.range(), (0.0, 0.0));
    }

    #[test]
    fn grids_are_cut_from_arrays() {
        let array = Array { shape: vec![2, 1, 2], values: vec![1.0, 2.0, 3.0, 4.0] };
        let second = Grid { rows: 1, columns: 2, values: vec![3.0, 4.0] };
        assert_eq!(Grid::channel(&array, 1), Some(second));
        assert_eq!(Grid::channel(&array, 2), None);
        assert_eq!(Grid::square(vec![1.0; 9]).map(|grid| grid.rows), Some(3));
        assert_eq!(Grid::square(vec![1.0; 8]), None);
    }
}
