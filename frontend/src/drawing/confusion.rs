//! The part of a confusion matrix that is in view, and its colours: the share of a class's photos that got an answer.

use super::grid::{Cell, Grid};

/// Fewest classes across that can be zoomed to.
pub const MIN_SIDE: usize = 4;
/// Most classes across whose names have room beside the cells.
pub const MAX_NAMED: usize = 16;

/// A square part of a square matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Classes of the matrix.
    pub classes: usize,
    /// The first row.
    pub top: usize,
    /// The first column.
    pub left: usize,
    /// Rows and columns.
    pub side: usize,
}

impl Window {
    /// All of a matrix.
    pub fn whole(classes: usize) -> Self {
        Self { classes, top: 0, left: 0, side: classes.max(1) }
    }

    /// Half as many classes across, around a cell; or twice as many.
    #[must_use]
    pub fn zoomed(self, centre: Cell, is_closer: bool) -> Self {
        let side = if is_closer { self.side.div_ceil(2) } else { self.side.saturating_mul(2) };
        let side = side.clamp(MIN_SIDE.min(self.classes.max(1)), self.classes.max(1));
        // What lies below the pointer stays there.
        let keep = |first: usize, at: usize| {
            let part = at.saturating_sub(first) as f64 / self.side.max(1) as f64;
            at as f64 - part * side as f64
        };
        Self { side, ..self }.placed(keep(self.top, centre.row), keep(self.left, centre.column))
    }

    /// Moved by rows and columns, as far as the matrix goes.
    #[must_use]
    pub fn moved(self, rows: f64, columns: f64) -> Self {
        self.placed(self.top as f64 + rows, self.left as f64 + columns)
    }

    /// Moved as little as brings a cell into view.
    #[must_use]
    pub fn showing(self, cell: Cell) -> Self {
        let towards = |first: usize, at: usize| {
            if at < first { at } else { first.max((at + 1).saturating_sub(self.side)) }
        };
        Self { top: towards(self.top, cell.row), left: towards(self.left, cell.column), ..self }
    }

    /// The cell at a place of the window, 0 to 1 on both axes.
    pub fn cell_at(self, (x, y): (f64, f64)) -> Cell {
        let at = |first: usize, part: f64| {
            let offset = (part.clamp(0.0, 1.0) * self.side as f64) as usize;
            first + offset.min(self.side.saturating_sub(1))
        };
        Cell { row: at(self.top, y), column: at(self.left, x) }
    }

    /// Whether all is in view.
    pub fn is_whole(self) -> bool {
        self.side >= self.classes
    }

    /// The values of this part.
    pub fn part_of(self, grid: &Grid) -> Grid {
        let row = |row: usize| {
            let first = (self.top + row) * grid.columns + self.left;
            grid.values.get(first..first + self.side).unwrap_or_default().to_vec()
        };
        Grid { rows: self.side, columns: self.side, values: (0..self.side).flat_map(row).collect() }
    }

    fn placed(self, top: f64, left: f64) -> Self {
        let most = self.classes.saturating_sub(self.side) as f64;
        let whole = |place: f64| place.round().clamp(0.0, most) as usize;
        Self { top: whole(top), left: whole(left), ..self }
    }
}

/// Of each class's photos the share that got each answer, in percent; a class without photos stays empty.
pub fn shares(confusion: &[Vec<u32>]) -> Grid {
    let row = |counts: &Vec<u32>| {
        let all: u32 = counts.iter().sum();
        // Nothing of nothing is no number, and stays empty.
        let share = move |count: &u32| *count as f32 / all as f32 * 100.0;
        counts.iter().map(share).collect::<Vec<_>>()
    };
    Grid { rows: confusion.len(), columns: confusion.len(), values: confusion.iter().flat_map(row).collect() }
}

/// The wrong answer that was given most often: class, answer, photos.
pub fn most_confused(confusion: &[Vec<u32>]) -> Option<(usize, usize, u32)> {
    let cells = confusion.iter().enumerate().flat_map(|(class, counts)| {
        counts.iter().enumerate().map(move |(answer, count)| (class, answer, *count))
    });
    cells.filter(|(class, answer, count)| class != answer && *count > 0).max_by_key(|(.., count)| *count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zooming_keeps_what_is_pointed_at_and_stays_inside() {
        let whole = Window::whole(257);
        let closer = whole.zoomed(Cell { row: 200, column: 10 }, true);
        assert_eq!(closer.side, 129);
        let place = (0.5 * 10.0 / 257.0, 200.0 / 257.0);
        assert!(closer.cell_at(place).row.abs_diff(200) <= 1, "{:?}", closer.cell_at(place));
        let mut window = whole;
        for _zoom in 0..12 {
            window = window.zoomed(Cell { row: 256, column: 256 }, true);
            assert!(window.top + window.side <= 257 && window.left + window.side <= 257);
        }
        assert_eq!(window.side, MIN_SIDE);
        for _zoom in 0..12 {
            window = window.zoomed(Cell { row: 0, column: 0 }, false);
        }
        assert_eq!(window, whole);
        assert_eq!(
            Window::whole(2).zoomed(Cell { row: 0, column: 0 }, true).side,
            2,
            "a small matrix stays whole"
        );
    }

    #[test]
    fn the_window_follows_a_cell() {
        let window = Window { classes: 100, top: 10, left: 10, side: 10 };
        assert_eq!(window.showing(Cell { row: 5, column: 25 }), Window { top: 5, left: 16, ..window });
        assert_eq!(window.showing(Cell { row: 15, column: 19 }), window);
        assert_eq!(window.moved(-50.0, 500.0), Window { top: 0, left: 90, ..window });
    }

    #[test]
    fn shares_are_of_a_class() {
        let grid = shares(&[vec![3, 1], vec![0, 0]]);
        assert_eq!(grid.values[..2], [75.0, 25.0]);
        assert!(grid.values[2].is_nan());
        let part = Window { classes: 2, top: 0, left: 1, side: 1 }.part_of(&grid);
        assert_eq!((part.rows, part.values), (1, vec![25.0]));
        assert_eq!(most_confused(&[vec![3, 1], vec![2, 9]]), Some((1, 0, 2)));
        assert_eq!(most_confused(&[vec![3, 0], vec![0, 9]]), None);
    }
}
