//! A loaded model of either family behind one interface.

use candle_core::{Device, Result, Tensor, bail};
use shared::{ArchitectureConfig, NodeId};

use super::observer::{Observer, Unobserved};
use super::parameters::{BatchNormLoading, ParameterSource, Parameters, Placement};
use super::resnet::ResNet;
use super::vit::Vit;
use crate::device::Precision;
use crate::kernels::on_worker;

/// Layers with their weights on one device.
#[derive(Clone, Debug)]
pub enum Backbone {
    /// A residual convolutional network.
    ResNet(ResNet),
    /// A plain Vision Transformer.
    Vit(Vit),
}

impl Backbone {
    /// Reads the weights and folds each batch-norm into its convolution. Computes in f32.
    ///
    /// # Errors
    /// If a parameter is missing or has another shape, or the device has no room.
    pub fn load(config: &ArchitectureConfig, weights: &dyn ParameterSource, device: &Device) -> Result<Self> {
        Self::load_at(config, weights, &Placement::on(device, Precision::F32)?)
    }

    /// The same in any numbers, and through any layers.
    ///
    /// # Errors
    /// As [`Backbone::load`].
    pub fn load_at(
        config: &ArchitectureConfig,
        weights: &dyn ParameterSource,
        placement: &Placement,
    ) -> Result<Self> {
        Self::load_with(config, &Parameters::new(weights, placement, BatchNormLoading::Folded))
    }

    /// The same layers with each batch-norm behind its convolution, for parity tests.
    ///
    /// # Errors
    /// As [`Backbone::load`].
    pub fn load_unfolded(
        config: &ArchitectureConfig,
        weights: &dyn ParameterSource,
        device: &Device,
    ) -> Result<Self> {
        let placement = Placement::on(device, Precision::F32)?;
        Self::load_with(config, &Parameters::new(weights, &placement, BatchNormLoading::Unfolded))
    }

    /// The logits.
    ///
    /// # Shapes
    /// `images`: `[batch, 3, side, side]`, f32, normalised as the checkpoint asks, to `[batch, classes]`, f32.
    ///
    /// # Errors
    /// If the images are not of the config's size or the device fails.
    pub fn forward(&self, images: &Tensor) -> Result<Tensor> {
        self.forward_observed(images, &mut Unobserved)
    }

    /// The logits; `observer` is told of every node of the graph, in the graph's order.
    ///
    /// # Shapes
    /// As [`Backbone::forward`].
    ///
    /// # Errors
    /// As [`Backbone::forward`], and what the observer returns.
    pub fn forward_observed(&self, images: &Tensor, observer: &mut dyn Observer) -> Result<Tensor> {
        self.check_images(images)?;
        let mut forward = || match self {
            Self::ResNet(model) => model.forward_observed(images, observer),
            Self::Vit(model) => model.forward_observed(images, observer),
        };
        if images.device().is_cpu() { on_worker(forward) } else { forward() }
    }

    /// What the head would answer if the model ended with this tensor, the output of a block.
    ///
    /// # Shapes
    /// `output`: `[batch, features, height, width]` or `[batch, tokens, dim]`, as wide as the head reads, to `[batch, classes]`.
    ///
    /// # Errors
    /// If the tensor has another shape.
    pub fn read_out(&self, output: &Tensor) -> Result<Tensor> {
        match self {
            Self::ResNet(model) => model.read_out(output),
            Self::Vit(model) => model.read_out(output),
        }
    }

    /// What the head reads, and what a head is trained on: the forward pass up to it.
    ///
    /// # Shapes
    /// As [`Backbone::forward`], to `[batch, features]`.
    ///
    /// # Errors
    /// As [`Backbone::forward`].
    pub fn features(&self, images: &Tensor) -> Result<Tensor> {
        self.up_to(
            images,
            &NodeId::from(match self {
                Self::ResNet(_) => "avgpool",
                Self::Vit(_) => "pooled",
            }),
        )
    }

