//! Multiply-accumulates of an operation, from its description alone. One MAC is one multiplication and one
//! addition; a FLOP count is twice as large. Batch-norm, activations, sums and pooling are not counted, as is usual.

use crate::architecture::{ConvSpec, Operation, TensorShape};

/// Multiply-accumulates that `operation` spends to produce a tensor of `output_shape`, for one image.
pub fn macs(operation: &Operation, output_shape: &TensorShape) -> u64 {
    let elements = output_shape.elements();
    match operation {
        Operation::Convolution { conv, .. } | Operation::ProjectionShortcut { conv } => {
            elements * multiplications_per_output(conv)
        }
        Operation::PatchProjection { conv } => elements * multiplications_per_output(conv),
        Operation::Linear { in_features, .. } => elements * *in_features as u64,
        Operation::AttentionScores { head_dim, .. } => elements * *head_dim as u64,
        Operation::AttentionOutput { num_heads, head_dim } => {
            let TensorShape::Tokens { tokens, dim } = output_shape else { return 0 };
            let (tokens, dim) = (*tokens as u64, *dim as u64);
            let weighted_sum = tokens * tokens * (*num_heads * *head_dim) as u64;
            weighted_sum + tokens * dim * dim
        }
        Operation::Input
        | Operation::MaxPool { .. }
        | Operation::IdentityShortcut
        | Operation::Sum
        | Operation::Relu
        | Operation::GlobalAveragePool
        | Operation::Embeddings
        | Operation::LayerNorm { .. }
        | Operation::Softmax
        | Operation::ClassTokenRow
        | Operation::TokenMean => 0,
    }
}

/// Products in each sum of a convolution.
pub fn multiplications_per_output(conv: &ConvSpec) -> u64 {
    (conv.in_channels * conv.kernel_size * conv.kernel_size) as u64
}
