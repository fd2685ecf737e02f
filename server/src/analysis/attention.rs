//! What attention weights say of a picture: heads fused, attention through all blocks, and how far a head looks. Weights come as
//! `[heads, tokens, tokens]`, queries along the rows, as the nodes `attention_weights` hold them.

use rayon::iter::{IndexedParallelIterator, ParallelIterator};
use rayon::slice::{ParallelSlice, ParallelSliceMut};
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
            let mut sums = vec![0.0_f64; size];
            for head in of_heads() {
                sums.iter_mut().zip(head).for_each(|(sum, weight)| *sum += f64::from(*weight));
            }
            sums.into_iter().map(|sum| (sum / heads as f64) as f32).collect()
        }
        HeadFusion::Max => largest_or_smallest(f32::NEG_INFINITY, f32::max),
        HeadFusion::Min => largest_or_smallest(f32::INFINITY, f32::min),
    }
}

/// The product of all blocks' matrices up to each block.
///
/// # Shapes
/// `blocks`: each `[heads, tokens, tokens]`; to one `[tokens, tokens]` for each.
///
/// # Source
/// Abnar, Zuidema, "Quantifying Attention Flow in Transformers", 2020. Discarding and fusing by other than the mean are of Gildenblat's
/// vit-explain; rows are divided by their sum afterwards, so that they still sum to 1.
pub fn rollout(blocks: &[Array], how: Rollout) -> Vec<Vec<f64>> {
    let mut products: Vec<Vec<f64>> = Vec::with_capacity(blocks.len());
    for block in blocks {
        let tokens = block.shape.last().copied().unwrap_or(0);
        let step = step(block, tokens, how);
        let product = products.last().map_or_else(|| step.clone(), |before| multiply(&step, before, tokens));
        products.push(product);
    }
    products
}

/// One block's matrix, its rows summing to 1.
fn step(block: &Array, tokens: usize, how: Rollout) -> Vec<f64> {
    let mut matrix: Vec<f64> = fuse(block, how.fusion).into_iter().map(f64::from).collect();
    let num_discarded = (how.discard * tokens as f64).floor() as usize;
    for (query, row) in matrix.chunks_mut(tokens.max(1)).enumerate() {
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

fn multiply(left: &[f64], right: &[f64], size: usize) -> Vec<f64> {
    let mut product = vec![0.0; size * size];
    product.par_chunks_mut(size.max(1)).zip(left.par_chunks(size.max(1))).for_each(|(sums, weights)| {
        for (weight, other) in weights.iter().zip(right.chunks(size)) {
            sums.iter_mut().zip(other).for_each(|(sum, value)| *sum += weight * value);
        }
    });
    product
}

/// The relevance of every token for every other, block by block: `R + E_h[(gradient * weights)^+] R`, from the identity.
///
/// # Shapes
/// `blocks`: weights and gradients, each `[heads, tokens, tokens]`; to `[tokens, tokens]`.
///
/// # Source
/// Chefer, Gur, Wolf, "Generic Attention-model Explainability", 2021, equations 5 and 6.
pub fn relevance(blocks: &[(Array, Array)]) -> Vec<f64> {
    let tokens = blocks.first().and_then(|(weights, _)| weights.shape.last().copied()).unwrap_or(0);
    let mut relevance: Vec<f64> =
        (0..tokens * tokens).map(|index| if index / tokens == index % tokens { 1.0 } else { 0.0 }).collect();
    for (weights, gradients) in blocks {
        let heads = weights.shape.first().copied().unwrap_or(0).max(1);
        let mut mean = vec![0.0; tokens * tokens];
        let products = weights.values.iter().zip(gradients.values.iter());
        for (index, (weight, gradient)) in products.enumerate() {
            let positive = (f64::from(*weight) * f64::from(*gradient)).max(0.0);
            mean[index % (tokens * tokens)] += positive / heads as f64;
        }
        let added = multiply(&mean, &relevance, tokens);
        relevance.iter_mut().zip(added).for_each(|(sum, value)| *sum += value);
    }
    relevance
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

    /// Mean distance in pixels between a patch and what it attends to, of each head: weights to tokens that are no patches are left
    /// out, and the rest of a row divided by its sum.
    ///
    /// # Shapes
    /// `weights`: `[heads, tokens, tokens]`, to `[heads]`.
    ///
    /// # Source
    /// Dosovitskiy et al. 2021, Figure 7; Raghu et al. 2021.
    pub fn mean_distances_px(self, weights: &Array) -> Vec<f64> {
        let tokens = weights.shape.last().copied().unwrap_or(0).max(1);
        weights.values.par_chunks(tokens * tokens).map(|head| self.mean_distance_px(head, tokens)).collect()
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

    fn mean_distance_px(self, head: &[f32], tokens: usize) -> f64 {
        self.mean_over_patches(|query, key| {
            f64::from(head[(self.num_leading + query) * tokens + self.num_leading + key])
        })
    }

    fn mean_over_patches(self, weight: impl Fn(usize, usize) -> f64) -> f64 {
        let (side, count) = (self.side, self.side * self.side);
        // By how many rows and columns two patches are apart says how far.
        let distances_px: Vec<f64> = (0..count)
            .map(|apart| ((apart / side) as f64).hypot((apart % side) as f64) * self.patch_size_px as f64)
            .collect();
        let of_query = |query: usize| {
            let (mut sum, mut weighted) = (0.0, 0.0);
            for row in 0..side {
                let distances_px = &distances_px[row.abs_diff(query / side) * side..][..side];
                for column in 0..side {
                    let weight = weight(query, row * side + column);
                    sum += weight;
                    weighted += weight * distances_px[column.abs_diff(query % side)];
                }
            }
            if sum > 0.0 { weighted / sum } else { 0.0 }
        };
        (0..count).map(of_query).sum::<f64>() / count.max(1) as f64
    }
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
        let distances = VIT_B16.mean_distances_px(&even);
        assert!((distances[0] - VIT_B16.uniform_px()).abs() < 1e-3, "{distances:?}");
    }

    #[test]
    fn rows_of_a_rollout_sum_to_one_however_it_is_made() {
        let values: Vec<f32> = (0..2 * 9).map(|index| ((index * 7) % 5) as f32 + 0.5).collect();
        let block = Array::new(vec![2, 3, 3], values);
        for fusion in [HeadFusion::Mean, HeadFusion::Max, HeadFusion::Min] {
            for (with_residual, discard) in [(true, 0.0), (false, 0.0), (true, 0.7), (false, 0.7)] {
                let how = Rollout { fusion, with_residual, discard };
                for product in rollout(&[block.clone(), block.clone()], how) {
                    for row in product.chunks(3) {
                        assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{how:?} {row:?}");
                    }
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
        assert_eq!(relevance(&[(weights, gradients)]), [1.0, 1.0, 1.0, 1.0]);
    }
}
