//! Multi-head self-attention: queries, keys and values in one product, scores, weights, context, projection.

use candle_core::{Result, Tensor};
use shared::NodeId;
use shared::architecture::VitConfig;

use crate::models::layers::{Linear, softmax};
use crate::models::observer::Observer;
use crate::models::parameters::Parameters;

/// The attention branch of one encoder block.
#[derive(Clone, Debug)]
pub struct Attention {
    nodes: AttentionNodes,
    num_heads: usize,
    head_dim: usize,
    /// Queries, keys and values side by side: `dim` to `3 * dim`.
    query_key_value: Linear,
    projection: Linear,
}

#[derive(Clone, Debug)]
struct AttentionNodes {
    query: NodeId,
    key: NodeId,
    value: NodeId,
    scores: NodeId,
    weights: NodeId,
    output: NodeId,
}

impl Attention {
    /// Reads the weights of the block `block`.
    ///
    /// # Errors
    /// If a parameter is missing or has another shape.
    pub fn load(parameters: &Parameters, config: &VitConfig, block: &NodeId) -> Result<Self> {
        let nodes = AttentionNodes {
            query: block.child("query"),
            key: block.child("key"),
            value: block.child("value"),
            scores: block.child("attention_scores"),
            weights: block.child("attention_weights"),
            output: block.child("attention"),
        };
        let joined = [&nodes.query, &nodes.key, &nodes.value];
        Ok(Self {
            num_heads: config.num_heads,
            head_dim: config.head_dim(),
            query_key_value: Linear::load_joined(parameters, &joined, config.dim, config.dim)?,
            projection: Linear::load(parameters, &nodes.output, config.dim, config.dim)?,
            nodes,
        })
    }

    /// # Shapes
    /// `tokens`: `[batch, tokens, dim]`, normed, to the branch's output of the same shape, before the residual sum.
    ///
    /// # Errors
    /// If the device fails, and what the observer returns.
    ///
    /// # Source
    /// Vaswani et al., "Attention Is All You Need", 2017, section 3.2.
    pub fn forward_observed(&self, tokens: &Tensor, observer: &mut dyn Observer) -> Result<Tensor> {
        let [query, key, value] = self.project(tokens)?;
        let query = observer.tell(&self.nodes.query, query)?;
        let key = observer.tell(&self.nodes.key, key)?;
        let value = observer.tell(&self.nodes.value, value)?;
        // The division by sqrt(head_dim) comes before the product: it then touches head_dim values a token, not tokens.
        let scores = (query / (self.head_dim as f64).sqrt())?.matmul(&key.t()?)?;
        let scores = observer.tell(&self.nodes.scores, scores)?;
        let weights = observer.tell(&self.nodes.weights, softmax(&scores)?)?;
        let output = self.projection.forward(&self.join_heads(&weights.matmul(&value)?)?)?;
        observer.tell(&self.nodes.output, output)
    }

    /// Queries, keys and values, each `[batch, heads, tokens, head_dim]` and contiguous, as products need them.
    fn project(&self, tokens: &Tensor) -> Result<[Tensor; 3]> {
        let (batch, num_tokens, _) = tokens.dims3()?;
        let heads = self
            .query_key_value
            .forward(tokens)?
            .reshape((batch, num_tokens, 3, self.num_heads, self.head_dim))?
            .permute((2, 0, 3, 1, 4))?
            .contiguous()?;
        Ok([heads.get(0)?, heads.get(1)?, heads.get(2)?])
    }

    /// `[batch, heads, tokens, head_dim]` to `[batch, tokens, dim]`.
    fn join_heads(&self, context: &Tensor) -> Result<Tensor> {
        let (batch, num_heads, num_tokens, head_dim) = context.dims4()?;
        context.transpose(1, 2)?.reshape((batch, num_tokens, num_heads * head_dim))
    }
}
