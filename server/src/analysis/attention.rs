//! What attention weights say of a picture: heads fused, attention through all blocks, and how far a head looks. Weights come as
//! `[heads, tokens, tokens]`, queries along the rows, as the nodes `attention_weights` hold them.

use rayon::iter::{IntoParallelIterator, IntoParallelRefIterator, ParallelIterator};
use rayon::slice::ParallelSlice;
use shared::TokenLayout;
use shared::views::HeadFusion;

use super::Array;

/// Share of a block's matrix that is the residual stream's in a rollout.
const RESIDUAL_SHARE: f64 = 0.5;

/// How attention is rolled out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rollout {
    /// How the heads of a block become one.
    pub fusion: HeadFusion,
    /// Whether half of each matrix is the identity, for the residual stream.
    pub with_residual: bool,
    /// Share of the weights of each row, the smallest, that are set to zero; those to the first token stay.
    pub discard: f64,
}

/// One matrix of several heads' weights.
///
/// # Shapes
/// `weights`: `[heads, tokens, tokens]` or `[heads, tokens]`, to the same without the first axis.
pub fn fuse(weights: &Array, fusion: HeadFusion) -> Vec<f32> {
    let heads = weights.shape.first().copied().unwrap_or(0);
    let size = weights.values.len() / heads.max(1);
    let of_heads = || weights.values.chunks_exact(size.max(1));
    let largest_or_smallest = |start: f32, choose: fn(f32, f32) -> f32| {
        let mut fused = vec![start; size];
        for head in of_heads() {
            fused.iter_mut().zip(head).for_each(|(fused, weight)| *fused = choose(*fused, *weight));
        }
        fused
    };
    match fusion {
        HeadFusion::Mean => {
            let mut sums = vec![0.0_f32; size];
            for head in of_heads() {
                sums.iter_mut().zip(head).for_each(|(sum, weight)| *sum += weight);
            }
            sums.into_iter().map(|sum| sum / heads as f32).collect()
        }
        HeadFusion::Max => largest_or_smallest(f32::NEG_INFINITY, f32::max),
        HeadFusion::Min => largest_or_smallest(f32::INFINITY, f32::min),
    }
}

/// How much of each token a token holds after each block: its row of the product of all blocks' matrices up to there.
///
/// # Shapes
/// `blocks`: each `[heads, tokens, tokens]`; to one `[tokens]` for each.
///
/// # Source
/// Abnar, Zuidema, "Quantifying Attention Flow in Transformers", 2020. Discarding and fusing by other than the mean are of Gildenblat's
/// vit-explain; rows are divided by their sum afterwards, so that they still sum to 1.
pub fn rollout(blocks: &[Array], how: Rollout, token: usize) -> Vec<Vec<f64>> {
    let steps: Vec<Vec<f64>> = blocks.par_iter().map(|block| step(block, how)).collect();
    let row = |last: usize| {
        let tokens = side(&blocks[last]);
        let row = steps[last][token * tokens..(token + 1) * tokens].to_vec();
        steps[..last].iter().rev().fold(row, |row, step| times(&row, step))
    };
    (0..blocks.len()).into_par_iter().map(row).collect()
}

/// Side of the matrices of each head.
fn side(weights: &Array) -> usize {
    weights.shape.last().copied().unwrap_or(0).max(1)
}

/// One block's matrix, its rows summing to 1.
fn step(block: &Array, how: Rollout) -> Vec<f64> {
    let tokens = side(block);
    let mut matrix: Vec<f64> = fuse(block, how.fusion).into_iter().map(f64::from).collect();
    let num_discarded = (how.discard * tokens as f64).floor() as usize;
    for (query, row) in matrix.chunks_mut(tokens).enumerate() {
        discard_smallest(row, num_discarded);
        let sum: f64 = row.iter().sum();
        row.iter_mut().for_each(|weight| *weight /= sum);
        if how.with_residual {
            row.iter_mut().for_each(|weight| *weight *= 1.0 - RESIDUAL_SHARE);
            row[query] += RESIDUAL_SHARE;
        }
    }
    matrix
}

/// Sets the `count` smallest to zero, but never the first, which is the class token's.
fn discard_smallest(row: &mut [f64], count: usize) {
    if count == 0 {
        return;
    }
    let mut order: Vec<usize> = (0..row.len()).collect();
    order.sort_by(|one, other| row[*one].total_cmp(&row[*other]));
    for index in order.into_iter().take(count).filter(|index| *index != 0) {
        row[index] = 0.0;
    }
}

