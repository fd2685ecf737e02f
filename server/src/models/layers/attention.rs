//! Scaled dot-product attention.

use candle_core::{Result, Tensor, bail};

use super::gradient::Operation;
use super::values::{tensor, with_values};
use crate::kernels::{Attention, Heads, Level};

/// What an attention leaves behind.
#[derive(Clone, Debug)]
pub struct Attended {
    /// `[batch, heads, tokens, tokens]`, before the softmax, where it was wanted.
    pub scores: Option<Tensor>,
    /// `[batch, heads, tokens, tokens]`, after it, where it was wanted.
    pub weights: Option<Tensor>,
    /// `[batch, tokens, dim]`: the values in these proportions, heads side by side.
    pub context: Tensor,
}

/// Through the kernels of the CPU, which write scores and weights only where they are wanted. No gradient flows.
///
/// # Shapes
/// `joined`: `[batch, tokens, 3 * dim]`, queries, keys and values side by side.
///
/// # Errors
/// The tensor has another shape or is not on the CPU.
pub fn attend(joined: &Tensor, heads: usize, wants_scores: bool, wants_weights: bool) -> Result<Attended> {
    let sizes = sizes(joined, heads)?;
    let (batch, tokens) = (joined.dim(0)?, sizes.tokens);
    let Attention { scores, weights, context } =
        with_values([joined], |[joined]| sizes.attend(Level::best(), joined, wants_scores, wants_weights))?;
    let map = |values: Vec<f32>, is_wanted: bool| {
        is_wanted.then(|| tensor(values, (batch, heads, tokens, tokens))).transpose()
    };
    Ok(Attended {
        scores: map(scores, wants_scores)?,
        weights: map(weights, wants_weights)?,
        context: tensor(context, (batch, tokens, sizes.dim()))?,
    })
}

/// The weights of each head, `[batch, heads, tokens, tokens]`, of joined ones on the CPU; gradients flow.
///
/// # Errors
/// As [`attend`].
pub fn weights(joined: &Tensor, heads: usize) -> Result<Tensor> {
    let (sizes, known) = (sizes(joined, heads)?, joined.detach());
    let values = with_values([&known], |[joined]| sizes.attend(Level::best(), joined, false, true).weights)?;
    let shape = (joined.dim(0)?, heads, sizes.tokens, sizes.tokens);
    let backward = move |weights: &Tensor, gradient: &Tensor| {
        let values = with_values([weights, &known, gradient], |[weights, joined, gradient]| {
            sizes.gradient_of_weights(Level::best(), weights, joined, gradient)
        })?;
        Ok((tensor(values, known.shape())?, None))
    };
    Operation::new(values, shape, backward).applied_to(joined, None)
}

/// The values in the proportions of these weights, `[batch, tokens, dim]`, on the CPU; gradients flow to both.
///
/// # Errors
/// As [`attend`].
pub fn weigh(weights: &Tensor, joined: &Tensor, heads: usize) -> Result<Tensor> {
    let sizes = sizes(joined, heads)?;
    let (known_weights, known) = (weights.detach(), joined.detach());
    let values =
        with_values([weights, joined], |[weights, joined]| sizes.weigh(Level::best(), weights, joined))?;
    let (batch, tokens, _) = joined.dims3()?;
    let backward = move |_: &Tensor, gradient: &Tensor| {
        let [of_weights, of_joined] =
            with_values([&known_weights, &known, gradient], |[weights, joined, gradient]| {
                sizes.gradient_of_context(Level::best(), weights, joined, gradient)
            })?;
        Ok((tensor(of_weights, known_weights.shape())?, Some(tensor(of_joined, known.shape())?)))
    };
    Operation::new(values, (batch, tokens, sizes.dim()), backward).applied_to(weights, Some(joined))
}

fn sizes(joined: &Tensor, heads: usize) -> Result<Heads> {
    let (_, tokens, features) = joined.dims3()?;
    if !features.is_multiple_of(3 * heads) {
        bail!("{features} features are no queries, keys and values of {heads} heads");
    }
    Ok(Heads { tokens, heads, head_dim: features / (3 * heads) })
}
