//! A linear layer with bias on the last axis.

use candle_core::{D, Result, Tensor};
use shared::NodeId;
use shared::architecture::ConvSpec;

use super::gradient::with_backward;
use crate::models::parameters::Parameters;

/// `y = x W^T + b`
#[derive(Clone, Debug)]
pub struct Linear {
    /// `[out_features, in_features]`
    weight: Tensor,
    /// `[out_features]`
    bias: Tensor,
}

impl Linear {
    /// Reads `{node}.weight` and `{node}.bias`.
    ///
    /// # Errors
    /// If a parameter is missing or has another shape.
    pub fn load(
        parameters: &Parameters,
        node: &NodeId,
        in_features: usize,
        out_features: usize,
    ) -> Result<Self> {
        Self::load_joined(parameters, &[node], in_features, out_features)
    }

    /// Reads the layers of several nodes that share their input as one, so that one product computes them all. Their
    /// outputs stand one after another in the order of `nodes`, `out_features` each.
    ///
    /// # Errors
    /// If a parameter is missing or has another shape.
    pub fn load_joined(
        parameters: &Parameters,
        nodes: &[&NodeId],
        in_features: usize,
        out_features: usize,
    ) -> Result<Self> {
        let read = |suffix: &str, shape: &[usize]| {
            let parts: Vec<Tensor> =
                nodes.iter().map(|node| parameters.read(node, suffix, shape)).collect::<Result<_>>()?;
            parameters.place(&Tensor::cat(&parts, 0)?)
        };
        Ok(Self {
            weight: read("weight", &[out_features, in_features])?,
            bias: read("bias", &[out_features])?,
        })
    }

    /// Reads a convolution with bias whose stride is its kernel as the linear layer that it is on each window's pixels
    /// (channel, row, column, as PyTorch stores a kernel).
    ///
    /// # Errors
    /// If a parameter is missing or has another shape.
    pub fn load_patch_projection(parameters: &Parameters, node: &NodeId, conv: ConvSpec) -> Result<Self> {
        let kernel_shape = [conv.out_channels, conv.in_channels, conv.kernel_size, conv.kernel_size];
        let weight = parameters.read(node, "weight", &kernel_shape)?.flatten_from(1)?;
        let bias = parameters.read(node, "bias", &[conv.out_channels])?;
        Ok(Self { weight: parameters.place(&weight)?, bias: parameters.place(&bias)? })
    }

    /// # Shapes
    /// `features`: `[.., in_features]` to `[.., out_features]`.
    ///
    /// # Errors
    /// If the last axis has another size.
    pub fn forward(&self, features: &Tensor) -> Result<Tensor> {
        let mut shape = features.dims().to_vec();
        let rows = features.flatten_to(D::Minus2)?;
        let weight = self.weight.clone();
        let products = with_backward(
            &rows,
            |rows| rows.matmul(&self.weight.t()?),
            move |gradient| gradient.matmul(&weight),
        )?;
        let products = products.broadcast_add(&self.bias)?;
        if let Some(last) = shape.last_mut() {
            *last = self.bias.dim(0)?;
        }
        products.reshape(shape)
    }
}