/// A row times a matrix.
fn times(row: &[f64], matrix: &[f64]) -> Vec<f64> {
    let mut product = vec![0.0; row.len()];
    for (weight, other) in row.iter().zip(matrix.chunks(row.len())) {
        product.iter_mut().zip(other).for_each(|(sum, value)| *sum += weight * value);
    }
    product
}

/// The relevance of every token for a mixture of tokens: `R + E_h[(gradient * weights)^+] R` block by block, from the identity, and of
/// that the rows in these proportions.
///
/// # Shapes
/// `blocks`: weights and gradients, each `[heads, tokens, tokens]`; `mixture`: `[tokens]`, to the same.
///
/// # Source
/// Chefer, Gur, Wolf, "Generic Attention-model Explainability", 2021, equations 5 and 6.
pub fn relevance(blocks: &[(Array, Array)], mixture: &[f64]) -> Vec<f64> {
    let of_block = |(weights, gradients): &(Array, Array)| {
        let size = side(weights) * side(weights);
        let mut mean = vec![0.0; size];
        let heads = weights.values.chunks_exact(size).zip(gradients.values.chunks_exact(size));
        for (weights, gradients) in heads {
            for ((mean, weight), gradient) in mean.iter_mut().zip(weights).zip(gradients) {
                *mean += (f64::from(*weight) * f64::from(*gradient)).max(0.0);
            }
        }
        let heads = (weights.values.len() / size) as f64;
        mean.iter_mut().for_each(|mean| *mean /= heads);
        mean
    };
    let steps: Vec<Vec<f64>> = blocks.par_iter().map(of_block).collect();
    steps.iter().rev().fold(mixture.to_vec(), |row, step| {
        let added = times(&row, step);
        row.iter().zip(added).map(|(value, added)| value + added).collect()
    })
}

/// Where patches lie, for distances between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PatchGrid {
    /// Tokens before the first patch.
    pub num_leading: usize,
    /// Rows and columns.
    pub side: usize,
    /// Side of a patch.
    pub patch_size_px: usize,
}

impl PatchGrid {
    /// Of a Vision Transformer's tokens.
    pub fn of(layout: &TokenLayout) -> Self {
        Self {
            num_leading: layout.num_leading(),
            side: layout.patches_per_side,
            patch_size_px: layout.patch_size_px,
        }
    }

    /// Mean distance in pixels between a patch and what it attends to, of each head of each block: weights to tokens that are no patches
    /// are left out, and the rest of a row divided by its sum.
    ///
    /// # Shapes
    /// `blocks`: each `[heads, tokens, tokens]`, to `[blocks, heads]`.
    ///
    /// # Source
    /// Dosovitskiy et al. 2021, Figure 7; Raghu et al. 2021.
    pub fn mean_distances_px(self, blocks: &[Array]) -> Vec<f64> {
        let (count, distances_px) = (self.side * self.side, self.distances_px());
        let of_head = |head: &[f32]| {
            let rows = head.chunks_exact(self.num_leading + count).skip(self.num_leading);
            let of_query = |(row, distances_px): (&[f32], &[f32])| {
                let [sum, weighted] = sums(&row[self.num_leading..], distances_px);
                if sum > 0.0 { f64::from(weighted / sum) } else { 0.0 }
            };
            rows.zip(distances_px.chunks_exact(count)).map(of_query).sum::<f64>() / count as f64
        };
        let heads = blocks.par_iter().flat_map(|block| block.values.par_chunks(side(block) * side(block)));
        heads.map(of_head).collect()
    }

    /// From each patch to each.
    fn distances_px(self) -> Vec<f32> {
        let (side, count) = (self.side, self.side * self.side);
        // By how many rows and columns two patches are apart says how far.
        let apart = |index: usize| ((index / side) as f32).hypot((index % side) as f32);
        let of_offsets: Vec<f32> = (0..count).map(|index| apart(index) * self.patch_size_px as f32).collect();
        let mut distances_px = Vec::with_capacity(count * count);
        for (row, column) in (0..count).map(|patch| (patch / side, patch % side)) {
            for other_row in 0..side {
                let of_row = &of_offsets[row.abs_diff(other_row) * side..][..side];
                distances_px.extend((0..side).map(|other_column| of_row[column.abs_diff(other_column)]));
            }
        }
        distances_px
    }

