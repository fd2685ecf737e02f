//! Attention that keeps scores and weights on the chip, through candle-flash-attn's kernels. They compute in 16-bit numbers only,
//! sums and softmax in f32, and have no backward.

use candle_core::{DType, Result, Tensor};
use candle_flash_attn::flash_attn;

/// The widest head that the kernels take without spilling, and what a width must be a multiple of.
const MAX_HEAD_DIM: usize = 256;
const HEAD_DIM_STEP: usize = 8;

/// Whether the kernels take these.
pub fn is_possible(joined: &Tensor, heads: usize) -> bool {
    let is_half = matches!(joined.dtype(), DType::F16 | DType::BF16);
    let head_dim = joined.dims().last().map_or(0, |features| features / (3 * heads));
    let fits = head_dim <= MAX_HEAD_DIM && head_dim.is_multiple_of(HEAD_DIM_STEP);
    joined.device().is_cuda() && is_half && fits
}

/// # Shapes
/// `joined`: `[batch, tokens, 3 * dim]`, queries, keys and values side by side, to `[batch, tokens, dim]`. None is copied.
///
/// # Errors
/// The device fails.
///
/// # Source
/// Dao, "FlashAttention-2: Faster Attention with Better Parallelism and Work Partitioning", 2023.
pub fn attend(joined: &Tensor, heads: usize) -> Result<Tensor> {
    let (batch, tokens, features) = joined.dims3()?;
    let head_dim = features / (3 * heads);
    let split = joined.reshape((batch, tokens, 3, heads, head_dim))?;
    let part = |index: usize| split.narrow(2, index, 1)?.squeeze(2);
    let scale = 1.0 / (head_dim as f32).sqrt();
    let context = flash_attn(&part(0)?, &part(1)?, &part(2)?, scale, false)?;
    context.reshape((batch, tokens, heads * head_dim))
}
