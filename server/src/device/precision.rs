//! The numbers that a model computes in. Weights are stored in them, and layers round to them what they hand on, or on a CPU what they multiply. Statistics of a
//! layer-norm, softmax, the mean before a head and the head itself are f32 in each of them, and so are logits and attention weights.

use std::fmt;

use candle_core::DType;
use clap::ValueEnum;

/// What `--precision` asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Precision {
    /// 32 bits, 24 of them significant.
    #[default]
    F32,
    /// 16 bits, 8 of them significant, of the same range as f32.
    Bf16,
    /// 16 bits, 11 of them significant, up to 65504.
    F16,
}

impl Precision {
    /// candle's name of it.
    pub fn dtype(self) -> DType {
        match self {
            Self::F32 => DType::F32,
            Self::Bf16 => DType::BF16,
            Self::F16 => DType::F16,
        }
    }
}

impl fmt::Display for Precision {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.dtype().as_str())
    }
}
