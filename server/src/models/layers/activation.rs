//! What follows the sums of a layer, where no kernel does it in passing.

use candle_core::{Result, Tensor};

use super::values::{tensor, with_values};
use crate::kernels::{Activation, Level, Slope, through_activation};

/// The sum with `residual`, then the activation, element by element.
///
/// # Errors
/// The shapes differ, or the device fails.
pub fn followed(sums: Tensor, residual: Option<&Tensor>, activation: Activation) -> Result<Tensor> {
    let sums = match residual {
        Some(residual) => (sums + residual)?,
        None => sums,
    };
    match activation {
        Activation::None => Ok(sums),
        Activation::Relu => sums.relu(),
        Activation::Gelu => sums.gelu_erf(),
    }
}

/// From the gradient of a ReLU's output to that of its input, on the CPU.
///
/// # Errors
/// The shapes differ.
pub fn through_relu(output: &Tensor, gradient: &Tensor) -> Result<Tensor> {
    let values = with_values([output, gradient], |[output, gradient]| {
        through_activation(Level::best(), Slope::Relu(output), gradient)
    })?;
    tensor(values, gradient.shape())
}

/// From the gradient of a GELU's output to that of its input, on the CPU.
///
/// # Errors
/// The shapes differ.
pub fn through_gelu(input: &Tensor, gradient: &Tensor) -> Result<Tensor> {
    let values = with_values([input, gradient], |[input, gradient]| {
        through_activation(Level::best(), Slope::Gelu(input), gradient)
    })?;
    tensor(values, gradient.shape())
}
