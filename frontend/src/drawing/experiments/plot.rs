//! The drawing of curves: where axes, curves and marks lie on a sheet of fixed proportions. A sheet is scaled as a whole.

use crate::drawing::axis::Axis;

/// From left to right.
pub const WIDTH: f64 = 640.0;
/// From top to bottom.
pub const HEIGHT: f64 = 320.0;
/// Left of the axes.
pub const LEFT: f64 = 64.0;
/// Above them.
pub const TOP: f64 = 28.0;
/// Right of them.
const RIGHT: f64 = 20.0;
/// Below them.
const BOTTOM: f64 = 56.0;

/// A sheet with its two axes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plot {
    /// From left to right.
    pub x: Axis,
    /// From bottom to top.
    pub y: Axis,
}

impl Plot {
    /// A sheet that holds every value of some curves from the left end to the right one; and from 0 to 1, if they are shares.
    pub fn of<'points>(
        x: (f64, f64),
        y: Option<(f64, f64)>,
        curves: impl Iterator<Item = &'points (f64, f64)>,
    ) -> Self {
        let x = Axis { low: x.0, high: if x.0 < x.1 { x.1 } else { x.0 + 1.0 } };
        let y = y.map_or_else(|| Axis::around_zero(curves.map(|point| point.1)), |(low, high)| Axis { low, high });
        Self { x, y }
    }

    /// Right end of the axes.
    pub fn right() -> f64 {
        WIDTH - RIGHT
    }

    /// Lower end of the axes.
    pub fn bottom() -> f64 {
        HEIGHT - BOTTOM
    }

    /// Where a value lies from left to right.
    pub fn across(&self, value: f64) -> f64 {
        LEFT + self.x.position(value) * (Self::right() - LEFT)
    }

    /// Where a value lies from top to bottom.
    pub fn down(&self, value: f64) -> f64 {
        Self::bottom() - self.y.position(value) * (Self::bottom() - TOP)
    }

    /// A curve as an SVG path; a gap where a value is none.
    pub fn path(&self, points: &[(f64, f64)]) -> String {
        let mut is_begun = false;
        let mut path = String::new();
        for (x, y) in points {
            if y.is_finite() {
                let step = if is_begun { 'L' } else { 'M' };
                path += &format!("{step}{:.1} {:.1}", self.across(*x), self.down(*y));
            }
            is_begun = y.is_finite();
        }
        path
    }

    /// The value of the horizontal axis at a part of the sheet's width.
    pub fn value_at(&self, part: f64) -> f64 {
        let position = (part * WIDTH - LEFT) / (Self::right() - LEFT);
        self.x.low + position.clamp(0.0, 1.0) * (self.x.high - self.x.low)
    }
}

/// Position of the value that lies nearest.
pub fn nearest(values: impl Iterator<Item = f64>, to: f64) -> Option<usize> {
    let distances = values.map(|value| (value - to).abs()).enumerate();
    distances.min_by(|one, other| one.1.total_cmp(&other.1)).map(|(index, _distance)| index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_holds_its_curves() {
        let points = [(-16.0, 0.0), (0.0, 4.0), (16.0, 2.0)];
        let plot = Plot::of((-16.0, 16.0), None, points.iter());
        assert_eq!(plot.y, Axis { low: 0.0, high: 4.0 });
        assert_eq!((plot.across(-16.0), plot.across(16.0)), (LEFT, Plot::right()));
        assert_eq!((plot.down(0.0), plot.down(4.0)), (Plot::bottom(), TOP));
        assert_eq!(plot.path(&points), "M64.0 264.0L342.0 28.0L620.0 146.0");
        let gap = plot.path(&[(-16.0, 0.0), (0.0, f64::NAN), (16.0, 2.0)]);
        assert_eq!(gap, "M64.0 264.0M620.0 146.0");
    }

    #[test]
    fn a_place_on_the_sheet_is_a_value() {
        let plot = Plot::of((-16.0, 16.0), Some((0.0, 1.0)), [].iter());
        assert_eq!(plot.value_at(342.0 / WIDTH), 0.0);
        assert_eq!((plot.value_at(0.0), plot.value_at(1.0)), (-16.0, 16.0));
        assert_eq!(nearest([-2.0, 0.0, 2.0].into_iter(), 0.7), Some(1));
        assert_eq!(nearest([].into_iter(), 0.7), None);
    }
}
