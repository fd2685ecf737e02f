//! LayerNorm over the features of each token.

use candle_core::{D, DType, Result, Tensor};
use shared::NodeId;

use super::gradient::Operation;
use super::values::{tensor, with_values};
use crate::kernels::{Level, gradient_of_layer_norm, layer_norm};
use crate::models::parameters::Parameters;

/// Each token to mean 0 and variance 1, then a scale and a shift per feature.
#[derive(Clone, Debug)]
pub struct LayerNorm {
    /// `[dim]`
    weight: Tensor,
    /// `[dim]`
    bias: Tensor,
    epsilon: f64,
    has_kernels: bool,
}

impl LayerNorm {
    /// Reads `{node}.weight` and `{node}.bias`.
    ///
    /// # Errors
    /// If a parameter is missing or has another shape.
    pub fn load(parameters: &Parameters, node: &NodeId, dim: usize, epsilon: f64) -> Result<Self> {
        let weight = parameters.place_exactly(&parameters.read(node, "weight", &[dim])?)?;
        let bias = parameters.place_exactly(&parameters.read(node, "bias", &[dim])?)?;
        Ok(Self { weight, bias, epsilon, has_kernels: parameters.are_for_kernels() })
    }

    /// # Shapes
    /// `tokens`: `[batch, tokens, dim]` to the same.
    ///
    /// # Errors
    /// If the last axis has another size.
    ///
    /// # Source
    /// Ba, Kiros, Hinton, "Layer Normalization", 2016. Composed of plain operations: the mean is taken out before the
    /// squares, where candle's fused operation subtracts two large sums, and gradients flow. All of it is f32, whatever the tokens are.
    pub fn forward(&self, tokens: &Tensor) -> Result<Tensor> {
        if self.has_kernels {
            return self.normed(tokens);
        }
        let precision = tokens.dtype();
        let tokens = tokens.to_dtype(DType::F32)?;
        let centred = tokens.broadcast_sub(&tokens.mean_keepdim(D::Minus1)?)?;
        let variance = centred.sqr()?.mean_keepdim(D::Minus1)?;
        let scale = (variance + self.epsilon)?.sqrt()?.recip()?;
        let normed = centred.broadcast_mul(&scale)?.broadcast_mul(&self.weight)?;
        normed.broadcast_add(&self.bias)?.to_dtype(precision)
    }

    /// Through the kernels of the CPU.
    fn normed(&self, tokens: &Tensor) -> Result<Tensor> {
        let epsilon = self.epsilon as f32;
        let values = with_values([tokens, &self.weight, &self.bias], |[tokens, weight, bias]| {
            layer_norm(Level::best(), tokens, weight, bias, epsilon)
        })?;
        let (input, weight) = (tokens.detach(), self.weight.clone());
        let backward = move |_: &Tensor, gradient: &Tensor| {
            let values = with_values([&input, &weight, gradient], |[input, weight, gradient]| {
                gradient_of_layer_norm(input, weight, epsilon, gradient)
            })?;
            Ok((tensor(values, input.shape())?, None))
        };
        Operation::new(values, tokens.shape(), backward).applied_to(tokens, None)
    }
}
