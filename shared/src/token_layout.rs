//! The tokens of a Vision Transformer, read off its graph: which are patches, where these lie, and which nodes hold them.

use crate::architecture::{Graph, NodeId, Operation, Section, TensorShape};

/// Tokens and the nodes that hold them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenLayout {
    /// Attention heads in each block.
    pub heads: usize,
    /// All tokens.
    pub tokens: usize,
    /// Patches along one side of the picture.
    pub patches_per_side: usize,
    /// Side of a patch in pixels.
    pub patch_size_px: usize,
    /// The attention weights of each block.
    pub attention: Vec<NodeId>,
    /// The stream of tokens after each block.
    pub streams: Vec<NodeId>,
}

impl TokenLayout {
    /// Reads a graph; `None` for a model without attention.
    pub fn of(graph: &Graph) -> Option<Self> {
        let attention = graph.nodes.iter().filter(|node| node.operation == Operation::Softmax);
        let TensorShape::Attention { heads, tokens } = attention.clone().next()?.output_shape else {
            return None;
        };
        let patches = graph.nodes.iter().find_map(|node| match (&node.operation, &node.output_shape) {
            (Operation::PatchProjection { conv }, TensorShape::Tokens { tokens, .. }) => {
                Some((conv.kernel_size, *tokens))
            }
            _ => None,
        });
        let (patch_size_px, num_patches) = patches?;
        let blocks = graph.roots().filter(|node| matches!(node.section, Section::Encoder(_)));
        Some(Self {
            heads,
            tokens,
            patches_per_side: num_patches.isqrt(),
            patch_size_px,
            attention: attention.map(|node| node.id.clone()).collect(),
            streams: blocks.map(|node| node.id.clone()).collect(),
        })
    }

    /// Patches of the whole picture.
    pub fn num_patches(&self) -> usize {
        self.patches_per_side * self.patches_per_side
    }

    /// Tokens before the first patch.
    pub fn num_leading(&self) -> usize {
        self.tokens - self.num_patches()
    }

    /// Position of a patch among the tokens.
    pub fn token_of(&self, row: usize, column: usize) -> usize {
        self.num_leading() + row * self.patches_per_side + column
    }
}
