//! The Gram matrix of a layer: the dot product of what it holds for one picture with what it holds for another, for all pairs. It is
//! all that CKA needs of a layer, and as small as a minibatch, however wide the layer is.

use super::hsic::{CentredGram, TooFewExamples};

/// Features of each picture that are multiplied before going on to the next: a minibatch's lie in the processor's second cache.
const BLOCK: usize = 1024;
/// Sums that run beside one another, which the compiler puts into vector registers.
const LANES: usize = 16;

/// `[examples, examples]`, symmetric.
#[derive(Clone, Debug, PartialEq)]
pub struct GramMatrix {
    num_examples: usize,
    /// Row by row.
    values: Vec<f64>,
}

impl GramMatrix {
    /// `X X^T`. Products and sums within a block of 1024 features are f32, the sum over blocks is f64.
    ///
    /// # Shapes
    /// `features`: `[num_examples, features]`, any values.
    ///
    /// # Panics
    /// Where the values do not make up that many rows of one length.
    pub fn of(features: &[f32], num_examples: usize) -> Self {
        let width = features.len().checked_div(num_examples).unwrap_or_default();
        assert_eq!(width * num_examples, features.len(), "every example has the same number of features");
        let rows: Vec<&[f32]> = features.chunks_exact(width.max(1)).collect();
        let mut values = vec![0.0; num_examples * num_examples];
        for start in (0..width).step_by(BLOCK) {
            let block = start..(start + BLOCK).min(width);
            for (row, left) in rows.iter().enumerate() {
                for (column, right) in rows.iter().enumerate().take(row + 1) {
                    let product = dot(&left[block.clone()], &right[block.clone()]);
                    values[row * num_examples + column] += f64::from(product);
                }
            }
        }
        for row in 0..num_examples {
            for column in 0..row {
                values[column * num_examples + row] = values[row * num_examples + column];
            }
        }
        Self { num_examples, values }
    }

    /// Rows and columns.
    pub fn num_examples(&self) -> usize {
        self.num_examples
    }

    /// The dot product of two examples.
    pub fn get(&self, row: usize, column: usize) -> f64 {
        self.values[row * self.num_examples + column]
    }

    /// What HSIC is estimated from.
    ///
    /// # Errors
    /// There are too few examples for an unbiased estimate.
    pub fn centred(&self) -> Result<CentredGram, TooFewExamples> {
        CentredGram::of(self)
    }
}

fn dot(left: &[f32], right: &[f32]) -> f32 {
    let (left, left_rest) = left.as_chunks::<LANES>();
    let (right, right_rest) = right.as_chunks::<LANES>();
    let mut sums = [0.0_f32; LANES];
    for (left, right) in left.iter().zip(right) {
        for lane in 0..LANES {
            sums[lane] += left[lane] * right[lane];
        }
    }
    let rest: f32 = left_rest.iter().zip(right_rest).map(|(left, right)| left * right).sum();
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_holds_every_dot_product() {
        let gram = GramMatrix::of(&[1.0, 2.0, 3.0, -1.0, 0.5, 2.0], 2);
        assert_eq!((gram.get(0, 0), gram.get(0, 1), gram.get(1, 0), gram.get(1, 1)), (14.0, 6.0, 6.0, 5.25));
    }

    #[test]
    fn blocks_and_rests_are_all_counted() {
        for width in [1, LANES - 1, LANES + 1, BLOCK, BLOCK + 1, 3 * BLOCK + LANES + 5] {
            let features: Vec<f32> = (0..2 * width).map(|at| if at < width { 2.0 } else { 1.0 }).collect();
            let gram = GramMatrix::of(&features, 2);
            let width = width as f64;
            assert_eq!((gram.get(0, 0), gram.get(0, 1), gram.get(1, 1)), (4.0 * width, 2.0 * width, width));
        }
    }

    #[test]
    fn many_features_cost_no_precision() {
        // A plain f32 sum of these is off by 2 % (numpy).
        let width = 1 << 21;
        let gram = GramMatrix::of(&vec![0.1; width], 1);
        let expected = f64::from(0.1_f32).powi(2) * width as f64;
        assert!((gram.get(0, 0) / expected - 1.0).abs() < 1e-6, "{} of {expected}", gram.get(0, 0));
    }
}
