//! The ResNet family (v1.5): config to layer structs to logits, every node of the graph observable on the way.
//! `shared::architecture::resnet` describes the same network as a graph; a test holds the two together.

mod block;

use candle_core::{D, DType, Result, Tensor};
use shared::NodeId;
use shared::architecture::ResNetConfig;

use super::layers::{ConvolutionUnit, Linear, MaxPool};
use super::observer::Observer;
use super::parameters::{BatchNormLoading, ParameterSource, Parameters, Placement};
use crate::kernels::Activation;
use block::ResidualBlock;

/// A loaded ResNet.
///
/// # Source
/// He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", 2015; the stride of a bottleneck stands on its
/// 3x3 convolution (v1.5), as in torchvision and timm.
#[derive(Clone, Debug)]
pub struct ResNet {
    image_size: usize,
    nodes: ResNetNodes,
    conv1: ConvolutionUnit,
    maxpool: MaxPool,
    blocks: Vec<ResidualBlock>,
    /// The checkpoint's last stage, where another is in its place.
    own_tail: Option<Vec<ResidualBlock>>,
    head: Linear,
    placement: Placement,
}

#[derive(Clone, Debug)]
struct ResNetNodes {
    input: NodeId,
    conv1: NodeId,
    maxpool: NodeId,
    avgpool: NodeId,
    logits: NodeId,
}

impl ResNet {
    /// Reads the weights.
    ///
    /// # Errors
    /// If a parameter is missing or has another shape.
    pub fn load(config: &ResNetConfig, parameters: &Parameters) -> Result<Self> {
        let nodes = ResNetNodes {
            input: "input".into(),
            conv1: "conv1".into(),
            maxpool: "maxpool".into(),
            avgpool: "avgpool".into(),
            logits: "logits".into(),
        };
        let mut blocks = Vec::new();
        for stage in 1..=config.stage_depths.len() {
            blocks.extend(load_stage(config, stage, parameters)?);
        }
        Ok(Self {
            image_size: config.image_size,
            conv1: ConvolutionUnit::load(parameters, &nodes.conv1, config.stem())?,
            maxpool: MaxPool::new(parameters, config.stem_pool()),
            blocks,
            own_tail: None,
            head: Linear::load_head(parameters, &nodes.logits, config.feature_dim(), config.num_classes)?,
            placement: parameters.placement().clone(),
            nodes,
        })
    }

    /// Side of the square input in pixels.
    pub fn image_size(&self) -> usize {
        self.image_size
    }

    /// The logits.
    ///
    /// # Shapes
    /// `images`: `[batch, 3, image_size, image_size]`, f32, to `[batch, num_classes]`.
    ///
    /// # Errors
    /// If the device fails, and what the observer returns.
    pub fn forward_observed(&self, images: &Tensor, observer: &mut dyn Observer) -> Result<Tensor> {
        let images = observer.tell(&self.nodes.input, images.clone())?;
        let stem =
            observer.tell(&self.nodes.conv1, self.conv1.forward_then(&images, None, Activation::Relu)?)?;
        let mut map = observer.tell(&self.nodes.maxpool, self.maxpool.forward(&stem)?)?;
        for block in &self.blocks {
            map = block.forward_observed(&map, observer)?;
        }
        let features = observer.tell(&self.nodes.avgpool, pool(&map)?)?;
        observer.tell(&self.nodes.logits, self.head.forward(&features)?)
    }

    /// The same network with another head.
    #[must_use]
    pub fn with_head(&self, head: Linear) -> Self {
        Self { head, ..self.clone() }
    }

    /// The same network with a last stage of these weights.
    ///
    /// # Errors
    /// If a parameter is missing or has another shape, or the device has no room.
    pub fn with_tail(&self, config: &ResNetConfig, weights: &dyn ParameterSource) -> Result<Self> {
        let parameters = Parameters::new(weights, &self.placement, BatchNormLoading::Folded);
        let tail = load_stage(config, config.stage_depths.len(), &parameters)?;
        let (before, own) = self.blocks.split_at(self.blocks.len() - tail.len());
        let own_tail = self.own_tail.clone().unwrap_or_else(|| own.to_vec());
        let blocks = before.iter().cloned().chain(tail).collect();
        Ok(Self { blocks, own_tail: Some(own_tail), ..self.clone() })
    }

    /// The same network with the last stage of its checkpoint.
    #[must_use]
    pub fn with_own_tail(&self) -> Self {
        let Some(tail) = &self.own_tail else { return self.clone() };
        let before = &self.blocks[..self.blocks.len() - tail.len()];
        let blocks = before.iter().chain(tail).cloned().collect();
        Self { blocks, own_tail: None, ..self.clone() }
    }

    /// What the head would answer if the network ended with this map: the mean over its places, then the head.
    ///
    /// # Shapes
    /// `map`: `[batch, features, height, width]`, as many features as the head reads, to `[batch, num_classes]`.
    ///
    /// # Errors
    /// If the map has another number of features.
    pub fn read_out(&self, map: &Tensor) -> Result<Tensor> {
        self.head.forward(&pool(map)?)
    }
}

fn load_stage(config: &ResNetConfig, stage: usize, parameters: &Parameters) -> Result<Vec<ResidualBlock>> {
    config.stage_blocks(stage).into_iter().map(|spec| ResidualBlock::load(parameters, spec)).collect()
}

/// `[batch, features, height, width]` to `[batch, features]`, f32.
fn pool(map: &Tensor) -> Result<Tensor> {
    map.flatten_from(2)?.to_dtype(DType::F32)?.mean(D::Minus1)
}
