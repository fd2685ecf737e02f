//! The plain Vision Transformer family: config to layer structs to logits, every node of the graph observable on the
//! way. `shared::architecture::vit` describes the same network as a graph; a test holds the two together.

mod attention;
mod embedding;
mod encoder_block;

use candle_core::{DType, Result, Tensor};
use shared::NodeId;
use shared::architecture::{Pooling, VitConfig};

use super::layers::{LayerNorm, Linear};
use super::observer::Observer;
use super::parameters::{BatchNormLoading, ParameterSource, Parameters, Placement};
use embedding::Embedding;
use encoder_block::EncoderBlock;

/// A loaded ViT.
///
/// # Source
/// Dosovitskiy et al., "An Image is Worth 16x16 Words", 2021: learned positions, class token, pre-norm encoder.
#[derive(Clone, Debug)]
pub struct Vit {
    image_size: usize,
    nodes: VitNodes,
    embedding: Embedding,
    blocks: Vec<EncoderBlock>,
    norm: LayerNorm,
    /// The checkpoint's last block and final norm, where others are in their place.
    own_tail: Option<Box<VitTail>>,
    pooling: Pooling,
    head: Linear,
    placement: Placement,
}

/// What can be trained with a head.
#[derive(Clone, Debug)]
struct VitTail {
    block: EncoderBlock,
    norm: LayerNorm,
}

#[derive(Clone, Debug)]
struct VitNodes {
    input: NodeId,
    norm: NodeId,
    pooled: NodeId,
    logits: NodeId,
}

impl Vit {
    /// Reads the weights.
    ///
    /// # Errors
    /// If a parameter is missing or has another shape.
    pub fn load(config: &VitConfig, parameters: &Parameters) -> Result<Self> {
        let nodes = VitNodes {
            input: "input".into(),
            norm: "norm".into(),
            pooled: "pooled".into(),
            logits: "logits".into(),
        };
        let blocks =
            (0..config.depth).map(|index| load_block(config, index, parameters)).collect::<Result<_>>()?;
        Ok(Self {
            image_size: config.image_size,
            embedding: Embedding::load(parameters, config)?,
            blocks,
            norm: load_norm(config, &nodes.norm, parameters)?,
            own_tail: None,
            placement: parameters.placement().clone(),
            pooling: config.pooling,
            head: Linear::load_head(parameters, &nodes.logits, config.dim, config.num_classes)?,
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
        let mut stream = self.embedding.forward_observed(&images, observer)?;
        for block in &self.blocks {
            stream = block.forward_observed(&stream, observer)?;
        }
        let norm = observer.tell(&self.nodes.norm, self.norm.forward(&stream)?)?;
        let pooled = observer.tell(&self.nodes.pooled, self.pool(&norm)?)?;
        observer.tell(&self.nodes.logits, self.head.forward(&pooled)?)
    }

    /// The same model without its position embedding: nothing then says where a patch was.
    ///
    /// # Errors
    /// If the device has no room.
    pub fn without_positions(&self) -> Result<Self> {
        Ok(Self { embedding: self.embedding.without_positions()?, ..self.clone() })
    }

    /// The same network with another head.
    ///
    /// # Errors
    /// If the device has no room.
    pub fn with_head(&self, weight: &Tensor, bias: &Tensor) -> Result<Self> {
        Ok(Self { head: Linear::head(&self.placement, weight, bias)?, ..self.clone() })
    }

    /// The same model with a last block and a final norm of these weights.
    ///
    /// # Errors
    /// If a parameter is missing or has another shape, or the device has no room.
    pub fn with_tail(&self, config: &VitConfig, weights: &dyn ParameterSource) -> Result<Self> {
        let parameters = Parameters::new(weights, &self.placement, BatchNormLoading::Folded);
        let block = load_block(config, config.depth - 1, &parameters)?;
        let tail = VitTail { block, norm: load_norm(config, &self.nodes.norm, &parameters)? };
        let (mut tuned, own) = self.exchanged(tail);
        tuned.own_tail = self.own_tail.clone().or(own.map(Box::new));
        Ok(tuned)
    }

    /// The same model with the last block and the final norm of its checkpoint.
    #[must_use]
    pub fn with_own_tail(&self) -> Self {
        let Some(tail) = self.own_tail.clone() else { return self.clone() };
        Self { own_tail: None, ..self.exchanged(*tail).0 }
    }

    /// The same model with another tail, and the one that it had.
    fn exchanged(&self, tail: VitTail) -> (Self, Option<VitTail>) {
        let mut other = self.clone();
        let norm = std::mem::replace(&mut other.norm, tail.norm);
        let before = other.blocks.pop().map(|block| VitTail { block, norm });
        other.blocks.push(tail.block);
        (other, before)
    }

    /// What the head would answer if the stream of tokens ended here: final norm, pooling, head.
    ///
    /// # Shapes
    /// `stream`: `[batch, tokens, dim]` to `[batch, num_classes]`.
    ///
    /// # Errors
    /// If the stream has another shape.
    ///
    /// # Source
    /// nostalgebraist, "interpreting GPT: the logit lens", 2020.
    pub fn read_out(&self, stream: &Tensor) -> Result<Tensor> {
        self.head.forward(&self.pool(&self.norm.forward(stream)?)?)
    }

    /// `[batch, tokens, dim]` to `[batch, dim]`, f32; token 0 is the class token, the rest are patches.
    fn pool(&self, tokens: &Tensor) -> Result<Tensor> {
        match self.pooling {
            Pooling::ClassToken => tokens.narrow(1, 0, 1)?.squeeze(1)?.to_dtype(DType::F32)?.contiguous(),
            Pooling::Mean => tokens.narrow(1, 1, tokens.dim(1)? - 1)?.to_dtype(DType::F32)?.mean(1),
        }
    }
}

fn load_block(config: &VitConfig, index: usize, parameters: &Parameters) -> Result<EncoderBlock> {
    EncoderBlock::load(parameters, config, NodeId::new(format!("encoder.{index}")))
}

fn load_norm(config: &VitConfig, node: &NodeId, parameters: &Parameters) -> Result<LayerNorm> {
    LayerNorm::load(parameters, node, config.dim, config.layer_norm_epsilon)
}
