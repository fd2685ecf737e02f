//! One residual block: a branch of two (basic) or three (bottleneck) convolutions, a shortcut, their sum, a ReLU.

use candle_core::{Result, Tensor};
use shared::NodeId;
use shared::architecture::resnet::BlockSpec;

use crate::kernels::Activation;
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

    /// Whether an observer wants anything of the block.
    pub fn is_wanted(&self, observer: &dyn Observer) -> bool {
        let branch = self.branch.iter().map(|(node, _convolution)| node);
        branch.chain([&self.shortcut, &self.sum, &self.output]).any(|node| observer.wants(node))
    }

    /// # Shapes
    /// `map`: `[batch, in_channels, height, width]` to `[batch, out_channels, height / stride, width / stride]`.
    ///
    /// # Errors
    /// If the device fails, and what the observer returns.
    pub fn forward_observed(&self, map: &Tensor, observer: &mut dyn Observer) -> Result<Tensor> {
        let (inner, last) = self.branch.split_at(self.branch.len() - 1);
        let mut residual = map.clone();
        for (node, convolution) in inner {
            residual = convolution.forward_then(&residual, None, Activation::Relu)?;
            residual = observer.tell(node, residual)?;
        }
        // The last convolution has no ReLU of its own, the block's comes after the sum.
        let mut shortcut = match &self.projection {
            None => map.clone(),
            Some(projection) => projection.forward(map)?,
        };
        for (node, convolution) in last {
            if !observer.wants(node) && !observer.wants(&self.sum) {
                shortcut = observer.tell(&self.shortcut, shortcut)?;
                residual = convolution.forward_then(&residual, Some(&shortcut), Activation::Relu)?;
                continue;
            }
            let [convolved, mut output] = convolution.forward_in_stages(&residual, &shortcut)?;
            let told = [
                observer.tell_computed(node, &convolved)?,
                observer.tell_computed(&self.shortcut, &shortcut)?,
            ];
            let is_replaced = told.iter().any(Option::is_some);
            let [told_convolved, told_shortcut] = told;
            let convolved = told_convolved.unwrap_or(convolved);
            let shortcut = told_shortcut.as_ref().unwrap_or(&shortcut);
            match observer.tell_sum(&self.sum, [(node, &convolved), (&self.shortcut, shortcut)])? {
                Some(sum) => output = sum.relu()?,
                None if is_replaced => output = (convolved + shortcut)?.relu()?,
                None => {}
            }
            residual = output;
        }
        observer.tell(&self.output, residual)
    }
}
