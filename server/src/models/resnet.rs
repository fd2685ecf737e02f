//! The ResNet family (v1.5): config to layer structs to logits, every node of the graph observable on the way.
//! `shared::architecture::resnet` describes the same network as a graph; a test holds the two together.

mod block;

use candle_core::{D, DType, Result, Tensor};
use shared::NodeId;
use shared::architecture::resnet::BlockSpec;
use shared::architecture::{ConvSpec, ResNetConfig};
use shared::cost::multiplications_per_output;

use super::layers::{ConvolutionUnit, Linear, MaxPool};
use super::observer::{Observer, Unobserved};
use super::parameters::{BatchNormLoading, ParameterSource, Parameters, Placement};
use crate::kernels::{Activation, each};
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
    /// How many blocks, from the first on, see the pictures of a batch one by one where nobody watches.
    num_wide_blocks: usize,
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
            num_wide_blocks: if parameters.are_for_kernels() { num_wide_blocks(config) } else { 0 },
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
        let (wide, deep) = self.blocks.split_at(self.num_wide_blocks);
        let mut map = match images.dim(0)? {
            count @ 2.. if !wide.is_empty() && !self.is_wide_part_wanted(observer) => {
                let maps = each(count, |index| self.wide_part(&images.narrow(0, index, 1)?, &mut Unobserved));
                Tensor::cat(&maps.into_iter().collect::<Result<Vec<_>>>()?, 0)?
            }
            _ => self.wide_part(&images, observer)?,
        };
        for block in deep {
            map = block.forward_observed(&map, observer)?;
        }
        let features = observer.tell(&self.nodes.avgpool, pool(&map)?)?;
        observer.tell(&self.nodes.logits, self.head.forward(&features)?)
    }

    fn is_wide_part_wanted(&self, observer: &dyn Observer) -> bool {
        [&self.nodes.conv1, &self.nodes.maxpool].into_iter().any(|node| observer.wants(node))
            || self.blocks[..self.num_wide_blocks].iter().any(|block| block.is_wanted(observer))
    }

    fn wide_part(&self, images: &Tensor, observer: &mut dyn Observer) -> Result<Tensor> {
        let stem =
            observer.tell(&self.nodes.conv1, self.conv1.forward_then(images, None, Activation::Relu)?)?;
        let mut map = observer.tell(&self.nodes.maxpool, self.maxpool.forward(&stem)?)?;
        for block in &self.blocks[..self.num_wide_blocks] {
            map = block.forward_observed(&map, observer)?;
        }
        Ok(map)
    }

    /// The same network with another head.
    ///
    /// # Errors
    /// If the device has no room.
    pub fn with_head(&self, weight: &Tensor, bias: &Tensor) -> Result<Self> {
        Ok(Self { head: Linear::head(&self.placement, weight, bias)?, ..self.clone() })
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

/// How many blocks, from the first on, have an output of more numbers than they have weights. Of several pictures such maps do not stay in the
/// processor's third cache, and reading the weights again for each picture costs less than having the maps come from memory.
fn num_wide_blocks(config: &ResNetConfig) -> usize {
    let mut side = config.stem_pool().output_side(config.stem().output_side(config.image_size));
    let blocks = (1..=config.stage_depths.len()).flat_map(|stage| config.stage_blocks(stage));
    let is_wide = |spec: &BlockSpec| {
        side = spec.branch.iter().fold(side, |side, conv| conv.output_side(side));
        let weights = |conv: &ConvSpec| multiplications_per_output(conv) * conv.out_channels as u64;
        let num_weights: u64 = spec.branch.iter().chain(&spec.projection).map(weights).sum();
        let out_channels = spec.branch.last().map_or(0, |conv| conv.out_channels);
        (out_channels * side * side) as u64 > num_weights
    };
    blocks.take_while(is_wide).count()
}

fn load_stage(config: &ResNetConfig, stage: usize, parameters: &Parameters) -> Result<Vec<ResidualBlock>> {
    config.stage_blocks(stage).into_iter().map(|spec| ResidualBlock::load(parameters, spec)).collect()
}

/// `[batch, features, height, width]` to `[batch, features]`, f32.
fn pool(map: &Tensor) -> Result<Tensor> {
    map.flatten_from(2)?.to_dtype(DType::F32)?.mean(D::Minus1)
}
