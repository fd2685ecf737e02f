//! What a unit used of a picture, drawn over it: pixels that count for next to nothing stay clear, so that the picture is seen there.

use super::grid::Grid;
use crate::api::Array;

/// Below this share of the largest value a pixel stays clear.
pub const CLEAR_BELOW: f32 = 0.02;

/// The field as a grid whose small values are left out; `None` where it has no values.
pub fn shown(gradient: &Array) -> Option<Grid> {
    let grid = Grid::channel(gradient, 0)?;
    let least = grid.range().1 * CLEAR_BELOW;
    let values = grid.values.iter().map(|value| if *value >= least { *value } else { f32::NAN });
    Some(Grid { values: values.collect(), ..grid })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_values_stay_clear() {
        let array = Array { shape: vec![1, 3], values: vec![1.0, 0.02, 0.019] };
        let shown = shown(&array).expect("a grid");
        assert_eq!(shown.values[..2], [1.0, 0.02]);
        assert!(shown.values[2].is_nan());
    }
}
