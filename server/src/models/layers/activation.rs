//! What follows the sums of a layer, where no kernel does it in passing.

use candle_core::{Result, Tensor};

use crate::kernels::Activation;

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
