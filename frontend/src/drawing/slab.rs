//! A tensor as a slab in oblique projection: its face (height x width) to scale within a drawing, its thickness the
//! logarithm of its channels. Tokens lie on the face as the squares of the patch grid, the class token above it.

use shared::TensorShape;

use super::mark::{Mark, Point, Rect, short};

/// How far the face runs to the right and up, as parts of its width.
const OBLIQUE: (f64, f64) = (0.34, 0.26);
/// Faces smaller than this would not be seen.
const MIN_FACE_PX: f64 = 3.0;
/// Cells of a face narrower than this are not drawn one by one.
const MIN_CELL_PX: f64 = 1.6;

/// How a tensor's sizes become pixels of a drawing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SlabScale {
    /// Pixels of one cell of a map, or of one patch.
    pub cell_px: f64,
    /// Pixels of thickness for each doubling of the channels.
    pub doubling_px: f64,
}

/// A slab of a certain size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slab {
    /// Of the front, which shows the channels.
    pub thickness: f64,
    /// Height of front and face.
    pub height: f64,
    /// How far the face runs to the right.
    pub run: f64,
    /// How far the face runs up.
    pub rise: f64,
    cells: Option<Cells>,
}

/// The patch grid on a face.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Cells {
    per_side: usize,
    class_token: bool,
}

/// Rows, columns and channels of a tensor as a slab shows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Cells from top to bottom.
    pub rows: usize,
    /// Cells from left to right.
    pub columns: usize,
    /// What the thickness stands for.
    pub channels: usize,
}

/// Rows, columns and channels of a tensor.
pub fn extent(shape: &TensorShape) -> Extent {
    match *shape {
        TensorShape::FeatureMap { channels, height, width } => {
            Extent { rows: height, columns: width, channels }
        }
        TensorShape::Tokens { tokens, dim } => square(tokens, dim),
        TensorShape::Heads { heads, tokens, head_dim } => square(tokens, heads * head_dim),
        TensorShape::Attention { heads, tokens } => Extent { rows: tokens, columns: tokens, channels: heads },
        TensorShape::Vector { features } => Extent { rows: 1, columns: 1, channels: features },
    }
}

fn square(tokens: usize, channels: usize) -> Extent {
    Extent { rows: tokens.isqrt(), columns: tokens.isqrt(), channels }
}

/// The logarithm that a thickness stands for.
pub fn doublings(shape: &TensorShape) -> f64 {
    (extent(shape).channels.max(2) as f64).log2()
}

impl Slab {
    /// The slab of a tensor.
    pub fn new(shape: &TensorShape, scale: SlabScale) -> Self {
        let extent = extent(shape);
        let side = |cells: usize| (cells as f64 * scale.cell_px).max(MIN_FACE_PX);
        let cells = match *shape {
            TensorShape::Tokens { tokens, .. } | TensorShape::Heads { tokens, .. } => {
                Some(Cells { per_side: extent.rows, class_token: extent.rows * extent.columns < tokens })
            }
            _ => None,
        };
        Self {
            thickness: doublings(shape) * scale.doubling_px,
            height: side(extent.rows),
            run: side(extent.columns) * OBLIQUE.0,
            rise: side(extent.columns) * OBLIQUE.1,
            cells,
        }
    }

    /// Width of all that is drawn.
    pub fn width(&self) -> f64 {
        self.thickness + self.run
    }

    /// Height of all that is drawn, without the class token above.
    pub fn full_height(&self) -> f64 {
        self.height + self.rise
    }

    /// All that is drawn, where the slab begins at `left` and is centred on `axis`.
    pub fn bounds(&self, left: f64, axis: f64) -> Rect {
        let height = self.full_height();
        Rect { x: left, y: axis - height / 2.0, width: self.width(), height }
    }

