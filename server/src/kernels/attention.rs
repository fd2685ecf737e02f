//! Scaled dot-product attention, some queries of a head at a time: scores and weights of a few rows live in the first cache, and are
//! written out only where somebody asks for them.

mod steps;

use std::mem::MaybeUninit;

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::lanes::{Kernel, Lanes, run};
use super::level::Level;
use super::memory::{MARGIN, Shared, filled, with_scratch};
use super::rows::softmax_row;
use super::tile::{COLUMNS, Output, ROWS, RowSide, product};

/// Sizes of an attention.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heads {
    /// Tokens of a picture.
    pub tokens: usize,
    /// Heads.
    pub heads: usize,
    /// Features of a query.
    pub head_dim: usize,
}

/// What an attention leaves behind.
#[derive(Clone, Debug)]
pub struct Attention {
    /// Before the softmax, after the division, `[batch, heads, tokens, tokens]`; empty where it was not wanted.
    pub scores: Vec<f32>,
    /// After it, of the same shape; empty where it was not wanted.
    pub weights: Vec<f32>,
    /// The values in these proportions, `[batch, tokens, dim]`.
    pub context: Vec<f32>,
}

/// Where scores and weights are written, if at all, `[batch, heads, tokens, tokens]`.
#[derive(Debug, Default)]
pub(super) struct Wanted<'a> {
    /// Before the softmax, after the division.
    pub scores: Option<&'a mut [MaybeUninit<f32>]>,
    /// After it.
    pub weights: Option<&'a mut [MaybeUninit<f32>]>,
}

impl Heads {
    /// Features of a token.
    pub fn dim(self) -> usize {
        self.heads * self.head_dim
    }

    /// Attends; scores and weights are materialised only where they are wanted.
    ///
    /// # Shapes
    /// `joined`: `[batch, tokens, 3 * dim]`, queries, keys and values side by side.
    pub fn attend(self, level: Level, joined: &[f32], wants_scores: bool, wants_weights: bool) -> Attention {
        let context_len = joined.len() / 3;
        let maps = context_len / self.head_dim * self.tokens;
        let (mut scores, mut weights) = (Vec::new(), Vec::new());
        // SAFETY: all of the output is written, and all of what is wanted; nothing is as long as what is not.
        let context = unsafe {
            filled(context_len, |output| {
                scores = filled(if wants_scores { maps } else { 0 }, |scores| {
                    weights = filled(if wants_weights { maps } else { 0 }, |weights| {
                        let wanted = Wanted {
                            scores: wants_scores.then_some(scores),
                            weights: wants_weights.then_some(weights),
                        };
                        self.attend_into(level, joined, output, wanted);
                    });
                });
            })
        };
        Attention { scores, weights, context }
    }

    /// The same, written to all of `output`, and all of what is wanted.
    ///
    /// # Shapes
    /// `joined`: `[batch, tokens, 3 * dim]`, queries, keys and values side by side, to `[batch, tokens, dim]`.
    pub(super) fn attend_into(
        self,
        level: Level,
        joined: &[f32],
        output: &mut [MaybeUninit<f32>],
        wanted: Wanted<'_>,
    ) {
        let image = self.tokens * 3 * self.dim();
        let batch = joined.len() / image;
        assert_eq!(joined.len(), batch * image, "whole pictures");
        assert_eq!(output.len(), batch * self.tokens * self.dim(), "room for whole pictures");
        let maps = batch * self.heads * self.tokens * self.tokens;
        for part in [&wanted.scores, &wanted.weights].into_iter().flatten() {
            assert_eq!(part.len(), maps, "room for a map for each head");
        }
        let out = Shared::of(output);
        let [scores, weights] = [wanted.scores, wanted.weights].map(|part| part.map(Shared::of));
        (0..batch * self.heads).into_par_iter().for_each(|index| {
            let (picture, head) = (index / self.heads, index % self.heads);
            with_scratch(self.scratch_len(), |scratch| {
                let joined = &joined[picture * image..][..image];
                run(level, Task { sizes: self, joined, index, head, picture, scratch, out, scores, weights });
            });
        });
    }

