//! One pre-norm encoder block: norm, attention, sum, norm, MLP, sum.

use candle_core::{Result, Tensor};
use shared::NodeId;
use shared::architecture::VitConfig;

use super::attention::Attention;
use crate::kernels::Activation;
use crate::models::layers::{LayerNorm, Linear};
use crate::models::observer::Observer;
use crate::models::parameters::Parameters;

/// A block with its weights.
#[derive(Clone, Debug)]
pub struct EncoderBlock {
    nodes: EncoderBlockNodes,
    attention_norm: LayerNorm,
    attention: Attention,
    mlp_norm: LayerNorm,
    mlp_hidden: Linear,
    mlp: Linear,
}

#[derive(Clone, Debug)]
struct EncoderBlockNodes {
    attention_norm: NodeId,
    attention_sum: NodeId,
    mlp_norm: NodeId,
    mlp_hidden: NodeId,
    mlp: NodeId,
    output: NodeId,
}

impl EncoderBlock {
    /// Reads the weights of the block `id`.
    ///
    /// # Errors
    /// If a parameter is missing or has another shape.
    pub fn load(parameters: &Parameters, config: &VitConfig, id: NodeId) -> Result<Self> {
        let nodes = EncoderBlockNodes {
            attention_norm: id.child("attention_norm"),
            attention_sum: id.child("attention_sum"),
            mlp_norm: id.child("mlp_norm"),
            mlp_hidden: id.child("mlp_hidden"),
            mlp: id.child("mlp"),
            output: id,
        };
        let load_norm =
            |node: &NodeId| LayerNorm::load(parameters, node, config.dim, config.layer_norm_epsilon);
        Ok(Self {
            attention_norm: load_norm(&nodes.attention_norm)?,
            attention: Attention::load(parameters, config, &nodes.output)?,
            mlp_norm: load_norm(&nodes.mlp_norm)?,
            mlp_hidden: Linear::load(parameters, &nodes.mlp_hidden, config.dim, config.mlp_dim)?,
            mlp: Linear::load(parameters, &nodes.mlp, config.mlp_dim, config.dim)?,
            nodes,
        })
    }

    /// # Shapes
    /// `stream`: `[batch, tokens, dim]` to the same.
    ///
    /// # Errors
    /// If the device fails, and what the observer returns.
    pub fn forward_observed(&self, stream: &Tensor, observer: &mut dyn Observer) -> Result<Tensor> {
        let normed = observer.tell(&self.nodes.attention_norm, self.attention_norm.forward(stream)?)?;
        let attention_sum = self.attention.added_to(stream, &normed, observer)?;
        let attention_sum = observer.tell(&self.nodes.attention_sum, attention_sum)?;
        let normed = observer.tell(&self.nodes.mlp_norm, self.mlp_norm.forward(&attention_sum)?)?;
        let hidden = observer
            .tell(&self.nodes.mlp_hidden, self.mlp_hidden.forward_then(&normed, None, Activation::Gelu)?)?;
        let output = added(&self.mlp, &self.nodes.mlp, &hidden, &attention_sum, observer)?;
        observer.tell(&self.nodes.output, output)
    }
}

/// A branch's last layer, whose output is `node`, added to the stream.
pub(super) fn added(
    layer: &Linear,
    node: &NodeId,
    features: &Tensor,
    stream: &Tensor,
    observer: &mut dyn Observer,
) -> Result<Tensor> {
    if !observer.wants(node) {
        return layer.forward_then(features, Some(stream), Activation::None);
    }
    let [branch, sum] = layer.forward_in_stages(features, stream)?;
    match observer.tell_computed(node, &branch)? {
        Some(branch) => branch + stream,
        None => Ok(sum),
    }
}
