//! A small grid of numbers on their colours, as the inside of one SVG: what a window holds, a kernel's slice, their products.

use std::fmt::Write;

use super::colour::Scale;
use super::grid::Grid;

/// Side of a cell in the drawing's own units.
pub const CELL: usize = 40;
/// From this lightness on (0 to 255), letters on a colour are dark.
const LIGHT_GROUND: f32 = 140.0;

/// Rectangles and numbers of a grid, as `written`. Which of two inks a number has follows from its ground.
pub fn svg(grid: &Grid, scale: Scale, (low, high): (f32, f32), written: fn(f32) -> String) -> String {
    let span = if high > low { high - low } else { 1.0 };
    let mut marks = String::new();
    for (index, value) in grid.values.iter().enumerate() {
        let [red, green, blue] = scale.colour((value - low) / span);
        let lightness = 0.299 * f32::from(red) + 0.587 * f32::from(green) + 0.114 * f32::from(blue);
        let ink = if lightness >= LIGHT_GROUND { "ink-dark" } else { "ink-light" };
        let (x, y) = (index % grid.columns * CELL, index / grid.columns * CELL);
        // Writing into a text does not fail.
        _ = write!(
            marks,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{CELL}\" height=\"{CELL}\" fill=\"#{red:02x}{green:02x}{blue:02x}\"/>\
             <text class=\"{ink}\" x=\"{}\" y=\"{}\" text-anchor=\"middle\" dominant-baseline=\"central\">{}</text>",
            x + CELL / 2,
            y + CELL / 2,
            written(*value)
        );
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_in_their_cells_in_an_ink_that_can_be_read() {
        let grid = Grid { rows: 2, columns: 1, values: vec![0.004, -123.4] };
        let drawn = svg(&grid, Scale::Diverging, (-123.4, 123.4), |value| format!("{value:.1}"));
        assert!(drawn.contains("class=\"ink-dark\" x=\"20\" y=\"20\""), "{drawn}");
        assert!(drawn.contains(">0.0</text>"), "{drawn}");
        assert!(drawn.contains("class=\"ink-light\" x=\"20\" y=\"60\""), "{drawn}");
        assert!(drawn.contains(">-123.4</text>"), "{drawn}");
    }
}
