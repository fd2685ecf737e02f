//! Multi-head self-attention: queries, keys and values in one product, scores, weights, context, projection.

use candle_core::{Result, Tensor};
use shared::NodeId;
use shared::architecture::VitConfig;

use super::encoder_block::added;
use crate::device::attend_at_once;
use crate::models::layers::{Attended, Linear, attend, softmax, weigh, weights};
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

    /// The branch, added to the stream of tokens.
    ///
    /// # Shapes
    /// `stream` and `tokens`, which is the stream normed: `[batch, tokens, dim]`, to the same.
    ///
    /// # Errors
    /// If the device fails, and what the observer returns.
    ///
    /// # Source
    /// Vaswani et al., "Attention Is All You Need", 2017, section 3.2.
    pub fn added_to(&self, stream: &Tensor, tokens: &Tensor, observer: &mut dyn Observer) -> Result<Tensor> {
        let joined = self.query_key_value.forward(tokens)?;
        let context = match (self.query_key_value.is_packed(), joined.track_op()) {
            (true, false) => self.attend(&joined, observer)?,
            (true, true) if !self.is_looked_into(observer) => {
                let weights = observer.tell(&self.nodes.weights, weights(&joined, self.num_heads)?)?;
                weigh(&weights, &joined, self.num_heads)?
            }
            (false, false) if !self.is_looked_into(observer) && !observer.wants(&self.nodes.weights) => {
                match attend_at_once(&joined, self.num_heads)? {
                    Some(context) => context,
                    None => self.attend_in_steps(&self.split(&joined)?, observer)?,
                }
            }
            _ => {
                let heads = self.tell_heads(self.split(&joined)?, observer)?;
                self.attend_in_steps(&heads, observer)?
            }
        };
        added(&self.projection, &self.nodes.output, &context, stream, observer)
    }

    /// In one go: scores and weights are materialised only for an observer that wants them. From where an observer puts something else
    /// in the place of a tensor, step by step.
    fn attend(&self, joined: &Tensor, observer: &mut dyn Observer) -> Result<Tensor> {
        let nodes = &self.nodes;
        let mut heads = None;
        if self.wants_heads(observer) {
            let split = self.split(joined)?;
            let told = self.tell_heads(split.clone(), observer)?;
            if told.iter().zip(&split).any(|(told, split)| told.id() != split.id()) {
                return self.attend_in_steps(&told, observer);
            }
            heads = Some(told);
        }
        let wants = [observer.wants(&nodes.scores), observer.wants(&nodes.weights)];
        let Attended { scores, weights, context } = attend(joined, self.num_heads, wants[0], wants[1])?;
        let value = || match heads {
            Some([_, _, value]) => Ok(value),
            None => self.split(joined).map(|[_, _, value]| value),
        };
        if let Some(scores) = scores
            && let Some(scores) = observer.tell_computed(&nodes.scores, &scores)?
        {
            return self.weigh(&scores, &value()?, observer);
        }
        if let Some(weights) = weights
            && let Some(weights) = observer.tell_computed(&nodes.weights, &weights)?
        {
            return weigh(&weights, joined, self.num_heads);
        }
        Ok(context)
    }

    /// Whether the observer wants queries, keys, values or scores.
    fn is_looked_into(&self, observer: &dyn Observer) -> bool {
        self.wants_heads(observer) || observer.wants(&self.nodes.scores)
    }

    fn wants_heads(&self, observer: &dyn Observer) -> bool {
        let nodes = &self.nodes;
        [&nodes.query, &nodes.key, &nodes.value].into_iter().any(|node| observer.wants(node))
    }

    fn tell_heads(&self, heads: [Tensor; 3], observer: &mut dyn Observer) -> Result<[Tensor; 3]> {
        let [query, key, value] = heads;
        Ok([
            observer.tell(&self.nodes.query, query)?,
            observer.tell(&self.nodes.key, key)?,
            observer.tell(&self.nodes.value, value)?,
        ])
    }

    fn attend_in_steps(&self, heads: &[Tensor; 3], observer: &mut dyn Observer) -> Result<Tensor> {
        let [query, key, value] = heads;
        // The division by sqrt(head_dim) comes before the product: it then touches head_dim values a token, not tokens.
        let scores =
            (query / (self.head_dim as f64).sqrt())?.contiguous()?.matmul(&key.contiguous()?.t()?)?;
        self.weigh(&observer.tell(&self.nodes.scores, scores)?, value, observer)
    }

    fn weigh(&self, scores: &Tensor, value: &Tensor, observer: &mut dyn Observer) -> Result<Tensor> {
        let weights = observer.tell(&self.nodes.weights, softmax(scores)?)?;
        self.join_heads(&weights.to_dtype(value.dtype())?.matmul(&value.contiguous()?)?)
    }

    /// Queries, keys and values, each `[batch, heads, tokens, head_dim]`, where they stand.
    fn split(&self, joined: &Tensor) -> Result<[Tensor; 3]> {
        let (batch, num_tokens, _) = joined.dims3()?;
        let heads = joined
            .reshape((batch, num_tokens, 3, self.num_heads, self.head_dim))?
            .permute((2, 0, 3, 1, 4))?;
        Ok([heads.get(0)?, heads.get(1)?, heads.get(2)?])
    }

    /// `[batch, heads, tokens, head_dim]` to `[batch, tokens, dim]`.
    fn join_heads(&self, context: &Tensor) -> Result<Tensor> {
        let (batch, num_heads, num_tokens, head_dim) = context.dims4()?;
        context.transpose(1, 2)?.reshape((batch, num_tokens, num_heads * head_dim))
    }
}
