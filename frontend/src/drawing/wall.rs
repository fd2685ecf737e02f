//! Many small maps as one picture, in rows and columns: which tile lies where, and the pixels of all of them. One canvas for
//! hundreds of channels.

use super::colour::Scale;
use super::grid::Grid;
use crate::api::Array;

/// Tiles side by side.
pub const COLUMNS: usize = 8;
/// A tile of fewer pixels is drawn larger, so that the gap beside it stays thin.
const MIN_TILE: usize = 28;
/// A gap is this part of a tile.
const GAP_PART: usize = 14;
/// Bytes of a pixel: red, green, blue, opacity.
const BYTES: usize = 4;
/// Where zero lies among shades, and how far the largest weight lies from it.
const GREY: f32 = 127.5;

/// Where tiles lie, in pixels of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wall {
    /// How many tiles.
    pub tiles: usize,
    /// How many side by side.
    pub columns: usize,
    /// Pixels from the top of a tile to its end.
    pub tile_height: usize,
    /// Pixels from the left of a tile to its end.
    pub tile_width: usize,
    /// Pixels between tiles.
    pub gap: usize,
}

/// A wall with its pixels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sprite {
    /// Where tiles lie.
    pub wall: Wall,
    /// Red, green, blue and opacity, row by row; transparent between tiles.
    pub rgba: Vec<u8>,
}

impl Wall {
    fn of(tiles: usize, rows: usize, columns: usize) -> (Self, usize) {
        let zoom = MIN_TILE.div_ceil(rows.max(columns).max(1));
        let (tile_height, tile_width) = (rows * zoom, columns * zoom);
        let gap = (tile_width.max(tile_height) / GAP_PART).max(1);
        (Self { tiles, columns: COLUMNS.min(tiles.max(1)), tile_height, tile_width, gap }, zoom)
    }

    /// Rows of tiles.
    pub fn rows(&self) -> usize {
        self.tiles.div_ceil(self.columns)
    }

    /// Pixels from left to right.
    pub fn width(&self) -> usize {
        self.columns * (self.tile_width + self.gap) - self.gap
    }

    /// Pixels from top to bottom.
    pub fn height(&self) -> usize {
        (self.rows() * (self.tile_height + self.gap)).saturating_sub(self.gap)
    }

    /// Left and upper edge of a tile.
    pub fn origin(&self, tile: usize) -> (usize, usize) {
        let (row, column) = (tile / self.columns, tile % self.columns);
        (column * (self.tile_width + self.gap), row * (self.tile_height + self.gap))
    }

    /// The tile at a place of the picture, (0, 0) at the top left to (1, 1); a gap belongs to the tile before it.
    pub fn tile_at(&self, (x, y): (f64, f64)) -> Option<usize> {
        if !(0.0..1.0).contains(&x) || !(0.0..1.0).contains(&y) {
            return None;
        }
        let column = (x * self.width() as f64) as usize / (self.tile_width + self.gap);
        let row = (y * self.height() as f64) as usize / (self.tile_height + self.gap);
        Some(row * self.columns + column.min(self.columns - 1)).filter(|tile| *tile < self.tiles)
    }

    /// Where an arrow key leads from a tile; `None` for other keys and beyond the wall.
    pub fn step(&self, tile: usize, key: &str) -> Option<usize> {
        let to = match key {
            "ArrowLeft" => tile.checked_sub(1)?,
            "ArrowRight" => tile + 1,
            "ArrowUp" => tile.checked_sub(self.columns)?,
            "ArrowDown" => tile + self.columns,
            "Home" => 0,
            "End" => self.tiles.checked_sub(1)?,
            _ => return None,
        };
        (to < self.tiles).then_some(to)
    }
}

/// The maps of `[count, rows, columns]`; each on a scale of its own, or all on one.
pub fn of_maps(maps: &Array, scale: Scale, range: Option<(f32, f32)>) -> Option<Sprite> {
    let [count, rows, columns] = maps.shape[..] else { return None };
    let tile = |index: usize| {
        let grid = Grid::channel(maps, index)?;
        Some(scale.pixels(&grid, range.unwrap_or_else(|| scale.range(&grid))))
    };
    of_tiles(count, (rows, columns), tile)
}

/// The kernels of `[out, 3, rows, columns]` as colours: grey is a weight of zero, and the largest weight of each kernel, up or down,
/// reaches the end of its channel.
pub fn of_colour_kernels(weights: &Array) -> Option<Sprite> {
    let [count, 3, rows, columns] = weights.shape[..] else { return None };
    let size = rows * columns;
    let tile = |index: usize| {
        let kernel = weights.values.get(index * 3 * size..(index + 1) * 3 * size)?;
        let reach = kernel.iter().fold(0.0_f32, |reach, weight| reach.max(weight.abs()));
        let reach = if reach > 0.0 { reach } else { 1.0 };
        let shade = |weight: f32| (GREY + GREY * weight / reach).round() as u8;
        let pixel = |cell: usize| {
            [shade(kernel[cell]), shade(kernel[size + cell]), shade(kernel[2 * size + cell]), u8::MAX]
        };
        Some((0..size).flat_map(pixel).collect())
    };
    of_tiles(count, (rows, columns), tile)
}

