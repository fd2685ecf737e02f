//! Attention in two steps, weights and then context, each with its gradient.

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::{Heads, pack, turn};
use crate::kernels::lanes::{Kernel, Lanes, run};
use crate::kernels::level::Level;
use crate::kernels::memory::{MARGIN, Shared, filled, with_scratch};
use crate::kernels::tile::{Output, ROWS, RowSide, product};

/// What is computed of each head.
#[derive(Clone, Copy, Debug)]
enum Step<'a> {
    /// Values in the proportions of the weights, to `[batch, tokens, dim]`.
    Context,
    /// The gradients of weights and values for this gradient of the context.
    OfContext(&'a [f32]),
    /// The gradients of queries and keys for this gradient of the weights.
    OfWeights(&'a [f32]),
}

impl Heads {
    /// Values in the proportions of these weights.
    ///
    /// # Shapes
    /// `weights`: `[batch, heads, tokens, tokens]`, `joined`: `[batch, tokens, 3 * dim]`, to `[batch, tokens, dim]`.
    pub fn weigh(self, level: Level, weights: &[f32], joined: &[f32]) -> Vec<f32> {
        let length = joined.len() / 3;
        // SAFETY: every head writes its features of every token.
        unsafe {
            filled(length, |out| {
                let out = Shared::of(out);
                self.for_each_head(level, weights, joined, Step::Context, out, out);
            })
        }
    }

    /// From the gradient of [`Self::weigh`] to those of the weights and of what is joined.
    ///
    /// # Shapes
    /// As there.
    pub fn gradient_of_context(
        self,
        level: Level,
        weights: &[f32],
        joined: &[f32],
        gradient: &[f32],
    ) -> [Vec<f32>; 2] {
        assert_eq!(gradient.len() * 3, joined.len(), "a gradient for each feature");
        let mut of_joined = vec![0.0; joined.len()];
        let target = Shared::over(&mut of_joined);
        // SAFETY: every head writes all of its map.
        let of_weights = unsafe {
            filled(weights.len(), |out| {
                let step = Step::OfContext(gradient);
                self.for_each_head(level, weights, joined, step, Shared::of(out), target);
            })
        };
        [of_weights, of_joined]
    }

    /// From the gradient of the weights to that of what is joined.
    ///
    /// # Shapes
    /// As [`Self::weigh`].
    pub fn gradient_of_weights(
        self,
        level: Level,
        weights: &[f32],
        joined: &[f32],
        gradient: &[f32],
    ) -> Vec<f32> {
        assert_eq!(gradient.len(), weights.len(), "a gradient for each weight");
        let mut of_joined = vec![0.0; joined.len()];
        let target = Shared::over(&mut of_joined);
        self.for_each_head(level, weights, joined, Step::OfWeights(gradient), target, target);
        of_joined
    }

    fn for_each_head(
        self,
        level: Level,
        weights: &[f32],
        joined: &[f32],
        step: Step<'_>,
        out: Shared,
        of_joined: Shared,
    ) {
        let Self { tokens, heads, .. } = self;
        let (map, image) = (tokens * tokens, tokens * 3 * self.dim());
        assert_eq!(weights.len() * image, joined.len() * heads * map, "a map for each head");
        (0..weights.len() / map).into_par_iter().for_each(|index| {
            let (picture, head) = (index / heads, index % heads);
            let scratch = self.head_dim * self.row() + (tokens + ROWS) * (self.value_row() + self.row());
            with_scratch(scratch + 2 * MARGIN, |scratch| {
                let head = Head {
                    sizes: self,
                    weights: &weights[index * map..][..map],
                    joined: &joined[picture * image..][..image],
                    step,
                    index,
                    picture,
                    head,
                    scratch,
                    out,
                    of_joined,
                };
                run(level, head);
            });
        });
    }
}

/// One head of one picture.
struct Head<'a> {
    sizes: Heads,
    /// `[tokens, tokens]`
    weights: &'a [f32],
    /// `[tokens, 3 * dim]`
    joined: &'a [f32],
    step: Step<'a>,
    index: usize,
    picture: usize,
    head: usize,
    scratch: &'a mut [f32],
    out: Shared,
    of_joined: Shared,
}

