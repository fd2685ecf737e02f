//! Parts of a model that are switched off for one forward pass, to see what they were for. The weights stay as they are.

use std::collections::{BTreeMap, BTreeSet};

use candle_core::{Result, Tensor, bail};
use shared::views::SkipPart;
use shared::{EdgeKind, Graph, NodeId, Operation};

use super::observer::Observer;

/// What is switched off. Observes nothing.
#[derive(Clone, Debug, Default)]
pub struct SwitchOff {
    zeroed: BTreeSet<NodeId>,
    /// Sums, and the term that is all that is left of each.
    left_over: BTreeMap<NodeId, NodeId>,
    terms: BTreeMap<NodeId, Tensor>,
}

impl SwitchOff {
    /// Nodes whose tensor is zero.
    pub fn zeroing(nodes: impl IntoIterator<Item = NodeId>) -> Self {
        Self { zeroed: nodes.into_iter().collect(), ..Self::default() }
    }

    /// A part of a block, read off the graph: without its residual branch, what each sum of the block adds to the stream is zero;
    /// without its shortcut, nothing is left of each sum but that. An encoder block has two sums, a residual block one. `None` where
    /// the block has no sum.
    pub fn part_of(graph: &Graph, block: &NodeId, part: SkipPart) -> Option<Self> {
        let is_sum = |id: &NodeId| {
            let node = graph.node(id);
            node.is_some_and(|node| {
                node.operation == Operation::Sum && (node.id == *block || node.parent.as_ref() == Some(block))
            })
        };
        let branches = graph.edges.iter().filter(|edge| edge.kind == EdgeKind::Data && is_sum(&edge.to));
        let branches: Vec<_> = branches.map(|edge| (edge.to.clone(), edge.from.clone())).collect();
        if branches.is_empty() {
            return None;
        }
        Some(match part {
            SkipPart::Residual => Self::zeroing(branches.into_iter().map(|(_sum, branch)| branch)),
            SkipPart::Shortcut => Self { left_over: branches.into_iter().collect(), ..Self::default() },
        })
    }
}

impl Observer for SwitchOff {
    fn wants(&self, node: &NodeId) -> bool {
        self.zeroed.contains(node)
            || self.left_over.contains_key(node)
            || self.left_over.values().any(|term| term == node)
    }

    fn observe(&mut self, _node: &NodeId, _tensor: &Tensor) -> Result<()> {
        Ok(())
    }

    fn replace(&mut self, node: &NodeId, tensor: Tensor) -> Result<Tensor> {
        if let Some(term) = self.left_over.get(node) {
            let Some(term) = self.terms.get(term) else { bail!("{term} comes after the sum {node}") };
            return Ok(term.clone());
        }
        if self.zeroed.contains(node) {
            return tensor.zeros_like();
        }
        self.terms.insert(node.clone(), tensor.clone());
        Ok(tensor)
    }
}

/// Two observers, one after the other: the second sees what the first leaves.
pub struct Both<'observers>(pub &'observers mut dyn Observer, pub &'observers mut dyn Observer);

impl Observer for Both<'_> {
    fn wants(&self, node: &NodeId) -> bool {
        self.0.wants(node) || self.1.wants(node)
    }

    fn observe(&mut self, _node: &NodeId, _tensor: &Tensor) -> Result<()> {
        Ok(())
    }

    fn tell(&mut self, node: &NodeId, tensor: Tensor) -> Result<Tensor> {
        let tensor = self.0.tell(node, tensor)?;
        self.1.tell(node, tensor)
    }
}
