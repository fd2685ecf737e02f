//! The ResNet family (v1.5): config to layer structs to logits, every node of the graph observable on the way.
//! `shared::architecture::resnet` describes the same network as a graph; a test holds the two together.

mod block;

use candle_core::{D, DType, Result, Tensor};
use shared::NodeId;
use shared::architecture::ResNetConfig;

use super::layers::{ConvolutionUnit, Linear, MaxPool};
use super::observer::Observer;
use super::parameters::Parameters;
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
    head: Linear,
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
        let blocks = (1..=config.stage_depths.len())
            .flat_map(|stage| config.stage_blocks(stage))
            .map(|spec| ResidualBlock::load(parameters, spec))
            .collect::<Result<_>>()?;
        Ok(Self {
            image_size: config.image_size,
            conv1: ConvolutionUnit::load(parameters, &nodes.conv1, config.stem())?,
            maxpool: MaxPool::new(parameters, config.stem_pool()),
            blocks,
            head: Linear::load_head(parameters, &nodes.logits, config.feature_dim(), config.num_classes)?,
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

/// `[batch, features, height, width]` to `[batch, features]`, f32.
fn pool(map: &Tensor) -> Result<Tensor> {
    map.flatten_from(2)?.to_dtype(DType::F32)?.mean(D::Minus1)
}
