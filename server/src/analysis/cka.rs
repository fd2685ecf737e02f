//! Linear centred kernel alignment (CKA): how alike the geometry of a set of pictures is in two layers, whatever their widths.
//! Between the layers' features, which are handed in a minibatch at a time, and the matrix that is drawn.
//!
//! # Source
//! Kornblith, Norouzi, Lee, Hinton, "Similarity of Neural Network Representations Revisited", ICML 2019, section 3:
//! `CKA = HSIC(K, L) / sqrt(HSIC(K, K) HSIC(L, L))` with `K = X X^T`, `L = Y Y^T`. Nguyen, Raghu, Kornblith, "Do Wide and Deep
//! Networks Learn the Same Things?", ICLR 2021, section 3.1: each HSIC is the sum of unbiased estimates over minibatches. Raghu et
//! al., "Do Vision Transformers See Like Convolutional Neural Networks?", NeurIPS 2021, compares the two families by it.

pub mod gram;
pub mod hsic;

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use gram::GramMatrix;
pub use hsic::{CentredGram, MIN_EXAMPLES, TooFewExamples};

/// A layer that holds the same for every picture is like no other, not even itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("layer {layer} holds the same for every picture of every minibatch")]
pub struct ConstantLayer {
    /// Its position.
    pub layer: usize,
}

/// HSIC of all pairs of layers, summed over minibatches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HsicSums {
    num_layers: usize,
    num_minibatches: u64,
    /// `[layers, layers]`, row by row.
    sums: Vec<f64>,
}

impl HsicSums {
    /// Before the first minibatch.
    pub fn new(num_layers: usize) -> Self {
        Self { num_layers, num_minibatches: 0, sums: vec![0.0; num_layers * num_layers] }
    }

    /// Minibatches so far.
    pub fn num_minibatches(&self) -> u64 {
        self.num_minibatches
    }

    /// Adds a minibatch: the same pictures, in the same order, at every layer.
    ///
    /// # Panics
    /// Where there are more or fewer layers than these sums are of.
    pub fn add(&mut self, layers: &[CentredGram]) {
        assert_eq!(layers.len(), self.num_layers, "every layer has its Gram matrix");
        for (row, left) in layers.iter().enumerate() {
            for (column, right) in layers.iter().enumerate().skip(row) {
                let hsic = left.hsic(right);
                self.sums[row * self.num_layers + column] += hsic;
                if row != column {
                    self.sums[column * self.num_layers + row] += hsic;
                }
            }
        }
        self.num_minibatches += 1;
    }

    /// A sum over the minibatches; of their mean it is a multiple that CKA does not depend on.
    pub fn hsic(&self, row: usize, column: usize) -> f64 {
        self.sums[row * self.num_layers + column]
    }