    /// What even attention over all patches gives.
    pub fn uniform_px(self) -> f64 {
        self.mean_over_patches(|_query, _key| 1.0)
    }

    /// What even attention over a patch and its up to eight neighbours gives.
    pub fn neighbourhood_px(self) -> f64 {
        let is_near = |one: usize, other: usize| one.abs_diff(other) <= 1;
        self.mean_over_patches(|query, key| {
            let (rows, columns) =
                ((query / self.side, key / self.side), (query % self.side, key % self.side));
            f64::from(u8::from(is_near(rows.0, rows.1) && is_near(columns.0, columns.1)))
        })
    }

    fn mean_over_patches(self, weight: impl Fn(usize, usize) -> f64) -> f64 {
        let (count, distances_px) = (self.side * self.side, self.distances_px());
        let of_query = |query: usize| {
            let (mut sum, mut weighted) = (0.0, 0.0);
            for (key, distance_px) in distances_px[query * count..][..count].iter().enumerate() {
                let weight = weight(query, key);
                sum += weight;
                weighted += weight * f64::from(*distance_px);
            }
            if sum > 0.0 { weighted / sum } else { 0.0 }
        };
        (0..count).map(of_query).sum::<f64>() / count.max(1) as f64
    }
}

/// The sum of some weights, and that of their products with distances; in lanes, so that it needs no order.
fn sums(weights: &[f32], distances_px: &[f32]) -> [f32; 2] {
    const LANES: usize = 16;
    let mut lanes = [[0.0_f32; LANES]; 2];
    for (weights, distances_px) in weights.chunks(LANES).zip(distances_px.chunks(LANES)) {
        for (lane, (weight, distance_px)) in weights.iter().zip(distances_px).enumerate() {
            lanes[0][lane] += weight;
            lanes[1][lane] += weight * distance_px;
        }
    }
    lanes.map(|lanes| lanes.iter().sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    const VIT_B16: PatchGrid = PatchGrid { num_leading: 1, side: 14, patch_size_px: 16 };

    #[test]
    fn the_reference_distances_are_the_known_ones() {
        assert!((VIT_B16.uniform_px() - 116.5).abs() < 0.05, "{}", VIT_B16.uniform_px());
        assert!((VIT_B16.neighbourhood_px() - 16.7).abs() < 0.05, "{}", VIT_B16.neighbourhood_px());
        let even = Array::new(vec![1, 197, 197], vec![1.0 / 197.0; 197 * 197]);
        let distances = VIT_B16.mean_distances_px(&[even]);
        assert!((distances[0] - VIT_B16.uniform_px()).abs() < 1e-3, "{distances:?}");
    }

    #[test]
    fn rows_of_a_rollout_sum_to_one_however_it_is_made() {
        let values: Vec<f32> = (0..2 * 9).map(|index| ((index * 7) % 5) as f32 + 0.5).collect();
        let block = Array::new(vec![2, 3, 3], values);
        for fusion in [HeadFusion::Mean, HeadFusion::Max, HeadFusion::Min] {
            for (with_residual, discard) in [(true, 0.0), (false, 0.0), (true, 0.7), (false, 0.7)] {
                let how = Rollout { fusion, with_residual, discard };
                for row in (0..3).flat_map(|token| rollout(&[block.clone(), block.clone()], how, token)) {
                    assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{how:?} {row:?}");
                }
            }
        }
    }

    #[test]
    fn the_class_tokens_weight_is_never_discarded() {
        let mut row = [0.1, 0.5, 0.2, 0.2];
        discard_smallest(&mut row, 3);
        assert_eq!(row, [0.1, 0.5, 0.0, 0.0]);
    }

    #[test]
    fn negative_products_have_no_relevance() {
        let weights = Array::new(vec![1, 2, 2], vec![0.5, 0.5, 0.25, 0.75]);
        let gradients = Array::new(vec![1, 2, 2], vec![-1.0, 2.0, 4.0, -1.0]);
        let blocks = [(weights, gradients)];
        assert_eq!(relevance(&blocks, &[1.0, 0.0]), [1.0, 1.0]);
        assert_eq!(relevance(&blocks, &[0.0, 1.0]), [1.0, 1.0]);
    }
}
