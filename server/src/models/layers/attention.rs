//! Scaled dot-product attention.

use candle_core::{Result, Tensor, bail};

use super::values::{tensor, with_values};
use crate::kernels::{Heads, Level, Wanted, filled};

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
    let (batch, tokens, features) = joined.dims3()?;
    if !features.is_multiple_of(3 * heads) {
        bail!("{features} features are no queries, keys and values of {heads} heads");
    }
    let sizes = Heads { tokens, heads, head_dim: features / (3 * heads) };
    let map = |is_wanted: bool| if is_wanted { batch * heads * tokens * tokens } else { 0 };
    let (mut scores, mut weights) = (Vec::new(), Vec::new());
    let context = with_values(joined, |joined| {
        // SAFETY: the kernel writes all of its output, and all of what is wanted.
        unsafe {
            filled(batch * tokens * sizes.dim(), |output| {
                scores = filled(map(wants_scores), |scores| {
                    weights = filled(map(wants_weights), |weights| {
                        let wanted = Wanted {
                            scores: wants_scores.then_some(scores),
                            weights: wants_weights.then_some(weights),
                        };
                        sizes.attend(Level::best(), joined, output, wanted);
                    });
                });
            })
        }
    })?;
    let map = |values: Vec<f32>, is_wanted: bool| {
        is_wanted.then(|| tensor(values, (batch, heads, tokens, tokens))).transpose()
    };
    Ok(Attended {
        scores: map(scores, wants_scores)?,
        weights: map(weights, wants_weights)?,
        context: tensor(context, (batch, tokens, sizes.dim()))?,
    })
}

/// Queries, keys and values, each `[batch, heads, tokens, head_dim]`, of joined ones on the CPU.
///
/// # Errors
/// As [`attend`].
pub fn split_heads(joined: &Tensor, heads: usize) -> Result<[Tensor; 3]> {
    let (batch, tokens, features) = joined.dims3()?;
    let sizes = Heads { tokens, heads, head_dim: features / (3 * heads) };
    let [query, key, value] = with_values(joined, |joined| sizes.split(joined))?;
    let part = |values| tensor(values, (batch, heads, tokens, sizes.head_dim));
    Ok([part(query)?, part(key)?, part(value)?])
}
