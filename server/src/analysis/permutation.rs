//! Cells of a picture in another order: the picture put together in it. Which order a seed gives, both sides know.

pub use shared::permutation::permutation;

/// A picture whose cells, `cells_per_side` along each side, stand in another order: in reading order, cell `i` of the result is cell
/// `order[i]` of the picture.
///
/// # Shapes
/// `values`: `[channels, side, side]`, to the same.
///
/// # Panics
/// If the cells do not divide the side, or the order has another length or names other cells.
pub fn shuffle_cells(values: &[f32], side: usize, cells_per_side: usize, order: &[usize]) -> Vec<f32> {
    assert_eq!(side % cells_per_side, 0, "cells of one size");
    assert_eq!(order.len(), cells_per_side * cells_per_side, "an order of all cells");
    let cell = side / cells_per_side;
    let mut shuffled = Vec::with_capacity(values.len());
    for channel in values.chunks(side * side) {
        for row in 0..side {
            for target in &order[row / cell * cells_per_side..][..cells_per_side] {
                let source_row = target / cells_per_side * cell + row % cell;
                let start = source_row * side + target % cells_per_side * cell;
                shuffled.extend_from_slice(&channel[start..start + cell]);
            }
        }
    }
    shuffled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_move_as_a_whole() {
        let values: Vec<f32> = (0..2 * 16).map(|value| value as f32).collect();
        let shuffled = shuffle_cells(&values, 4, 2, &[2, 0, 3, 1]);
        assert_eq!(shuffled[..8], [8.0, 9.0, 0.0, 1.0, 12.0, 13.0, 4.0, 5.0]);
        assert_eq!(shuffled[16..20], [24.0, 25.0, 16.0, 17.0]);
        assert_eq!(shuffle_cells(&values, 4, 1, &[0]), values);
    }
}
