//! Gradients of what a model computes with respect to what it computed before, through the same layers that answer visitors.

use std::collections::BTreeMap;

use candle_core::{Result, Tensor, Var, bail};
use shared::NodeId;

use super::backbone::Backbone;
use super::observer::Observer;

/// What the gradient is taken of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A place of a map, `[batch, channels, height, width]`.
    OfMap {
        /// From the top.
        row: usize,
        /// From the left.
        column: usize,
    },
    /// A token of a stream, `[batch, tokens, dim]`.
    OfTokens {
        /// Position among the tokens.
        token: usize,
    },
}

/// A node's tensor and the gradient of a logit with respect to it, without the batch axis.
#[derive(Clone, Debug)]
pub struct ValueAndGradient {
    /// What the node computed.
    pub value: Tensor,
    /// How the logit changes with it.
    pub gradient: Tensor,
}

/// The gradient of a unit's mean over its channels with respect to the image.
///
/// # Shapes
/// `image`: `[1, 3, side, side]`, to `[3, side, side]`.
///
/// # Errors
/// The model has no such node, or the node no such unit.
///
/// # Source
/// Luo, Li, Urtasun, Zemel, "Understanding the Effective Receptive Field in Deep Convolutional Neural Networks", 2016.
pub fn of_unit(backbone: &Backbone, image: &Tensor, node: &NodeId, unit: Unit) -> Result<Tensor> {
    let image = Var::from_tensor(image)?;
    let tensor = backbone.up_to(image.as_tensor(), node)?;
    let vector = match unit {
        Unit::OfMap { row, column } => tensor.narrow(2, row, 1)?.narrow(3, column, 1)?,
        Unit::OfTokens { token } => tensor.narrow(1, token, 1)?,
    };
    let gradients = vector.mean_all()?.backward()?;
    let Some(gradient) = gradients.get(&image) else { bail!("no gradient reaches the image from {node}") };
    gradient.detach().get(0)
}

/// What some nodes computed, and the gradient of a class's logit with respect to each; beside them all logits, `[classes]`.
///
/// # Errors
/// The model has no such node, or no such class.
pub fn of_logit(
    backbone: &Backbone,
    image: &Tensor,
    class: usize,
    nodes: &[NodeId],
) -> Result<(BTreeMap<NodeId, ValueAndGradient>, Tensor)> {
    let mut probes = Probes { wanted: nodes, variables: BTreeMap::new(), values: BTreeMap::new() };
    let logits = backbone.forward_observed(image, &mut probes)?;
    let gradients = logits.narrow(1, class, 1)?.sum_all()?.backward()?;
    let Probes { variables, values, .. } = probes;
    let pairs = variables.into_iter().zip(values.into_values()).map(|((node, variable), value)| {
        let Some(gradient) = gradients.get(&variable) else { bail!("no gradient reaches {node}") };
        let pair = ValueAndGradient { value: value.get(0)?, gradient: gradient.detach().get(0)? };
        Ok((node, pair))
    });
    let pairs: BTreeMap<_, _> = pairs.collect::<Result<_>>()?;
    if pairs.len() < nodes.len() {
        bail!("the model lacks one of the nodes {nodes:?}");
    }
    Ok((pairs, logits.detach().get(0)?))
}

/// Adds zero to each wanted node, as a variable: the gradient with respect to it is the one with respect to the node, which
/// candle itself keeps for variables alone.
struct Probes<'nodes> {
    wanted: &'nodes [NodeId],
    variables: BTreeMap<NodeId, Var>,
    values: BTreeMap<NodeId, Tensor>,
}

impl Observer for Probes<'_> {
    fn wants(&self, node: &NodeId) -> bool {
        self.wanted.contains(node)
    }

    fn observe(&mut self, node: &NodeId, tensor: &Tensor) -> Result<()> {
        self.values.insert(node.clone(), tensor.detach());
        Ok(())
    }

    fn replace(&mut self, node: &NodeId, tensor: Tensor) -> Result<Tensor> {
        let zero = Var::zeros(tensor.shape(), tensor.dtype(), tensor.device())?;
        let probed = (tensor + zero.as_tensor())?;
        self.variables.insert(node.clone(), zero);
        Ok(probed)
    }
}
