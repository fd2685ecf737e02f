//! The steps of a residual block, read off the graph, and how much of its sum the shortcut carried.

use shared::{Graph, Node, NodeId, Operation, TensorShape};

/// What a step is in its block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepRole {
    /// What the block reads.
    Input,
    /// A convolution of the residual branch, counted from 1.
    Branch(usize),
    /// What the shortcut hands on.
    Shortcut,
    /// Branch and shortcut together.
    Sum,
    /// After the last ReLU.
    Output,
}

/// A step of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockStep {
    /// The node whose tensor it is.
    pub node: NodeId,
    /// What it is.
    pub role: StepRole,
    /// Channels that it has.
    pub channels: usize,
    /// Rows and columns of its maps.
    pub side: usize,
    /// Whether its channels are those of the block's output, so that a channel's number means the same channel.
    pub is_aligned: bool,
}

/// A residual block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockSteps {
    /// The block.
    pub block: NodeId,
    /// In the order of the story: in, the branch, the shortcut, the sum, out.
    pub steps: Vec<BlockStep>,
}

impl BlockSteps {
    /// The block that a node is a part of, or that it is; `None` for a node outside of any residual block.
    pub fn around(graph: &Graph, id: &NodeId) -> Option<Self> {
        let node = graph.node(id)?;
        let block = node.parent.clone().unwrap_or_else(|| node.id.clone());
        let children: Vec<&Node> = graph.children(&block).collect();
        let is_shortcut = |node: &&&Node| {
            matches!(node.operation, Operation::IdentityShortcut | Operation::ProjectionShortcut { .. })
        };
        let shortcut = *children.iter().find(is_shortcut)?;
        let sum = *children.iter().find(|node| node.operation == Operation::Sum)?;
        let branch: Vec<&Node> = children
            .iter()
            .copied()
            .filter(|node| matches!(node.operation, Operation::Convolution { .. }))
            .collect();
        let input = graph.node(&graph.edges.iter().find(|edge| edge.to == shortcut.id)?.from)?;
        let output = graph.node(&block)?;
        let passes_on = shortcut.operation == Operation::IdentityShortcut;
        let mut steps = vec![step(input, StepRole::Input, passes_on)?];
        for (index, node) in branch.iter().enumerate() {
            steps.push(step(node, StepRole::Branch(index + 1), index + 1 == branch.len())?);
        }
        steps.push(step(shortcut, StepRole::Shortcut, true)?);
        steps.push(step(sum, StepRole::Sum, true)?);
        steps.push(step(output, StepRole::Output, true)?);
        Some(Self { block, steps })
    }

    /// Whether the channels of a node are those of the block's output.
    pub fn is_aligned(&self, node: &NodeId) -> bool {
        self.steps.iter().any(|step| step.node == *node && step.is_aligned)
    }

    /// What the shortcut is added to: the end of the residual branch.
    pub fn residual(&self) -> Option<&BlockStep> {
        self.steps.iter().rfind(|step| matches!(step.role, StepRole::Branch(_)))
    }

    /// The shortcut.
    pub fn shortcut(&self) -> Option<&BlockStep> {
        self.steps.iter().find(|step| step.role == StepRole::Shortcut)
    }
}

fn step(node: &Node, role: StepRole, is_aligned: bool) -> Option<BlockStep> {
    match node.output_shape {
        TensorShape::FeatureMap { channels, height, .. } => {
            Some(BlockStep { node: node.id.clone(), role, channels, side: height, is_aligned })
        }
        _ => None,
    }
}

/// Most steps that a block of a graph has.
pub fn most_steps(graph: &Graph) -> usize {
    let blocks = graph.roots().filter_map(|node| BlockSteps::around(graph, &node.id));
    blocks.map(|block| block.steps.len()).max().unwrap_or(0)
}

/// The shortcut's part of a sum's magnitude: `||shortcut|| / (||shortcut|| + ||residual||)`, Euclidean; `None` where both are zero.
pub fn shortcut_share(shortcut: &[f32], residual: &[f32]) -> Option<f64> {
    let length =
        |values: &[f32]| values.iter().map(|value| f64::from(*value) * f64::from(*value)).sum::<f64>().sqrt();
    let (shortcut, residual) = (length(shortcut), length(residual));
    (shortcut + residual > 0.0).then(|| shortcut / (shortcut + residual))
}

#[cfg(test)]
mod tests {
    use shared::architecture::{BlockKind, ResNetConfig};

    use super::*;

    fn graph(block: BlockKind) -> Graph {
        ResNetConfig { block, stage_depths: [2, 1, 1, 1], num_classes: 3, image_size: 64 }.graph()
    }

    fn names(steps: &BlockSteps, aligned: bool) -> Vec<&str> {
        let chosen = steps.steps.iter().filter(|step| step.is_aligned || !aligned);
        chosen.map(|step| step.node.as_str()).collect()
    }

    #[test]
    fn a_bottleneck_is_told_in_order() {
        let graph = graph(BlockKind::Bottleneck);
        let first = BlockSteps::around(&graph, &"layer1.0.conv2".into()).expect("inside a block");
        assert_eq!(first.block.as_str(), "layer1.0");
        let all = [
            "maxpool",
            "layer1.0.conv1",
            "layer1.0.conv2",
            "layer1.0.conv3",
            "layer1.0.shortcut",
            "layer1.0.sum",
            "layer1.0",
        ];
        assert_eq!(names(&first, false), all);
        // The projection mixes channels, so the input's are others.
        assert_eq!(names(&first, true), all[3..]);
        let second = BlockSteps::around(&graph, &"layer1.1".into()).expect("a block");
        assert_eq!(
            names(&second, true),
            ["layer1.0", "layer1.1.conv3", "layer1.1.shortcut", "layer1.1.sum", "layer1.1"]
        );
        assert_eq!(second.residual().map(|step| step.node.as_str()), Some("layer1.1.conv3"));
        assert!(second.is_aligned(&"layer1.0".into()) && !second.is_aligned(&"layer1.1.conv1".into()));
        assert_eq!(most_steps(&graph), 7);
    }

    #[test]
    fn a_basic_block_has_two_convolutions_and_the_stem_is_no_block() {
        let graph = graph(BlockKind::Basic);
        assert_eq!(most_steps(&graph), 6);
        for outside in ["conv1", "maxpool", "input", "nothing"] {
            assert_eq!(BlockSteps::around(&graph, &outside.into()), None, "{outside}");
        }
    }

    #[test]
    fn the_share_compares_lengths() {
        assert_eq!(shortcut_share(&[3.0, 4.0], &[0.0, -15.0]), Some(0.25));
        assert_eq!(shortcut_share(&[0.0], &[0.0]), None);
    }
}