    /// The front alone.
    pub fn front(&self, left: f64, axis: f64) -> Rect {
        let top = axis - self.full_height() / 2.0 + self.rise;
        Rect { x: left, y: top, width: self.thickness, height: self.height }
    }

    /// Draws the slab.
    pub fn marks(&self, left: f64, axis: f64) -> Vec<Mark> {
        let front = self.front(left, axis);
        let corner = |x: f64, y: f64| Point { x, y };
        let (right, top, bottom) = (front.right(), front.y, front.bottom());
        let mut marks = vec![
            Mark::polygon(
                "slab-top",
                &[
                    corner(left, top),
                    corner(left + self.run, top - self.rise),
                    corner(right + self.run, top - self.rise),
                    corner(right, top),
                ],
            ),
            Mark::polygon(
                "slab-face",
                &[
                    corner(right, top),
                    corner(right + self.run, top - self.rise),
                    corner(right + self.run, bottom - self.rise),
                    corner(right, bottom),
                ],
            ),
            Mark::polygon(
                "slab-front",
                &[corner(left, top), corner(right, top), corner(right, bottom), corner(left, bottom)],
            ),
        ];
        marks.extend(self.cells.into_iter().flat_map(|cells| self.cell_marks(cells, corner(right, top))));
        marks
    }

    /// The grid on the face whose near upper corner is `origin`, and the class token's square above it.
    fn cell_marks(&self, cells: Cells, origin: Point) -> Vec<Mark> {
        let side = cells.per_side.max(1) as f64;
        let (run, rise, height) = (self.run / side, self.rise / side, self.height / side);
        let mut marks = Vec::new();
        if run >= MIN_CELL_PX {
            let mut d = String::new();
            for index in 1..cells.per_side {
                let index = index as f64;
                let (x, y) = (origin.x + index * run, origin.y - index * rise);
                d += &format!("M{} {}v{}", short(x), short(y), short(self.height));
                let y = origin.y + index * height;
                d += &format!("M{} {}l{} {}", short(origin.x), short(y), short(self.run), short(-self.rise));
            }
            marks.push(Mark::path("slab-cells", d));
        }
        if cells.class_token {
            let (width, size) = (run.max(3.0), height.max(4.0));
            let (x, y) = (origin.x, origin.y - size - 4.0);
            let lift = rise.max(2.0);
            marks.push(Mark::polygon(
                "slab-class-token",
                &[
                    Point { x, y },
                    Point { x: x + width, y: y - lift },
                    Point { x: x + width, y: y - lift + size },
                    Point { x, y: y + size },
                ],
            ));
        }
        marks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCALE: SlabScale = SlabScale { cell_px: 2.0, doubling_px: 3.0 };

    #[test]
    fn faces_are_to_scale_and_thickness_is_logarithmic() {
        let map = |channels, side| TensorShape::FeatureMap { channels, height: side, width: side };
        let (large, small) = (Slab::new(&map(64, 56), SCALE), Slab::new(&map(128, 28), SCALE));
        assert_eq!((large.height, small.height), (112.0, 56.0));
        assert_eq!(small.thickness - large.thickness, 3.0);
        assert!((large.run / small.run - 2.0).abs() < 1e-9);
        let vector = Slab::new(&TensorShape::Vector { features: 2048 }, SCALE);
        assert_eq!((vector.height, vector.thickness), (MIN_FACE_PX, 33.0));
    }

    #[test]
    fn tokens_lie_on_the_patch_grid_and_the_class_token_above_it() {
        let classes = |tokens| {
            let slab = Slab::new(&TensorShape::Tokens { tokens, dim: 384 }, SCALE);
            let marks = slab.marks(0.0, 50.0);
            marks.iter().filter(|mark| matches!(mark, Mark::Path { class: "slab-class-token", .. })).count()
        };
        assert_eq!(extent(&TensorShape::Tokens { tokens: 197, dim: 384 }).rows, 14);
        assert_eq!((classes(196), classes(197)), (0, 1));
    }
}