    /// From one row of scores to the next: whole vectors, and no power of two.
    fn row(self) -> usize {
        self.tokens.next_multiple_of(COLUMNS / 3)
    }

    /// From one token's value to the next.
    fn value_row(self) -> usize {
        self.head_dim.next_multiple_of(COLUMNS / 3)
    }

    /// Transposed keys, values, some rows of scores, each with a margin.
    fn scratch_len(self) -> usize {
        self.head_dim * self.row() + self.tokens * self.value_row() + ROWS * self.row() + 3 * MARGIN
    }
}

/// One head of one picture.
struct Task<'a> {
    sizes: Heads,
    joined: &'a [f32],
    index: usize,
    head: usize,
    picture: usize,
    scratch: &'a mut [f32],
    out: Shared,
    scores: Option<Shared>,
    weights: Option<Shared>,
}

impl Kernel for Task<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let Heads { tokens, head_dim, .. } = self.sizes;
        let (dim, row_len, value_row) = (self.sizes.dim(), self.sizes.row(), self.sizes.value_row());
        let query = &self.joined[self.head * head_dim..];
        let (keys, rest) = self.scratch.split_at_mut(head_dim * row_len + MARGIN);
        let (values, rows) = rest.split_at_mut(tokens * value_row + MARGIN);
        // What is beyond the last token makes scores that nobody reads.
        keys.fill(0.0);
        let scale = 1.0 / (head_dim as f32).sqrt();
        turn(&query[dim..], 3 * dim, [tokens, head_dim], scale, keys, row_len);
        pack(&query[2 * dim..], 3 * dim, head_dim, 1.0, values, value_row);
        let map = self.index * tokens * tokens;
        for first in (0..tokens).step_by(ROWS) {
            let count = (tokens - first).min(ROWS);
            let a = RowSide::Plain(query[first * 3 * dim..].as_ptr(), 3 * dim);
            let scores = Output { start: rows.as_mut_ptr(), step: row_len };
            // SAFETY: keys have whole rows of this length, and so have the scores.
            unsafe { product::<L>([count, row_len, head_dim], a, (keys.as_ptr(), row_len), scores) };
            for row in 0..count {
                let place = map + (first + row) * tokens;
                let numbers = &mut rows[row * row_len..][..tokens];
                // SAFETY: each head has its own map; at this level.
                unsafe {
                    if let Some(scores) = self.scores {
                        std::ptr::copy_nonoverlapping(numbers.as_ptr(), scores.at(place), tokens);
                    }
                    softmax_row::<L>(numbers);
                    if let Some(weights) = self.weights {
                        std::ptr::copy_nonoverlapping(numbers.as_ptr(), weights.at(place), tokens);
                    }
                }
            }
            let a = RowSide::Plain(rows.as_ptr(), row_len);
            let target = (self.picture * tokens + first) * dim + self.head * head_dim;
            // SAFETY: values have whole rows; these features of these tokens are this task's own.
            unsafe {
                let out = Output { start: self.out.at(target), step: dim };
                product::<L>([count, head_dim, tokens], a, (values.as_ptr(), value_row), out);
            }
        }
    }
}

/// Copies `count` features of each token, scaled, to rows of this length.
#[inline(always)]
fn pack(from: &[f32], step: usize, count: usize, scale: f32, to: &mut [f32], row: usize) {
    for (token, row) in from.chunks(step).zip(to.chunks_exact_mut(row)) {
        for (number, feature) in row.iter_mut().zip(&token[..count]) {
            *number = feature * scale;
        }
    }
}

/// Features by tokens, scaled, in rows of this length.
#[inline(always)]
fn turn(from: &[f32], step: usize, [tokens, count]: [usize; 2], scale: f32, to: &mut [f32], row: usize) {
    for (token, features) in from.chunks(step).enumerate().take(tokens) {
        for (feature, number) in features[..count].iter().enumerate() {
            to[feature * row + token] = number * scale;
        }
    }
}
