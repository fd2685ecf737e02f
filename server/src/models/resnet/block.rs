//! One residual block: a branch of two (basic) or three (bottleneck) convolutions, a shortcut, their sum, a ReLU.

use candle_core::{Result, Tensor};
use shared::NodeId;
use shared::architecture::resnet::BlockSpec;

use crate::models::layers::ConvolutionUnit;
use crate::models::observer::Observer;
use crate::models::parameters::Parameters;

/// A block with its weights.
#[derive(Clone, Debug)]
pub struct ResidualBlock {
    output: NodeId,
    sum: NodeId,
    branch: Vec<(NodeId, ConvolutionUnit)>,
    shortcut: NodeId,
    /// The 1x1 convolution on the shortcut, or `None` where the shortcut is the identity.
    projection: Option<ConvolutionUnit>,
}

impl ResidualBlock {
    /// Reads the weights of the convolutions.
    ///
    /// # Errors
    /// If a parameter is missing or has another shape.
    pub fn load(parameters: &Parameters, spec: BlockSpec) -> Result<Self> {
        let branch = spec
            .branch
            .iter()
            .enumerate()
            .map(|(index, conv)| {
                let node = spec.id.child(&format!("conv{}", index + 1));
                let unit = ConvolutionUnit::load(parameters, &node, *conv)?;
                Ok((node, unit))
            })
            .collect::<Result<_>>()?;
        let shortcut = spec.id.child("shortcut");
        let projection =
            spec.projection.map(|conv| ConvolutionUnit::load(parameters, &shortcut, conv)).transpose()?;
        Ok(Self { sum: spec.id.child("sum"), output: spec.id, branch, shortcut, projection })
    }

    /// # Shapes
    /// `map`: `[batch, in_channels, height, width]` to `[batch, out_channels, height / stride, width / stride]`.
    ///
    /// # Errors
    /// If the device fails, and what the observer returns.
    pub fn forward_observed(&self, map: &Tensor, observer: &mut dyn Observer) -> Result<Tensor> {
        let residual = self.residual(map, observer)?;
        let shortcut = match &self.projection {
            None => map.clone(),
            Some(projection) => projection.forward(map)?,
        };
        let shortcut = observer.tell(&self.shortcut, shortcut)?;
        let sum = observer.tell(&self.sum, (residual + shortcut)?)?;
        observer.tell(&self.output, sum.relu()?)
    }

    /// The branch; its last convolution has no ReLU of its own, the block's comes after the sum.
    fn residual(&self, map: &Tensor, observer: &mut dyn Observer) -> Result<Tensor> {
        let mut residual = map.clone();
        for (index, (node, convolution)) in self.branch.iter().enumerate() {
            residual = convolution.forward(&residual)?;
            if index + 1 < self.branch.len() {
                residual = residual.relu()?;
            }
            residual = observer.tell(node, residual)?;
        }
        Ok(residual)
    }
}
