//! What follows the sums of a layer, where no kernel does it in passing.

use candle_core::{Result, Tensor};

use super::values::{tensor, with_values};
use crate::kernels::{Activation, Level, Slope, through_activation};

/// Element by element.
///
/// # Errors
/// The device fails.
pub fn activate(sums: &Tensor, activation: Activation) -> Result<Tensor> {
    match activation {
        Activation::None => Ok(sums.clone()),
        Activation::Relu => sums.relu(),
        Activation::Gelu => sums.gelu_erf(),
    }
}

/// From the gradient of a ReLU's output to that of its input, on the CPU.
///
/// # Errors
/// The shapes differ.
pub fn through_relu(output: &Tensor, gradient: &Tensor) -> Result<Tensor> {
    with_values(output, |output| through(Slope::Relu(output), gradient))?
}

/// From the gradient of a GELU's output to that of its input, on the CPU.
///
/// # Errors
/// The shapes differ.
pub fn through_gelu(input: &Tensor, gradient: &Tensor) -> Result<Tensor> {
    with_values(input, |input| through(Slope::Gelu(input), gradient))?
}

fn through(slope: Slope<'_>, gradient: &Tensor) -> Result<Tensor> {
    let values = with_values(gradient, |gradient| through_activation(Level::best(), slope, gradient))?;
    tensor(values, gradient.shape())
}