    /// A node's tensor. Nothing behind the node is computed.
    ///
    /// # Shapes
    /// `images` as [`Backbone::forward`], to the batch axis and the node's `output_shape`.
    ///
    /// # Errors
    /// As [`Backbone::forward`], or if there is no such node.
    pub fn up_to(&self, images: &Tensor, node: &NodeId) -> Result<Tensor> {
        let mut last = Last { node, tensor: None };
        let passed = self.forward_observed(images, &mut last);
        match last.tensor {
            Some(tensor) => Ok(tensor),
            None => {
                passed?;
                bail!("the model has no node {node}")
            }
        }
    }

    /// The same layers with another head; what is below it is shared, not copied.
    ///
    /// # Shapes
    /// `weight`: `[classes, features]`, `bias`: `[classes]`, f32.
    ///
    /// # Errors
    /// If the device has no room.
    pub fn with_head(&self, weight: &Tensor, bias: &Tensor) -> Result<Self> {
        Ok(match self {
            Self::ResNet(model) => Self::ResNet(model.with_head(weight, bias)?),
            Self::Vit(model) => Self::Vit(model.with_head(weight, bias)?),
        })
    }

    /// The same layers with another tail (`models::tail`); what is below it is shared. Computes in the same numbers.
    ///
    /// # Errors
    /// If the config is of the other family, a parameter is missing or has another shape, or the device has no room.
    pub fn with_tail(&self, config: &ArchitectureConfig, weights: &dyn ParameterSource) -> Result<Self> {
        Ok(match (self, config) {
            (Self::ResNet(model), ArchitectureConfig::Resnet(config)) => {
                Self::ResNet(model.with_tail(config, weights)?)
            }
            (Self::Vit(model), ArchitectureConfig::Vit(config)) => {
                Self::Vit(model.with_tail(config, weights)?)
            }
            _ => bail!("a {} has no tail for these layers", config.name()),
        })
    }

    /// The same layers with the tail of their checkpoint, whatever tail they have now; no weight is read or copied for it.
    #[must_use]
    pub fn with_own_tail(&self) -> Self {
        match self {
            Self::ResNet(model) => Self::ResNet(model.with_own_tail()),
            Self::Vit(model) => Self::Vit(model.with_own_tail()),
        }
    }

    /// The same model without position embeddings, of which a ResNet has none.
    ///
    /// # Errors
    /// If the device has no room.
    pub fn without_positions(&self) -> Result<Self> {
        Ok(match self {
            Self::ResNet(model) => Self::ResNet(model.clone()),
            Self::Vit(model) => Self::Vit(model.without_positions()?),
        })
    }

    fn load_with(config: &ArchitectureConfig, parameters: &Parameters) -> Result<Self> {
        Ok(match config {
            ArchitectureConfig::Resnet(config) => Self::ResNet(ResNet::load(config, parameters)?),
            ArchitectureConfig::Vit(config) => Self::Vit(Vit::load(config, parameters)?),
        })
    }

    fn check_images(&self, images: &Tensor) -> Result<()> {
        let side = match self {
            Self::ResNet(model) => model.image_size(),
            Self::Vit(model) => model.image_size(),
        };
        match images.dims() {
            [_, 3, height, width] if *height == side && *width == side => Ok(()),
            other => bail!("the model reads [batch, 3, {side}, {side}], not {other:?}"),
        }
    }
}

/// Keeps a node's tensor and ends the pass there: nothing behind it is needed.
struct Last<'node> {
    node: &'node NodeId,
    tensor: Option<Tensor>,
}

impl Observer for Last<'_> {
    fn wants(&self, node: &NodeId) -> bool {
        node == self.node
    }

    fn observe(&mut self, _node: &NodeId, tensor: &Tensor) -> Result<()> {
        self.tensor = Some(tensor.clone());
        bail!("the pass ends at the node that is looked at")
    }
}
