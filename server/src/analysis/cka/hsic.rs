//! The unbiased estimate of the Hilbert-Schmidt independence criterion, HSIC_1, from Gram matrices of one minibatch.
//!
//! # Source
//! Song, Smola, Gretton, Bedo, Borgwardt, "Feature Selection via Dependence Maximization", JMLR 2012, equation 5. It is computed as
//! Székely and Rizzo do, "Partial Distance Correlation with Methods for Dissimilarities", 2014, definition 2 and proposition 1: each
//! Gram matrix is centred once (U-centring), and HSIC_1 is the inner product of two of these. That is the same number (a test says
//! so) for fewer operations, and large means cancel before anything is multiplied.

use thiserror::Error;

use super::gram::GramMatrix;

/// The fewest that an unbiased estimate takes.
pub const MIN_EXAMPLES: usize = 4;

/// A minibatch of fewer than [`MIN_EXAMPLES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("an unbiased estimate takes at least {MIN_EXAMPLES} pictures, not {given}")]
pub struct TooFewExamples {
    /// How many there are.
    pub given: usize,
}

/// A Gram matrix without what a shift of the features could change: zero on the diagonal, and every row sums to zero.
#[derive(Clone, Debug, PartialEq)]
pub struct CentredGram {
    num_examples: usize,
    /// Row by row.
    values: Vec<f64>,
}

impl CentredGram {
    /// U-centring.
    ///
    /// # Errors
    /// There are fewer than [`MIN_EXAMPLES`].
    pub fn of(gram: &GramMatrix) -> Result<Self, TooFewExamples> {
        let num_examples = gram.num_examples();
        if num_examples < MIN_EXAMPLES {
            return Err(TooFewExamples { given: num_examples });
        }
        let count = num_examples as f64;
        let others = |row: usize| (0..num_examples).filter(move |&column| column != row);
        let sums: Vec<f64> =
            (0..num_examples).map(|row| others(row).map(|column| gram.get(row, column)).sum()).collect();
        let mean = sums.iter().sum::<f64>() / ((count - 1.0) * (count - 2.0));
        let mut values = vec![0.0; num_examples * num_examples];
        for row in 0..num_examples {
            for column in others(row) {
                let marginal = (sums[row] + sums[column]) / (count - 2.0);
                values[row * num_examples + column] = gram.get(row, column) - marginal + mean;
            }
        }
        Ok(Self { num_examples, values })
    }

    /// HSIC_1 of two layers.
    ///
    /// # Panics
    /// Where the other is of another number of examples.
    pub fn hsic(&self, other: &Self) -> f64 {
        assert_eq!(self.num_examples, other.num_examples, "both layers are of the same pictures");
        let count = self.num_examples as f64;
        let product: f64 = self.values.iter().zip(&other.values).map(|(left, right)| left * right).sum();
        product / (count * (count - 3.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COUNT: usize = 7;

    fn gram(seed: usize) -> GramMatrix {
        let values: Vec<f32> = (0..COUNT * 3).map(|at| ((at * at * seed + at) % 13) as f32 - 4.0).collect();
        GramMatrix::of(&values, COUNT)
    }

    /// Equation 5 of Song et al.: with the diagonals set to zero,
    /// `(tr(K L) + 1'K1 1'L1 / ((n - 1)(n - 2)) - 2 / (n - 2) 1'K L1) / (n (n - 3))`.
    fn song(left: &GramMatrix, right: &GramMatrix) -> f64 {
        let entry = |gram: &GramMatrix, row: usize, column: usize| {
            if row == column { 0.0 } else { gram.get(row, column) }
        };
        let sum =
            |gram: &GramMatrix, row: usize| (0..COUNT).map(|column| entry(gram, row, column)).sum::<f64>();
        let total = |gram: &GramMatrix| (0..COUNT).map(|row| sum(gram, row)).sum::<f64>();
        let trace: f64 = (0..COUNT * COUNT)
            .map(|at| (at / COUNT, at % COUNT))
            .map(|(row, column)| entry(left, row, column) * entry(right, column, row))
            .sum();
        let cross: f64 = (0..COUNT).map(|middle| sum(left, middle) * sum(right, middle)).sum();
        let n = COUNT as f64;
        (trace + total(left) * total(right) / ((n - 1.0) * (n - 2.0)) - 2.0 / (n - 2.0) * cross)
            / (n * (n - 3.0))
    }

    #[test]
    fn the_inner_product_is_the_published_estimate() {
        for (left, right) in [(1, 2), (3, 5), (4, 4)] {
            let expected = song(&gram(left), &gram(right));
            let centred = |seed: usize| gram(seed).centred().expect("enough examples");
            let found = centred(left).hsic(&centred(right));
            assert!((found - expected).abs() < 1e-9 * expected.abs().max(1.0), "{found}, {expected}");
        }
    }

    #[test]
    fn three_pictures_are_too_few() {
        let gram = GramMatrix::of(&[1.0, 2.0, 4.0], 3);
        assert_eq!(gram.centred(), Err(TooFewExamples { given: 3 }));
    }
}