    /// `[layers, layers]`, in -1..=1, 1 on the diagonal.
    ///
    /// # Errors
    /// A layer varies with nothing, so that nothing can vary with it.
    pub fn cka(&self) -> Result<Vec<Vec<f64>>, ConstantLayer> {
        let constant = (0..self.num_layers).find(|&layer| self.hsic(layer, layer) <= 0.0);
        if let Some(layer) = constant {
            return Err(ConstantLayer { layer });
        }
        let cka = |row: usize, column: usize| {
            self.hsic(row, column) / (self.hsic(row, row) * self.hsic(column, column)).sqrt()
        };
        Ok((0..self.num_layers)
            .map(|row| (0..self.num_layers).map(|column| cka(row, column)).collect())
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PICTURES: usize = 32;

    /// `[pictures, width]`, independent values of mean 0: splitmix64 of seed and position.
    fn random(seed: u64, width: usize) -> Vec<f32> {
        let value = |position: u64| {
            let mut bits = (seed << 40).wrapping_add(position + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            ((bits ^ (bits >> 31)) >> 40) as f32 / 8_388_608.0 - 1.0
        };
        (0..(PICTURES * width) as u64).map(value).collect()
    }

    fn cka(left: &[f32], right: &[f32]) -> f64 {
        let mut sums = HsicSums::new(2);
        sums.add(
            &[left, right].map(|features| GramMatrix::of(features, PICTURES).centred().expect("enough")),
        );
        sums.cka().expect("they vary")[0][1]
    }

    /// The estimate of the first paper, which is not used: `tr(K H L H)` with the centring matrix `H`.
    fn biased_cka(left: &[f32], right: &[f32]) -> f64 {
        let [left, right] = [left, right].map(|features| doubly_centred(&GramMatrix::of(features, PICTURES)));
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        dot(&left, &right) / (dot(&left, &left) * dot(&right, &right)).sqrt()
    }

    fn doubly_centred(gram: &GramMatrix) -> Vec<f64> {
        let count = PICTURES as f64;
        let means: Vec<f64> = (0..PICTURES)
            .map(|row| (0..PICTURES).map(|column| gram.get(row, column)).sum::<f64>() / count)
            .collect();
        let mean = means.iter().sum::<f64>() / count;
        (0..PICTURES * PICTURES)
            .map(|at| (at / PICTURES, at % PICTURES))
            .map(|(row, column)| gram.get(row, column) - means[row] - means[column] + mean)
            .collect()
    }

    #[test]
    fn independent_layers_are_alike_only_to_the_biased_estimate() {
        // K is width * I and noise of variance width, so the biased estimate tends to 1 / (1 + pictures / width): 32 / 33.
        const WIDTH: usize = 1024;
        let expected = 1.0 / (1.0 + PICTURES as f64 / WIDTH as f64);
        let pairs: Vec<[Vec<f32>; 2]> =
            (0..8).map(|pair| [2 * pair, 2 * pair + 1].map(|seed| random(seed, WIDTH))).collect();
        for [left, right] in &pairs {
            // Over draws the unbiased estimate deviates by 0.046 (numpy), the biased one by 0.002.
            assert!(cka(left, right).abs() < 0.2, "{}", cka(left, right));
            let biased = biased_cka(left, right);
            assert!((biased - expected).abs() < 0.01, "{biased}, {expected} expected");
        }
        let mean = pairs.iter().map(|[left, right]| cka(left, right)).sum::<f64>() / 8.0;
        assert!(mean.abs() < 0.05, "{mean}");
    }

    #[test]
    fn a_layer_is_like_itself_rotated_scaled_and_shifted() {
        let layer = random(1, 6);
        assert!((cka(&layer, &layer) - 1.0).abs() < 1e-12);
        let (sine, cosine) = 0.7_f32.sin_cos();
        let moved: Vec<f32> = layer
            .chunks_exact(6)
            .flat_map(|row| {
                let turned = [cosine * row[0] - sine * row[3], sine * row[0] + cosine * row[3]];
                [row[5], turned[0], row[1], -row[2], turned[1], row[4]].map(|value| 3.5 * value + 2.0)
            })
            .collect();
        assert!((cka(&layer, &moved) - 1.0).abs() < 1e-6, "{}", cka(&layer, &moved));
        let stretched: Vec<f32> = layer
            .chunks_exact(6)
            .flat_map(|row| [9.0 * row[0], row[1], row[2], row[3], row[4], row[5]])
            .collect();
        assert!(cka(&layer, &stretched) < 0.9, "not every linear map: {}", cka(&layer, &stretched));
    }

    #[test]
    fn hsic_is_summed_over_minibatches_before_it_is_divided() {
        let grams = |seeds: [u64; 2]| {
            seeds.map(|seed| GramMatrix::of(&random(seed, 5), PICTURES).centred().expect("enough"))
        };
        let minibatches = [grams([1, 2]), grams([3, 4])];
        let mut sums = HsicSums::new(2);
        minibatches.iter().for_each(|minibatch| sums.add(minibatch));
        let sum = |left: usize, right: usize| {
            minibatches.iter().map(|layers| layers[left].hsic(&layers[right])).sum::<f64>()
        };
        let expected = sum(0, 1) / (sum(0, 0) * sum(1, 1)).sqrt();
        let cka = sums.cka().expect("they vary");
        assert!((cka[0][1] - expected).abs() < 1e-12 && cka[0][1] == cka[1][0]);
        assert_eq!(sums.num_minibatches(), 2);
    }

    #[test]
    fn a_constant_layer_is_named() {
        let constant = vec![0.5; PICTURES * 3];
        let mut sums = HsicSums::new(2);
        let layers = [random(1, 3), constant];
        sums.add(&layers.map(|layer| GramMatrix::of(&layer, PICTURES).centred().expect("enough")));
        assert_eq!(sums.cka(), Err(ConstantLayer { layer: 1 }));
    }
}
