//! Layers whose weights learn: gradients flow to what they read and to what they hold. On the CPU through the kernels, on every other device as
//! compositions of candle's operations (`composed`), with the same numbers. candle's own backward of a convolution takes many times as
//! long on a CPU as its forward pass.

pub mod composed;
mod convolution;
mod joint;
mod norm;

use candle_core::{Result, Tensor};

use super::activation::{through_gelu, through_relu};
use super::attention::{weigh, weights};
use super::gradient::Operation;
use super::values::{tensor, with_values};
use crate::kernels::{Following, Level, Product, Width, gelu_of};
use joint::Joint;

pub use convolution::convolution;
pub use norm::{group_norm, layer_norm};

/// Added to a variance; PyTorch's default.
pub const EPSILON: f64 = 1e-5;

/// What follows a normalisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Followed {
    /// Nothing.
    Nothing,
    /// `max(x, 0)`
    Relu,
}

/// `y = x W^T + b`
///
/// # Shapes
/// `input`: `[rows, in_features]`; `weight`: `[out_features, in_features]`; `bias`: `[out_features]`; to `[rows, out_features]`. f32.
///
/// # Errors
/// The shapes do not go together.
pub fn linear(input: &Tensor, weight: &Tensor, bias: &Tensor) -> Result<Tensor> {
    if !input.device().is_cpu() {
        return composed::linear(input, weight, bias);
    }
    let (rows, out_features) = (input.dim(0)?, weight.dim(0)?);
    let packed = with_values([weight, bias], |[weight, bias]| Product::new(Width::Single, weight, bias))?;
    let values = with_values([input], |[input]| packed.forward(Level::best(), input, Following::default()))?;
    let (known, is_tracked) = (input.detach(), input.track_op());
    let backward = move |gradient: &Tensor| {
        let of_input = is_tracked.then(|| {
            let values = with_values([gradient], |[gradient]| {
                packed.transposed().forward(Level::best(), gradient, Following::default())
            })?;
            tensor(values, known.shape())
        });
        let of_weight = gradient.t()?.matmul(&known)?;
        let of_bias = with_values([gradient], |[gradient]| column_sums(gradient, out_features))?;
        Ok([of_input.transpose()?, Some(of_weight), Some(tensor(of_bias, out_features)?)])
    };
    Joint::new(values, (rows, out_features), backward).applied_to(input, weight, bias)
}

/// Scaled dot-product attention of all heads.
///
/// # Shapes
/// `joined`: `[batch, tokens, 3 * dim]`, queries, keys and values side by side; to `[batch, tokens, dim]`. f32.
///
/// # Errors
/// The features are no queries, keys and values of so many heads.
pub fn attention(joined: &Tensor, heads: usize) -> Result<Tensor> {
    if !joined.device().is_cpu() {
        return composed::attention(joined, heads);
    }
    weigh(&weights(joined, heads)?, joined, heads)
}

/// The exact GELU.
///
/// # Errors
/// The device fails.
pub fn gelu(input: &Tensor) -> Result<Tensor> {
    if !input.device().is_cpu() {
        return input.gelu_erf();
    }
    let known = input.detach();
    let values = with_values([input], |[input]| gelu_of(Level::best(), input))?;
    let backward = move |_output: &Tensor, gradient: &Tensor| Ok((through_gelu(&known, gradient)?, None));
    Operation::new(values, input.shape(), backward).applied_to(input, None)
}

/// `max(residual + shortcut, 0)`
///
/// # Errors
/// The shapes differ.
pub fn joined_relu(residual: &Tensor, shortcut: &Tensor) -> Result<Tensor> {
    if !residual.device().is_cpu() {
        return (residual + shortcut)?.relu();
    }
    let values = with_values([residual, shortcut], |[residual, shortcut]| {
        residual.iter().zip(shortcut).map(|(left, right)| (left + right).max(0.0)).collect()
    })?;
    let backward = |output: &Tensor, gradient: &Tensor| {
        let gradient = through_relu(output, gradient)?;
        Ok((gradient.clone(), Some(gradient)))
    };
    Operation::new(values, residual.shape(), backward).applied_to(residual, Some(shortcut))
}

/// Sums over the rows of `[rows, columns]`.
fn column_sums(values: &[f32], columns: usize) -> Vec<f32> {
    let mut sums = vec![0.0; columns];
    for row in values.chunks_exact(columns) {
        sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
    }
    sums
}
