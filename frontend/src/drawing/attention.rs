//! Attention over the patches of a picture: which tokens a Vision Transformer has, and one token's row of attention
//! weights as a map of the patches.

use shared::{Graph, NodeId, Operation, Section, TensorShape};

use super::grid::{Cell, Grid};
use crate::api::Array;

/// The tokens of a Vision Transformer and the nodes that its figures read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenLayout {
    /// Attention heads in each block.
    pub heads: usize,
    /// All tokens.
    pub tokens: usize,
    /// Patches along one side of the picture.
    pub patches_per_side: usize,
    /// The attention weights of each block.
    pub attention: Vec<NodeId>,
    /// The stream of tokens after each block.
    pub streams: Vec<NodeId>,
}

impl TokenLayout {
    /// Reads a graph; `None` for a model without attention.
    pub fn of(graph: &Graph) -> Option<Self> {
        let is_softmax = |operation: &Operation| *operation == Operation::Softmax;
        let attention = graph.nodes.iter().filter(|node| is_softmax(&node.operation));
        let TensorShape::Attention { heads, tokens } = attention.clone().next()?.output_shape else {
            return None;
        };
        let mut patches = graph.nodes.iter().filter_map(|node| match (&node.operation, &node.output_shape) {
            (Operation::PatchProjection { .. }, TensorShape::Tokens { tokens, .. }) => Some(*tokens),
            _ => None,
        });
        let blocks = graph.roots().filter(|node| matches!(node.section, Section::Encoder(_)));
        Some(Self {
            heads,
            tokens,
            patches_per_side: patches.next()?.isqrt(),
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
    pub fn token_of(&self, patch: Cell) -> usize {
        self.num_leading() + patch.row * self.patches_per_side + patch.column
    }

    /// The patch at a place of the picture, from (0, 0) to (1, 1).
    pub fn patch_at(&self, place: (f64, f64)) -> Cell {
        let side = self.patches_per_side;
        Grid { rows: side, columns: side, values: Vec::new() }.cell_at(place)
    }
}

/// What one token attends to.
#[derive(Clone, Debug, PartialEq)]
pub struct AttentionRow {
    /// Weight of each patch.
    pub patches: Grid,
    /// Weight of the tokens that are no patches together, the class token mostly.
    pub to_leading: f32,
}

impl AttentionRow {
    /// Reads a row from the weights `[heads, tokens]` of one query: of one head, or the mean over all.
    pub fn read(array: &Array, layout: &TokenLayout, head: Option<usize>) -> Option<Self> {
        let rows: Vec<&[f32]> = array.values.chunks_exact(layout.tokens).collect();
        let row: Vec<f32> = match head {
            Some(head) => rows.get(head)?.to_vec(),
            None if rows.is_empty() => return None,
            None => {
                let mean = |token: usize| rows.iter().map(|row| row[token]).sum::<f32>() / rows.len() as f32;
                (0..layout.tokens).map(mean).collect()
            }
        };
        let (leading, patches) = row.split_at(layout.num_leading());
        Some(Self { patches: Grid::square(patches.to_vec())?, to_leading: leading.iter().sum() })
    }

    /// Weight of all patches together.
    pub fn to_patches(&self) -> f32 {
        self.patches.values.iter().sum()
    }

    /// The sum of the whole row, which softmax makes 1.
    pub fn sum(&self) -> f32 {
        self.to_leading + self.to_patches()
    }

    /// The fewest patches that hold half of the weight that goes to patches: few where attention is sharp, half of all
    /// where it is even.
    pub fn patches_with_half(&self) -> usize {
        let mut weights = self.patches.values.clone();
        weights.sort_by(|one, other| other.total_cmp(one));
        let half = self.to_patches() / 2.0;
        let mut held = 0.0;
        let enough = weights.iter().position(|weight| {
            held += weight;
            held >= half
        });
        enough.map_or(weights.len(), |position| position + 1)
    }
}

#[cfg(test)]
mod tests {
    use shared::architecture::{Pooling, VitConfig};

    use super::*;

    fn layout() -> TokenLayout {
        let config = VitConfig {
            dim: 8,
            depth: 3,
            num_heads: 2,
            mlp_dim: 16,
            patch_size: 16,
            image_size: 32,
            num_classes: 2,
            layer_norm_epsilon: 1e-6,
            pooling: Pooling::Mean,
        };
        TokenLayout::of(&config.graph()).expect("a ViT has attention")
    }

    #[test]
    fn tokens_are_read_off_the_graph() {
        let layout = layout();
        assert_eq!(
            (layout.heads, layout.tokens, layout.patches_per_side, layout.num_leading()),
            (2, 5, 2, 1)
        );
        assert_eq!(layout.attention[2].as_str(), "encoder.2.attention_weights");
        assert_eq!(layout.streams[2].as_str(), "encoder.2");
        let patch = layout.patch_at((0.9, 0.4));
        assert_eq!((patch, layout.token_of(patch)), (Cell { row: 0, column: 1 }, 2));
        assert_eq!(layout.token_of(Cell { row: 1, column: 0 }), 3);
    }

    #[test]
    fn a_row_is_one_head_or_the_mean_and_sums_to_one() {
        let values = vec![0.2, 0.5, 0.1, 0.1, 0.1, 0.4, 0.1, 0.1, 0.1, 0.3];
        let array = Array { shape: vec![2, 5], values };
        let first = AttentionRow::read(&array, &layout(), Some(0)).expect("head 0 is there");
        assert_eq!(first.patches.values, [0.5, 0.1, 0.1, 0.1]);
        assert_eq!(first.patches_with_half(), 1);
        let mean = AttentionRow::read(&array, &layout(), None).expect("heads are there");
        for (value, expected) in mean.patches.values.iter().zip([0.3, 0.1, 0.1, 0.2]) {
            assert!((value - expected).abs() < 1e-6);
        }
        assert!((mean.to_leading - 0.3).abs() < 1e-6 && (mean.sum() - 1.0).abs() < 1e-6);
        assert_eq!(mean.patches_with_half(), 2);
        assert_eq!(AttentionRow::read(&array, &layout(), Some(2)), None);
        assert_eq!(AttentionRow::read(&Array { shape: vec![0], values: vec![] }, &layout(), None), None);
    }
}