impl Kernel for Head<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let Heads { tokens, head_dim, .. } = self.sizes;
        let (dim, row, value_row) = (self.sizes.dim(), self.sizes.row(), self.sizes.value_row());
        let (features, rest) = self.scratch.split_at_mut(tokens * value_row + MARGIN);
        let (turned, map) = rest.split_at_mut(head_dim * row + MARGIN);
        let place = self.head * head_dim;
        let (own, joined) = (self.picture * tokens * dim + place, self.picture * tokens * 3 * dim + place);
        // SAFETY: at this level; all sides are packed with whole vectors, maps with as many rows as tiles have; the features of this
        // head are this task's own.
        unsafe {
            match self.step {
                Step::Context => {
                    pack(&self.joined[2 * dim + place..], 3 * dim, head_dim, 1.0, features, value_row);
                    let a = RowSide::Plain(self.weights.as_ptr(), tokens);
                    let out = Output { start: self.out.at(own), step: dim };
                    product::<L>([tokens, head_dim, tokens], a, (features.as_ptr(), value_row), out);
                }
                Step::OfContext(gradient) => {
                    let gradient = &gradient[own..];
                    // weights: gradient of the context times the values, turned.
                    turn(&self.joined[2 * dim + place..], 3 * dim, [tokens, head_dim], 1.0, turned, row);
                    let a = RowSide::Plain(gradient.as_ptr(), dim);
                    let out = Output { start: self.out.at(self.index * tokens * tokens), step: tokens };
                    product::<L>([tokens, tokens, head_dim], a, (turned.as_ptr(), row), out);
                    // values: the weights, turned, times the gradient of the context.
                    copy_map(self.weights, tokens, map, row);
                    pack(gradient, dim, head_dim, 1.0, features, value_row);
                    let out = Output { start: self.of_joined.at(joined + 2 * dim), step: 3 * dim };
                    let a = RowSide::Packed(map.as_ptr(), row);
                    product::<L>([tokens, head_dim, tokens], a, (features.as_ptr(), value_row), out);
                }
                Step::OfWeights(gradient) => {
                    let gradient = &gradient[self.index * tokens * tokens..][..tokens * tokens];
                    copy_map(self.weights, tokens, map, row);
                    through_softmax(gradient, tokens, map, row);
                    let scale = 1.0 / (head_dim as f32).sqrt();
                    // queries: the gradient of the scores times the keys; keys: turned, times the queries.
                    pack(&self.joined[dim + place..], 3 * dim, head_dim, scale, features, value_row);
                    let out = Output { start: self.of_joined.at(joined), step: 3 * dim };
                    let a = RowSide::Plain(map.as_ptr(), row);
                    product::<L>([tokens, head_dim, tokens], a, (features.as_ptr(), value_row), out);
                    pack(&self.joined[place..], 3 * dim, head_dim, scale, features, value_row);
                    let out = Output { start: self.of_joined.at(joined + dim), step: 3 * dim };
                    let a = RowSide::Packed(map.as_ptr(), row);
                    product::<L>([tokens, head_dim, tokens], a, (features.as_ptr(), value_row), out);
                }
            }
        }
    }
}

/// Copies a map to rows of this length; what is beyond them is 0, as far as tiles read.
#[inline(always)]
fn copy_map(from: &[f32], tokens: usize, to: &mut [f32], row: usize) {
    to.fill(0.0);
    for (from, to) in from.chunks_exact(tokens).zip(to.chunks_exact_mut(row)) {
        to[..tokens].copy_from_slice(from);
    }
}

/// From the gradient of a softmax to that of its scores, in place of the weights.
#[inline(always)]
fn through_softmax(gradient: &[f32], tokens: usize, weights: &mut [f32], row: usize) {
    for (gradient, weights) in gradient.chunks_exact(tokens).zip(weights.chunks_exact_mut(row)) {
        let products = gradient.iter().zip(weights.iter());
        let mean: f32 = products.map(|(gradient, weight)| gradient * weight).sum();
        for (weight, gradient) in weights.iter_mut().zip(gradient) {
            *weight *= gradient - mean;
        }
    }
}
