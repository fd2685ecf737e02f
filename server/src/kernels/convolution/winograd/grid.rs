//! The squares that an output is computed in.

use shared::architecture::ConvSpec;

use super::transform::{IN, OUT};
use crate::kernels::convolution::windows::Window;

/// Squares of [`OUT`] by [`OUT`] places over an output; the last of a row or column may reach over its edge.
#[derive(Clone, Copy, Debug)]
pub struct Grid {
    /// Height and width of the input.
    pub in_size: [usize; 2],
    /// Height and width of the output.
    pub out_size: [usize; 2],
    /// Zeros around the input.
    pub padding: usize,
    /// Rows and columns of squares.
    sides: [usize; 2],
}

/// Squares side by side in one row of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Whose.
    pub picture: usize,
    /// Row and column of the first.
    pub square: [usize; 2],
    /// How many.
    pub count: usize,
    /// Which column of the tile the first is.
    pub column: usize,
}

impl Grid {
    /// Over the output for an input of this size.
    pub fn of(spec: ConvSpec, in_size: [usize; 2]) -> Self {
        let out_size = in_size.map(|side| spec.output_side(side));
        Self { in_size, out_size, padding: spec.padding, sides: out_size.map(|side| side.div_ceil(OUT)) }
    }

    /// Squares of a picture.
    pub fn squares(self) -> usize {
        self.sides[0] * self.sides[1]
    }

    /// The squares of a tile's columns, which count on from picture to picture.
    pub fn segments(self, group: Window) -> Vec<Segment> {
        let end = group.first + group.columns + usize::from(group.has_extra);
        let (mut segments, mut next) = (Vec::new(), group.first);
        while next < end {
            let (picture, square) = (next / self.squares(), next % self.squares());
            let square = [square / self.sides[1], square % self.sides[1]];
            let count = (self.sides[1] - square[1]).min(end - next);
            segments.push(Segment { picture, square, count, column: next - group.first });
            next += count;
        }
        segments
    }

    /// Room for what lies under a row of squares, with what vectors may read and write beyond it.
    pub fn row_step(self) -> usize {
        (self.sides[1] * OUT + 64).next_multiple_of(16)
    }

    /// Floats of scratch for transforming: [`IN`] rows, the even and the odd numbers of one, a row of zeros.
    pub fn scratch_len(self) -> usize {
        (IN + 3) * self.row_step()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_all_squares_once() {
        let spec = ConvSpec { in_channels: 1, out_channels: 1, kernel_size: 3, stride: 1, padding: 1 };
        let grid = Grid::of(spec, [9, 13]);
        assert_eq!(grid.squares(), 12);
        let segments = grid.segments(Window { first: 2, columns: 12, has_extra: true });
        let of = |picture, square, count, column| Segment { picture, square, count, column };
        assert_eq!(
            segments,
            [of(0, [0, 2], 2, 0), of(0, [1, 0], 4, 2), of(0, [2, 0], 4, 6), of(1, [0, 0], 3, 10),]
        );
    }
}
