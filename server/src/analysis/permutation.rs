//! Cells of a picture in another order: which order a seed gives, and the picture put together in it.

/// A permutation of `0..count`, the same for a seed in every version and on every machine: Fisher-Yates from the last position
/// down, each partner drawn by splitmix64.
///
/// ```python
/// def permutation(count, seed):
///     order, state, mask = list(range(count)), seed, 2**64 - 1
///     for last in range(count - 1, 0, -1):
///         state = (state + 0x9E3779B97F4A7C15) & mask
///         bits = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9 & mask
///         bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB & mask
///         partner = (bits ^ (bits >> 31)) % (last + 1)
///         order[last], order[partner] = order[partner], order[last]
///     return order
/// ```
///
/// # Source
/// Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", 2014; Durstenfeld, "Algorithm 235", 1964.
pub fn permutation(count: usize, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    let mut state = seed;
    for last in (1..count).rev() {
        let partner = (splitmix64(&mut state) % (last as u64 + 1)) as usize;
        order.swap(last, partner);
    }
    order
}

fn splitmix64(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let bits = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

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
    fn a_seed_gives_the_order_that_is_documented() {
        // Printed by the Python of the documentation.
        assert_eq!(permutation(4, 1), [2, 0, 3, 1]);
        assert_eq!(permutation(9, 2), [5, 1, 7, 3, 8, 6, 0, 2, 4]);
        assert_eq!(permutation(0, 1), Vec::<usize>::new());
        let mut order = permutation(196, u64::MAX);
        order.sort_unstable();
        assert_eq!(order, (0..196).collect::<Vec<_>>());
    }

    #[test]
    fn cells_move_as_a_whole() {
        let values: Vec<f32> = (0..2 * 16).map(|value| value as f32).collect();
        let shuffled = shuffle_cells(&values, 4, 2, &[2, 0, 3, 1]);
        assert_eq!(shuffled[..8], [8.0, 9.0, 0.0, 1.0, 12.0, 13.0, 4.0, 5.0]);
        assert_eq!(shuffled[16..20], [24.0, 25.0, 16.0, 17.0]);
        assert_eq!(shuffle_cells(&values, 4, 1, &[0]), values);
    }
}
