//! Many small pictures of one size laid out as one: where each tile is, which one a place falls into, where an arrow key leads.

use super::pixels::Pixels;

/// Tiles in rows, from the top left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TileLayout {
    /// How many there are; the last row may not be full.
    pub count: usize,
    /// Tiles of a row.
    pub columns: usize,
    /// Columns and rows of one tile, in pixels.
    pub tile: (usize, usize),
    /// Pixels between two tiles.
    pub gap: usize,
}

impl TileLayout {
    /// Cells of one pixel without gaps, as of a matrix.
    pub fn matrix(rows: usize, columns: usize) -> Self {
        Self { count: rows * columns, columns, tile: (1, 1), gap: 0 }
    }

    /// Rows of tiles.
    pub fn rows(&self) -> usize {
        self.count.div_ceil(self.columns.max(1))
    }

    /// Columns and rows of the whole, in pixels.
    pub fn size(&self) -> (usize, usize) {
        let side = |tiles: usize, tile: usize| (tiles * (tile + self.gap)).saturating_sub(self.gap);
        (side(self.columns, self.tile.0), side(self.rows(), self.tile.1))
    }

    /// The upper left pixel of a tile.
    pub fn origin(&self, index: usize) -> (usize, usize) {
        let (column, row) = (index % self.columns.max(1), index / self.columns.max(1));
        (column * (self.tile.0 + self.gap), row * (self.tile.1 + self.gap))
    }

    /// The tile at a place of the whole, from (0, 0) to (1, 1); a gap belongs to the tile before it.
    pub fn at(&self, (x, y): (f64, f64)) -> Option<usize> {
        if !((0.0..1.0).contains(&x) && (0.0..1.0).contains(&y)) {
            return None;
        }
        let (width, height) = self.size();
        let position = |place: f64, size: usize, tile: usize| {
            // Truncation is the floor here.
            (place * size as f64) as usize / (tile + self.gap).max(1)
        };
        let (column, row) = (position(x, width, self.tile.0), position(y, height, self.tile.1));
        let index = row * self.columns + column;
        (index < self.count).then_some(index)
    }

    /// The tile that a key leads to; `None` for a key that leads nowhere.
    pub fn stepped(&self, index: usize, key: &str) -> Option<usize> {
        let last = self.count.checked_sub(1)?;
        let column = index % self.columns.max(1);
        Some(match key {
            "ArrowLeft" if column > 0 => index - 1,
            "ArrowRight" if column + 1 < self.columns => (index + 1).min(last),
            "ArrowUp" => index.checked_sub(self.columns).unwrap_or(index),
            "ArrowDown" if index + self.columns <= last => index + self.columns,
            "Home" => 0,
            "End" => last,
            "ArrowLeft" | "ArrowRight" | "ArrowDown" => index,
            _ => return None,
        })
    }

    /// The whole as pixels: `tile` gives the pixels of each, row by row; gaps are transparent.
    pub fn pixels(&self, tile: impl Fn(usize) -> Vec<u8>) -> Pixels {
        let (width, height) = self.size();
        let mut rgba = vec![0; width * height * BYTES_PER_PIXEL];
        let row_bytes = self.tile.0 * BYTES_PER_PIXEL;
        for index in 0..self.count {
            let (left, top) = self.origin(index);
            for (row, pixels) in tile(index).chunks_exact(row_bytes.max(1)).take(self.tile.1).enumerate() {
                let start = ((top + row) * width + left) * BYTES_PER_PIXEL;
                rgba[start..start + row_bytes].copy_from_slice(pixels);
            }
        }
        Pixels { width, height, rgba }
    }
}

/// Red, green, blue and opacity.
pub const BYTES_PER_PIXEL: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    const LAYOUT: TileLayout = TileLayout { count: 5, columns: 3, tile: (2, 2), gap: 1 };

    #[test]
    fn tiles_are_found_where_they_are_drawn() {
        assert_eq!((LAYOUT.rows(), LAYOUT.size(), LAYOUT.origin(4)), (2, (8, 5), (3, 3)));
        for (place, expected) in [
            ((0.0, 0.0), Some(0)),
            ((0.99, 0.1), Some(2)),
            ((0.5, 0.9), Some(4)),
            ((0.99, 0.9), None),
            ((1.0, 0.5), None),
            ((-0.1, 0.5), None),
        ] {
            assert_eq!(LAYOUT.at(place), expected, "{place:?}");
        }
        assert_eq!(TileLayout::matrix(2, 4).at((0.99, 0.99)), Some(7));
    }

    #[test]
    fn keys_stay_among_the_tiles() {
        for (index, key, expected) in [
            (0, "ArrowLeft", Some(0)),
            (2, "ArrowRight", Some(2)),
            (4, "ArrowRight", Some(4)),
            (2, "ArrowDown", Some(2)),
            (1, "ArrowDown", Some(4)),
            (4, "ArrowUp", Some(1)),
            (1, "End", Some(4)),
            (1, "x", None),
        ] {
            assert_eq!(LAYOUT.stepped(index, key), expected, "{index} {key}");
        }
    }

    #[test]
    fn tiles_are_drawn_with_transparent_gaps() {
        let pixels = LAYOUT.pixels(|index| vec![index as u8 + 1; 16]);
        assert_eq!((pixels.width, pixels.height), (8, 5));
        assert_eq!(pixels.at(3, 3), Some([5, 5, 5]));
        assert_eq!(pixels.at(4, 4), Some([5, 5, 5]));
        assert_eq!(pixels.at(2, 0), Some([0, 0, 0]));
        assert_eq!(pixels.at(7, 4), Some([0, 0, 0]));
    }
}