/// One tile of a wall alone.
pub fn colour_kernel(weights: &Array, index: usize) -> Option<Sprite> {
    let size: usize = weights.shape.iter().skip(1).product();
    let values = weights.values.get(index * size..(index + 1) * size)?.to_vec();
    let shape = [&[1], weights.shape.get(1..)?].concat();
    of_colour_kernels(&Array { shape, values })
}

fn of_tiles(
    count: usize,
    (rows, columns): (usize, usize),
    tile: impl Fn(usize) -> Option<Vec<u8>>,
) -> Option<Sprite> {
    if count == 0 || rows == 0 || columns == 0 {
        return None;
    }
    let (wall, zoom) = Wall::of(count, rows, columns);
    let stride = wall.width() * BYTES;
    let mut rgba = vec![0; stride * wall.height()];
    for index in 0..count {
        let pixels = tile(index)?;
        let (left, top) = wall.origin(index);
        for row in 0..wall.tile_height {
            let from = &pixels[row / zoom * columns * BYTES..(row / zoom + 1) * columns * BYTES];
            let start = (top + row) * stride + left * BYTES;
            let to = &mut rgba[start..start + wall.tile_width * BYTES];
            for (column, pixel) in to.chunks_exact_mut(BYTES).enumerate() {
                pixel.copy_from_slice(&from[column / zoom * BYTES..(column / zoom + 1) * BYTES]);
            }
        }
    }
    Some(Sprite { wall, rgba })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pixel(sprite: &Sprite, x: usize, y: usize) -> [u8; 4] {
        let start = (y * sprite.wall.width() + x) * BYTES;
        sprite.rgba[start..start + BYTES].try_into().expect("four bytes")
    }

    #[test]
    fn tiles_lie_where_the_wall_says() {
        // Ten maps of 1 x 2: drawn 14 times larger, in two rows.
        let values = (0..20_u8).map(f32::from).collect();
        let maps = Array { shape: vec![10, 1, 2], values };
        let sprite = of_maps(&maps, Scale::Sequential, Some((0.0, 19.0))).expect("ten maps");
        let wall = sprite.wall;
        assert_eq!((wall.tile_height, wall.tile_width, wall.gap, wall.rows()), (14, 28, 2, 2));
        assert_eq!((wall.width(), wall.height()), (238, 30));
        let (x, y) = wall.origin(9);
        assert_eq!((x, y), (30, 16));
        let colour = |value: f32| {
            let [red, green, blue] = Scale::Sequential.colour(value / 19.0);
            [red, green, blue, u8::MAX]
        };
        assert_eq!(pixel(&sprite, x + 13, y + 13), colour(18.0));
        assert_eq!(pixel(&sprite, x + 14, y), colour(19.0));
        assert_eq!(pixel(&sprite, x + 28, y), [0; 4]);
        assert_eq!(wall.tile_at(((x + 3) as f64 / 238.0, (y + 3) as f64 / 30.0)), Some(9));
        assert_eq!(wall.tile_at((0.9, 0.9)), None);
        assert_eq!(wall.tile_at((1.0, 0.1)), None);
        assert_eq!(
            (wall.step(1, "ArrowDown"), wall.step(2, "ArrowDown"), wall.step(0, "ArrowLeft")),
            (Some(9), None, None)
        );
        assert_eq!(
            (wall.step(9, "ArrowUp"), wall.step(3, "End"), wall.step(3, "Tab")),
            (Some(1), Some(9), None)
        );
    }

    #[test]
    fn each_kernel_is_grey_at_zero_and_reaches_its_own_largest_weight() {
        // Two kernels of 1 x 1: a weak red one without green, and a strong one against red.
        let weights = Array { shape: vec![2, 3, 1, 1], values: vec![0.1, 0.0, -0.05, -4.0, 4.0, 2.0] };
        let sprite = of_colour_kernels(&weights).expect("two kernels");
        assert_eq!(pixel(&sprite, 0, 0), [255, 128, 64, 255]);
        let (x, y) = sprite.wall.origin(1);
        assert_eq!(pixel(&sprite, x, y), [0, 255, 191, 255]);
        let second = colour_kernel(&weights, 1).expect("it is there");
        assert_eq!(pixel(&second, 0, 0), [0, 255, 191, 255]);
        assert_eq!(colour_kernel(&weights, 2), None);
    }
}
