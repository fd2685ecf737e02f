//! What covering a part of the picture changed elsewhere, block by block, and the box that a visitor draws.

use shared::ModelSlot;
use shared::views::{ExperimentPoint, NodeChange};

use super::outcome;
use crate::drawing::grid::Grid;

/// A box in pixels of a square picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CoverBox {
    /// First row.
    pub top: usize,
    /// First column.
    pub left: usize,
    /// Rows, at least one.
    pub height: usize,
    /// Columns, at least one.
    pub width: usize,
}

/// How a model's blocks changed where nothing is covered.
#[derive(Clone, Debug, PartialEq)]
pub struct Reach {
    /// Mean change elsewhere after the first block.
    pub first: f32,
    /// Mean change elsewhere after the last block.
    pub last: f32,
}

impl CoverBox {
    /// A quarter of the side, in the middle.
    pub fn centre(side: usize) -> Self {
        let length = (side / 4).max(1);
        let start = (side - length) / 2;
        Self { top: start, left: start, height: length, width: length }
    }

    /// Reads `top.left.height.width`; `None` where that is no box of the picture.
    pub fn read(text: &str, side: usize) -> Option<Self> {
        let numbers: Vec<usize> = text.split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
        let [top, left, height, width] = numbers[..] else { return None };
        let fits = |start: usize, length: usize| {
            length > 0 && start.checked_add(length).is_some_and(|end| end <= side)
        };
        (fits(top, height) && fits(left, width)).then_some(Self { top, left, height, width })
    }

    /// Its numbers between a character.
    pub fn write(self, between: char) -> String {
        let Self { top, left, height, width } = self;
        format!("{top}{between}{left}{between}{height}{between}{width}")
    }

    /// The box between two corners, each in 0 to 1 from the left and from the top, in any order.
    pub fn between(one: (f64, f64), other: (f64, f64), side: usize) -> Self {
        let span = |one: f64, other: f64| {
            let pixel = |part: f64| (part.clamp(0.0, 1.0) * side as f64).round() as usize;
            let (from, to) = (pixel(one.min(other)), pixel(one.max(other)));
            let from = from.min(side.saturating_sub(1));
            (from, to.saturating_sub(from).max(1))
        };
        let ((left, width), (top, height)) = (span(one.0, other.0), span(one.1, other.1));
        Self { top, left, height, width }
    }

    /// Moved by pixels as far as the picture goes.
    pub fn moved(self, right: isize, down: isize, side: usize) -> Self {
        let place = |start: usize, by: isize, length: usize| {
            start.saturating_add_signed(by).min(side.saturating_sub(length))
        };
        Self { top: place(self.top, down, self.height), left: place(self.left, right, self.width), ..self }
    }

    /// Its lower right corner moved by pixels as far as the picture goes.
    pub fn resized(self, right: isize, down: isize, side: usize) -> Self {
        let length = |start: usize, by: isize, length: usize| {
            length.saturating_add_signed(by).clamp(1, side.saturating_sub(start).max(1))
        };
        Self {
            height: length(self.top, down, self.height),
            width: length(self.left, right, self.width),
            ..self
        }
    }
}

/// The changes of a model's blocks at a point.
pub fn changes(point: &ExperimentPoint, slot: ModelSlot) -> &[NodeChange] {
    outcome(point, slot).map_or(&[], |outcome| &outcome.changes)
}

/// Mean change elsewhere by depth: the part of the blocks that is behind, 0 to 1.
pub fn by_depth(changes: &[NodeChange]) -> Vec<(f64, f64)> {
    let count = changes.len() as f64;
    let place = |(index, change): (usize, &NodeChange)| {
        ((index + 1) as f64 / count, f64::from(change.mean_elsewhere))
    };
    changes.iter().enumerate().map(place).collect()
}

/// How the blocks changed elsewhere; `None` where they are not compared.
pub fn reach(changes: &[NodeChange]) -> Option<Reach> {
    let (first, last) = changes.first().zip(changes.last())?;
    Some(Reach { first: first.mean_elsewhere, last: last.mean_elsewhere })
}

/// The changes of a block over the picture.
pub fn map(change: &NodeChange) -> Grid {
    let [rows, columns] = change.map_size;
    Grid { rows, columns, values: change.change.clone() }
}

/// From no change to the largest of any block.
pub fn range(changes: &[NodeChange]) -> (f32, f32) {
    let values = changes.iter().flat_map(|change| &change.change).copied().filter(|value| value.is_finite());
    (0.0, values.fold(0.0, f32::max).max(f32::MIN_POSITIVE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::NodeId;

    const BOX: CoverBox = CoverBox { top: 8, left: 16, height: 32, width: 24 };

    #[test]
    fn a_box_is_written_and_read() {
        assert_eq!(BOX.write('.'), "8.16.32.24");
        assert_eq!(CoverBox::read("8.16.32.24", 64), Some(BOX));
        for text in
            ["", "8.16.32", "8.16.32.49", "8.16.0.24", "-8.16.32.24", "a.b.c.d", "99999999999999999999.0.1.1"]
        {
            assert_eq!(CoverBox::read(text, 64), None, "{text}");
        }
        assert_eq!(CoverBox::centre(224), CoverBox { top: 84, left: 84, height: 56, width: 56 });
    }

    #[test]
    fn a_box_is_drawn_between_any_two_corners() {
        let drawn = CoverBox { top: 16, left: 0, height: 32, width: 32 };
        assert_eq!(CoverBox::between((0.5, 0.75), (0.0, 0.25), 64), drawn);
        let dot = CoverBox::between((1.5, 1.0), (1.5, 1.0), 64);
        assert_eq!(dot, CoverBox { top: 63, left: 63, height: 1, width: 1 });
    }

    #[test]
    fn a_box_stays_in_the_picture() {
        assert_eq!(BOX.moved(-100, 8, 64), CoverBox { left: 0, top: 16, ..BOX });
        assert_eq!(BOX.moved(100, 100, 64), CoverBox { left: 40, top: 32, ..BOX });
        assert_eq!(BOX.resized(100, -100, 64), CoverBox { height: 1, width: 48, ..BOX });
    }

    #[test]
    fn changes_elsewhere_are_drawn_by_depth() {
        let change = |name: &str, mean_elsewhere, change: Vec<f32>| NodeChange {
            node: NodeId::new(name),
            map_size: [1, 2],
            change,
            mean_elsewhere,
        };
        let changes = [change("a", 0.0, vec![2.0, 0.0]), change("b", 0.5, vec![1.5, 0.5])];
        assert_eq!(by_depth(&changes), [(0.5, 0.0), (1.0, 0.5)]);
        assert_eq!(reach(&changes), Some(Reach { first: 0.0, last: 0.5 }));
        assert_eq!(reach(&[]), None);
        assert_eq!(range(&changes), (0.0, 2.0));
        assert_eq!(map(&changes[1]).values, [1.5, 0.5]);
    }
}
