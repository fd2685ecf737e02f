//! Layers that gradients flow through to their weights, composed of candle's operations: what the kernels compute, whose backward leaves out the
//! weights. A convolution is a product with its windows, because candle's own backward of a convolution takes many times as long on a CPU.

use candle_core::{D, Result, Tensor};
use candle_nn::ops::softmax;
use shared::architecture::ConvSpec;

/// Weight and bias, or scale and shift, of a layer.
#[derive(Clone, Copy, Debug)]
pub struct Affine<'a> {
    /// Weight, or scale.
    pub weight: &'a Tensor,
    /// Bias, or shift.
    pub bias: &'a Tensor,
}

/// A convolution without bias, and what its batch-norm with fixed statistics adds and multiplies by.
///
/// # Shapes
/// `map`: `[in_channels, batch, height, width]`, so that one product serves all pictures; `kernel`: `[out_channels, in_channels, kernel_size,
/// kernel_size]`; `batch_norm`: `[out_channels]` each; to `[out_channels, batch, out_height, out_width]`. f32.
///
/// # Errors
/// The shapes do not go together.
pub fn convolution(map: &Tensor, kernel: &Tensor, batch_norm: Affine<'_>, spec: ConvSpec) -> Result<Tensor> {
    let (_channels, batch, height, width) = map.dims4()?;
    let [out_height, out_width] = [height, width].map(|side| spec.output_side(side));
    let matrix = kernel.permute((0, 2, 3, 1))?.flatten_from(1)?;
    let matrix = matrix.broadcast_mul(&batch_norm.weight.unsqueeze(1)?)?;
    let sums = matrix.matmul(&windows(map, spec, [out_height, out_width])?)?;
    let output = sums.broadcast_add(&batch_norm.bias.unsqueeze(1)?)?;
    output.reshape((spec.out_channels, batch, out_height, out_width))
}

/// What each pixel of a kernel meets: `[kernel_size * kernel_size * in_channels, batch * out_height * out_width]`.
fn windows(map: &Tensor, spec: ConvSpec, out: [usize; 2]) -> Result<Tensor> {
    let ConvSpec { kernel_size, stride, padding, .. } = spec;
    // Places a stride apart are neighbours, once rows and columns are cut into pieces of one stride.
    let reach = (kernel_size - 1) / stride;
    let [rows, columns] = out.map(|side| side + reach);
    let padded = resized(&resized(map, 2, padding, rows * stride)?, 3, padding, columns * stride)?;
    let (channels, batch, _rows, _columns) = padded.dims4()?;
    let pieces = padded.reshape(&[channels, batch, rows, stride, columns, stride])?;
    let mut met = Vec::with_capacity(kernel_size * kernel_size);
    for row in 0..kernel_size {
        let line = pieces.narrow(3, row % stride, 1)?.narrow(2, row / stride, out[0])?;
        for column in 0..kernel_size {
            let place = line.narrow(5, column % stride, 1)?.narrow(4, column / stride, out[1])?;
            met.push(place.reshape((channels, batch * out[0] * out[1]))?);
        }
    }
    if met.len() == 1 { Ok(met.remove(0)) } else { Tensor::cat(&met, 0) }
}

/// An axis with zeros in front, and zeros added or places left out behind, until it has so many places.
fn resized(map: &Tensor, axis: usize, in_front: usize, size: usize) -> Result<Tensor> {
    let kept = map.dim(axis)?.min(size - in_front);
    map.narrow(axis, 0, kept)?.pad_with_zeros(axis, in_front, size - in_front - kept)?.contiguous()
}

/// # Shapes
/// `[.., in_features]` to `[.., out_features]`; the weight as PyTorch stores it. f32.
///
/// # Errors
/// The shapes do not go together.
pub fn linear(input: &Tensor, layer: Affine<'_>) -> Result<Tensor> {
    let mut shape = input.dims().to_vec();
    if let Some(last) = shape.last_mut() {
        *last = layer.bias.dim(0)?;
    }
    input.flatten_to(D::Minus2)?.matmul(&layer.weight.t()?)?.broadcast_add(layer.bias)?.reshape(shape)
}

/// Each token to mean 0 and variance 1, then scale and shift.
///
/// # Shapes
/// `[.., dim]` to the same. f32.
///
/// # Errors
/// The shapes do not go together.
pub fn layer_norm(tokens: &Tensor, norm: Affine<'_>, epsilon: f64) -> Result<Tensor> {
    let centred = tokens.broadcast_sub(&tokens.mean_keepdim(D::Minus1)?)?;
    let variance = centred.sqr()?.mean_keepdim(D::Minus1)?;
    let normed = centred.broadcast_div(&(variance + epsilon)?.sqrt()?)?;
    normed.broadcast_mul(norm.weight)?.broadcast_add(norm.bias)
}

/// Scaled dot-product attention of all heads.
///
/// # Shapes
/// Queries, keys and values, each `[batch, tokens, dim]`, to the same. f32.
///
/// # Errors
/// The features are not those of so many heads.
pub fn attention(query_key_value: [Tensor; 3], num_heads: usize) -> Result<Tensor> {
    let (batch, num_tokens, dim) = query_key_value[0].dims3()?;
    let head_dim = dim / num_heads;
    let split = |features: &Tensor| {
        features.reshape((batch, num_tokens, num_heads, head_dim))?.transpose(1, 2)?.contiguous()
    };
    let [query, key, value] = &query_key_value;
    let scores = (split(query)? / (head_dim as f64).sqrt())?.matmul(&split(key)?.t()?)?;
    let context = softmax(&scores, D::Minus1)?.matmul(&split(value)?)?;
    context.transpose(1, 2)?.reshape((batch, num_tokens, dim))
}
