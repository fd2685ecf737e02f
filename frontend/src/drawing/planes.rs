//! Which part of a tensor is looked at, and the maps that it is made of: a few channels, a few features over the patch
//! grid, the class token's row of each head, or a whole vector. Small slices, so that every node can be looked at.

use shared::{Node, Operation, TensorShape};

use super::colour::Scale;
use super::grid::Grid;
use crate::api::Array;

/// Most maps that are shown of a tensor.
const MAX_PLANES: usize = 8;

/// What the maps of a tensor are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaneKind {
    /// Channels of a feature map.
    Channels,
    /// Features of the patch tokens, each over the patch grid.
    Features,
    /// Features of one head's patch tokens, each over the patch grid.
    HeadFeatures,
    /// The class token's row over the patches, of each head.
    ClassTokenRows,
    /// A whole vector, which has no place in the picture.
    Vector,
}

/// What to ask for and how to show it.
#[derive(Clone, Debug, PartialEq)]
pub struct Planes {
    /// What the maps are.
    pub kind: PlaneKind,
    /// How many.
    pub count: usize,
    /// Out of how many.
    pub of: usize,
    /// The part of the tensor, in the words of the API; all of it where `None`.
    pub slice: Option<String>,
    /// How values become colours.
    pub scale: Scale,
}

impl Planes {
    /// What is shown of a node's tensor.
    pub fn of(node: &Node) -> Self {
        let few = |count: usize| count.min(MAX_PLANES);
        let (kind, of, slice) = match node.output_shape {
            TensorShape::FeatureMap { channels, .. } => {
                (PlaneKind::Channels, channels, Some(format!("0:{}", few(channels))))
            }
            TensorShape::Tokens { tokens, dim } => {
                let slice = format!("{}:{tokens},0:{}", tokens - patches(tokens), few(dim));
                (PlaneKind::Features, dim, Some(slice))
            }
            TensorShape::Heads { tokens, head_dim, .. } => {
                let slice = format!("0,{}:{tokens},0:{}", tokens - patches(tokens), few(head_dim));
                (PlaneKind::HeadFeatures, head_dim, Some(slice))
            }
            TensorShape::Attention { heads, .. } => {
                (PlaneKind::ClassTokenRows, heads, Some(format!("0:{},0", few(heads))))
            }
            TensorShape::Vector { features } => (PlaneKind::Vector, features, None),
        };
        Self { kind, count: few(of), of, slice, scale: scale(&node.operation) }
    }

    /// One of the maps; `None` where the array is not what was asked for.
    pub fn plane(&self, array: &Array, index: usize) -> Option<Grid> {
        match (self.kind, array.shape.as_slice()) {
            (PlaneKind::Channels, _shape) => Grid::channel(array, index),
            (PlaneKind::Features | PlaneKind::HeadFeatures, [_tokens, features]) if index < *features => {
                Grid::square(array.values.iter().skip(index).step_by(*features).copied().collect())
            }
            (PlaneKind::ClassTokenRows, [_heads, tokens]) => {
                let row = array.values.get(index * tokens..(index + 1) * tokens)?;
                Grid::square(row.get(tokens - patches(*tokens)..)?.to_vec())
            }
            _ => None,
        }
    }

    /// The ends of the one scale that all maps share.
    pub fn range(&self, array: &Array) -> Option<(f32, f32)> {
        let grids = (0..self.count).filter_map(|index| self.plane(array, index));
        let values: Vec<f32> = grids.flat_map(|grid| grid.values).collect();
        let grid = Grid { rows: 1, columns: values.len(), values };
        (grid.columns > 0).then(|| self.scale.range(&grid))
    }
}

/// Patches among tokens: all, or all but the class token.
fn patches(tokens: usize) -> usize {
    tokens.isqrt() * tokens.isqrt()
}

/// What cannot be negative is shown from its least to its largest value, the rest around zero.
fn scale(operation: &Operation) -> Scale {
    match operation {
        Operation::Convolution { relu: true, .. }
        | Operation::MaxPool { .. }
        | Operation::Relu
        | Operation::Softmax
        | Operation::GlobalAveragePool => Scale::Sequential,
        _ => Scale::Diverging,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drawing::walk::tests::every_architecture;

    #[test]
    fn every_node_shows_a_part_that_its_tensor_has() {
        for (name, graph) in every_architecture() {
            for node in &graph.nodes {
                let planes = Planes::of(node);
                let dims = node.output_shape.dims();
                for (axis, part) in planes.slice.iter().flat_map(|slice| slice.split(',')).enumerate() {
                    let end: usize = match part.split_once(':') {
                        Some((begin, end)) => {
                            let (begin, end) = (begin.parse::<usize>(), end.parse());
                            let (begin, end) = (begin.expect("a number"), end.expect("a number"));
                            assert!(begin < end, "{name}, {}: {part}", node.id);
                            end
                        }
                        None => part.parse::<usize>().expect("a number") + 1,
                    };
                    assert!(end <= dims[axis], "{name}, {}: {part} of {}", node.id, dims[axis]);
                }
                assert!(planes.count > 0, "{name}, {}", node.id);
            }
        }
    }

    #[test]
    fn planes_are_cut_from_their_slices() {
        let tokens =
            Planes { kind: PlaneKind::Features, count: 2, of: 384, slice: None, scale: Scale::Diverging };
        let array = Array { shape: vec![4, 2], values: vec![0.0, 10.0, 1.0, 11.0, 2.0, 12.0, 3.0, -13.0] };
        let second = Grid { rows: 2, columns: 2, values: vec![10.0, 11.0, 12.0, -13.0] };
        assert_eq!(tokens.plane(&array, 1), Some(second));
        assert_eq!(tokens.plane(&array, 2), None);
        assert_eq!(tokens.range(&array), Some((-13.0, 13.0)));
        let rows = Planes { kind: PlaneKind::ClassTokenRows, scale: Scale::Sequential, ..tokens };
        let array =
            Array { shape: vec![2, 5], values: vec![9.0, 0.1, 0.2, 0.3, 0.4, 9.0, 0.5, 0.6, 0.7, 0.8] };
        let second = Grid { rows: 2, columns: 2, values: vec![0.5, 0.6, 0.7, 0.8] };
        assert_eq!(rows.plane(&array, 1), Some(second));
        assert_eq!(rows.range(&array), Some((0.1, 0.8)), "the class token's own column is left out");
    }
}
