//! Softmax over the last axis.

use candle_core::{D, DType, Result, Tensor};

/// Exponentials of each row divided by their sum; the row's maximum is subtracted first, so that none overflows.
///
/// # Shapes
/// `[.., keys]` to the same, f32; each row sums to 1.
///
/// # Errors
/// If the tensor has no axes.
pub fn softmax(scores: &Tensor) -> Result<Tensor> {
    let scores = &scores.to_dtype(DType::F32)?;
    // candle's fused softmax has no backward, so a tensor that is part of a gradient takes the composed one.
    if scores.track_op() {
        candle_nn::ops::softmax(scores, D::Minus1)
    } else {
        candle_nn::ops::softmax_last_dim(scores)
    }
}
