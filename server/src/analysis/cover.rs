//! What of a picture is covered, in pixels: boxes that are covered, which places of a map they touch, and the pixels without them.

/// A rectangle of pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rectangle {
    /// First row.
    pub top: usize,
    /// First column.
    pub left: usize,
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
}

impl Rectangle {
    /// The same part of a picture of another size: every pixel that it touches.
    pub fn scaled(self, from_side: usize, to_side: usize) -> Self {
        let start = |offset: usize| offset * to_side / from_side;
        let end = |offset: usize| (offset * to_side).div_ceil(from_side);
        let span = |offset: usize, length: usize| match length {
            0 => (start(offset), 0),
            _ => (start(offset), end(offset + length) - start(offset)),
        };
        let ((top, height), (left, width)) = (span(self.top, self.height), span(self.left, self.width));
        Self { top, left, height, width }
    }
}

/// Which pixels of a square picture are covered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cover {
    side: usize,
    is_covered: Vec<bool>,
}

impl Cover {
    /// Covers rectangles of a picture; what lies outside of it is left out.
    pub fn of(side: usize, rectangles: impl IntoIterator<Item = Rectangle>) -> Self {
        let mut is_covered = vec![false; side * side];
        for Rectangle { top, left, height, width } in rectangles {
            let columns = left.min(side)..left.saturating_add(width).min(side);
            for row in top.min(side)..top.saturating_add(height).min(side) {
                is_covered[row * side..][columns.clone()].fill(true);
            }
        }
        Self { side, is_covered }
    }

    /// Share of the pixels.
    pub fn share(&self) -> f64 {
        self.is_covered.iter().filter(|covered| **covered).count() as f64
            / self.is_covered.len().max(1) as f64
    }

    /// The picture with zeros where it is covered. In a normalised picture zero is the mean colour.
    ///
    /// # Shapes
    /// `values`: `[channels, side, side]`, to the same.
    pub fn apply(&self, values: &[f32]) -> Vec<f32> {
        let covered = self.is_covered.iter().cycle();
        values.iter().zip(covered).map(|(value, covered)| if *covered { 0.0 } else { *value }).collect()
    }

    /// Whether the pixel that holds a point is covered, in pixels from the top and from the left.
    pub fn holds(&self, y_px: f64, x_px: f64) -> bool {
        let pixel = |position: f64| (position.max(0.0) as usize).min(self.side.saturating_sub(1));
        self.is_covered.get(pixel(y_px) * self.side + pixel(x_px)).copied().unwrap_or(false)
    }

    /// Whether any pixel of a rectangle is covered.
    pub fn touches(&self, rectangle: Rectangle) -> bool {
        let Rectangle { top, left, height, width } = rectangle;
        let columns = left.min(self.side)..(left + width).min(self.side);
        (top.min(self.side)..(top + height).min(self.side))
            .any(|row| self.is_covered[row * self.side..][columns.clone()].contains(&true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOX: Rectangle = Rectangle { top: 1, left: 2, height: 2, width: 1 };

    #[test]
    fn a_box_is_covered_in_every_channel_and_nothing_else() {
        let cover = Cover::of(4, [BOX]);
        let covered = cover.apply(&[1.0; 32]);
        let zeros: Vec<usize> = (0..32).filter(|index| covered[*index] == 0.0).collect();
        assert_eq!(zeros, [6, 10, 22, 26]);
        assert_eq!(cover.share(), 2.0 / 16.0);
        assert_eq!(Cover::of(4, []).apply(&[1.0; 32]), [1.0; 32]);
    }

    #[test]
    fn points_and_patches_are_found_in_the_box() {
        let cover = Cover::of(4, [BOX]);
        assert!(
            cover.holds(1.5, 2.5)
                && cover.holds(2.9, 2.0)
                && !cover.holds(0.9, 2.5)
                && !cover.holds(1.5, 3.0)
        );
        let patch = |top, left| Rectangle { top, left, height: 2, width: 2 };
        assert_eq!(
            [(0, 0), (0, 2), (2, 0), (2, 2)].map(|(top, left)| cover.touches(patch(top, left))),
            [false, true, false, true]
        );
    }

    #[test]
    fn a_scaled_box_covers_every_pixel_that_it_touches() {
        assert_eq!(BOX.scaled(4, 4), BOX);
        assert_eq!(BOX.scaled(4, 8), Rectangle { top: 2, left: 4, height: 4, width: 2 });
        assert_eq!(BOX.scaled(4, 6), Rectangle { top: 1, left: 3, height: 4, width: 2 });
        assert_eq!(Rectangle { height: 0, ..BOX }.scaled(4, 6).height, 0);
    }
}
