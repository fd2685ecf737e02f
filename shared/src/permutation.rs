//! Which order a seed gives: the server shuffles what models read by it, and the page draws the same.

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
}
