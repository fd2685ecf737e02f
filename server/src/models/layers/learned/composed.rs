//! The same layers as compositions of candle's operations: what runs on a GPU, and what the kernels' gradients are compared with.

use candle_core::{D, Result, Tensor};
use candle_nn::ops::softmax;
use shared::architecture::ConvSpec;

use super::{EPSILON, Followed};

/// # Shapes
/// As [`super::linear`].
///
/// # Errors
/// The shapes do not go together.
pub fn linear(input: &Tensor, weight: &Tensor, bias: &Tensor) -> Result<Tensor> {
    input.matmul(&weight.t()?)?.broadcast_add(bias)
}

/// # Shapes
/// As [`super::convolution`].
///
/// # Errors
/// The shapes do not go together.
pub fn convolution(map: &Tensor, weight: &Tensor, spec: ConvSpec) -> Result<Tensor> {
    map.conv2d(weight, spec.padding, spec.stride, 1, 1)
}

/// # Shapes
/// As [`super::layer_norm`].
///
/// # Errors
/// The shapes do not go together.
pub fn layer_norm(input: &Tensor, weight: &Tensor, bias: &Tensor, epsilon: f64) -> Result<Tensor> {
    standardised(input, epsilon)?.broadcast_mul(weight)?.broadcast_add(bias)
}

/// # Shapes
/// As [`super::group_norm`].
///
/// # Errors
/// The shapes do not go together.
pub fn group_norm(map: &Tensor, weight: &Tensor, bias: &Tensor, followed: Followed) -> Result<Tensor> {
    let channels = map.dim(1)?;
    let [weight, bias] = [weight.reshape((channels, 1, 1))?, bias.reshape((channels, 1, 1))?];
    let normed = standardised(&map.flatten_from(1)?, EPSILON)?.reshape(map.shape())?;
    let normed = normed.broadcast_mul(&weight)?.broadcast_add(&bias)?;
    match followed {
        Followed::Nothing => Ok(normed),
        Followed::Relu => normed.relu(),
    }
}

/// # Shapes
/// As [`super::attention`].
///
/// # Errors
/// The shapes do not go together.
pub fn attention(joined: &Tensor, heads: usize) -> Result<Tensor> {
    let (batch, tokens, features) = joined.dims3()?;
    let head_dim = features / (3 * heads);
    let parts = joined.reshape((batch, tokens, 3, heads, head_dim))?.permute((2, 0, 3, 1, 4))?;
    let part = |index| parts.get(index).and_then(|part| part.contiguous());
    let (queries, keys, values) = (part(0)?, part(1)?, part(2)?);
    let scores = (queries.matmul(&keys.t()?)? / (head_dim as f64).sqrt())?;
    let context = softmax(&scores, D::Minus1)?.matmul(&values)?;
    context.transpose(1, 2)?.reshape((batch, tokens, heads * head_dim))
}

/// Each row to mean 0 and variance 1.
fn standardised(rows: &Tensor, epsilon: f64) -> Result<Tensor> {
    let centred = rows.broadcast_sub(&rows.mean_keepdim(D::Minus1)?)?;
    let variance = centred.sqr()?.mean_keepdim(D::Minus1)?;
    centred.broadcast_div(&(variance + epsilon)?.sqrt()?)
}
