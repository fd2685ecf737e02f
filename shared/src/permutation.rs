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
    let mut numbers = Splitmix64::new(seed);
    for last in (1..count).rev() {
        order.swap(last, numbers.below(last as u64 + 1) as usize);
    }
    order
}

/// Numbers at random, the same for a seed in every version and on every machine.
///
/// # Source
/// Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", 2014.
#[derive(Clone, Debug)]
pub struct Splitmix64 {
    state: u64,
}

impl Splitmix64 {
    /// From a seed.
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// From a seed and what else tells one use of it from another, in this order: none shares its numbers with another.
    pub fn of(seed: u64, parts: &[u64]) -> Self {
        let mix = |seed: u64, part: &u64| Self::new(seed).bits() ^ Self::new(part.wrapping_add(1)).bits();
        Self::new(parts.iter().fold(seed, mix))
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let bits = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// One of `0..count`, which is not 0. Uneven by at most `count` in 2^64.
    pub fn below(&mut self, count: u64) -> u64 {
        self.bits() % count
    }

    /// In `low..high`, of 2^53 values.
    pub fn uniform(&mut self, low: f64, high: f64) -> f64 {
        const VALUES: f64 = (1_u64 << 53) as f64;
        low + (high - low) * ((self.bits() >> 11) as f64 / VALUES)
    }

    /// Of mean 0 and deviation 1 (Box and Muller 1958).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform(0.0, 1.0)).ln()).sqrt();
        radius * self.uniform(0.0, std::f64::consts::TAU).cos()
    }
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
    fn drawn_numbers_have_their_distributions() {
        const COUNT: usize = 20_000;
        let mut numbers = Splitmix64::new(7);
        let uniform: Vec<f64> = (0..COUNT).map(|_| numbers.uniform(-1.0, 3.0)).collect();
        assert!(uniform.iter().all(|value| (-1.0..3.0).contains(value)));
        let normal: Vec<f64> = (0..COUNT).map(|_| numbers.normal()).collect();
        // Variances of 16 / 12 and 1; the mean of 20,000 is off by a hundredth at most in 3 of 4 cases.
        for (values, mean, variance) in [(uniform, 1.0, 16.0 / 12.0), (normal, 0.0, 1.0)] {
            let found = values.iter().sum::<f64>() / COUNT as f64;
            let spread = values.iter().map(|value| (value - found).powi(2)).sum::<f64>() / COUNT as f64;
            assert!((found - mean).abs() < 0.03 && (spread - variance).abs() < 0.05, "{found}, {spread}");
        }
        assert!((0..COUNT).all(|_| numbers.below(3) < 3));
    }

    #[test]
    fn every_part_of_a_use_changes_its_numbers() {
        let uses: [&[u64]; 7] = [&[], &[0], &[1], &[0, 0], &[0, 1], &[1, 0], &[1, 1]];
        let firsts: std::collections::BTreeSet<u64> =
            uses.iter().flat_map(|parts| [5, 6].map(|seed| Splitmix64::of(seed, parts).bits())).collect();
        assert_eq!(firsts.len(), 2 * uses.len());
    }
}
