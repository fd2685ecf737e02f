//! What a Vision Transformer makes of patches before its first block: the filters of the patch embedding as pictures, the embeddings
//! of the patches and of their places as vectors that are compared, the class token beside them.

use std::cmp::Ordering;

use shared::{Graph, Node, NodeId, Operation};

use super::colour::Scale;
use super::grid::{Cell, Grid};
use super::pixels::{CHANNELS, Pixels};
use super::tiles::{BYTES_PER_PIXEL, TileLayout};
use crate::api::Array;
use shared::TokenLayout;

/// The order of the filters on their wall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilterOrder {
    /// The largest norm first.
    Norm,
    /// As the model has them.
    Index,
}

/// What the graph says of patches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatchParts {
    /// Makes a vector of each patch.
    pub projection: NodeId,
    /// Its weight.
    pub weight: String,
    /// The class token, where there is one.
    pub class_token: Option<String>,
    /// The position embedding.
    pub position: Option<String>,
    /// Side of a patch in pixels.
    pub side_px: usize,
    /// Length of a patch's vector.
    pub dim: usize,
}

impl PatchParts {
    /// Reads a graph; `None` for a model that cuts no patches.
    pub fn of(graph: &Graph) -> Option<Self> {
        let (projection, conv) = graph.nodes.iter().find_map(|node| match &node.operation {
            Operation::PatchProjection { conv } => Some((node, *conv)),
            _ => None,
        })?;
        let embeddings = graph.nodes.iter().find(|node| node.operation == Operation::Embeddings);
        let parameter = |node: &Node, suffix: &str| {
            let names = node.parameters.iter().map(|parameter| &parameter.name);
            names.into_iter().find(|name| name.rsplit('.').next() == Some(suffix)).cloned()
        };
        Some(Self {
            weight: parameter(projection, "weight")?,
            projection: projection.id.clone(),
            class_token: embeddings.and_then(|node| parameter(node, "class_token")),
            position: embeddings.and_then(|node| parameter(node, "position")),
            side_px: conv.kernel_size,
            dim: conv.out_channels,
        })
    }
}

/// The filters `[filters, 3, side, side]`.
#[derive(Clone, Copy, Debug)]
pub struct Filters<'weight> {
    weight: &'weight Array,
    /// How many there are.
    pub count: usize,
    /// Pixels along a side.
    pub side: usize,
}

impl<'weight> Filters<'weight> {
    /// Reads the weight of a patch embedding; `None` unless it is of colour pictures.
    pub fn of(weight: &'weight Array) -> Option<Self> {
        match *weight.shape.as_slice() {
            [count, CHANNELS, side, other] if side == other && side > 0 => Some(Self { weight, count, side }),
            _ => None,
        }
    }

    /// One filter's values.
    pub fn values(&self, filter: usize) -> &'weight [f32] {
        let size = CHANNELS * self.side * self.side;
        self.weight.values.get(filter * size..(filter + 1) * size).unwrap_or_default()
    }

    /// Length of a filter as a vector.
    pub fn norm(&self, filter: usize) -> f32 {
        norm(self.values(filter))
    }

    /// The filters in an order.
    pub fn ordered(&self, order: FilterOrder) -> Vec<usize> {
        let mut filters: Vec<usize> = (0..self.count).collect();
        if order == FilterOrder::Norm {
            let norms: Vec<f32> = filters.iter().map(|filter| self.norm(*filter)).collect();
            filters.sort_by(|one, other| norms[*other].total_cmp(&norms[*one]));
        }
        filters
    }

    /// A filter as colours: zero is mid-grey, its own largest magnitude full colour or none.
    pub fn colours(&self, filter: usize) -> Vec<u8> {
        let values = self.values(filter);
        let reach = values.iter().fold(0.0_f32, |reach, value| reach.max(value.abs()));
        let shade = |value: f32| {
            let position = if reach > 0.0 { value / reach } else { 0.0 };
            ((position + 1.0) / 2.0 * f32::from(u8::MAX)).round() as u8
        };
        let plane = self.side * self.side;
        (0..plane)
            .flat_map(|pixel| {
                let [red, green, blue] = [0, 1, 2].map(|channel| shade(values[channel * plane + pixel]));
                [red, green, blue, u8::MAX]
            })
            .collect()
    }

    /// One filter as a picture.
    pub fn picture(&self, filter: usize) -> Pixels {
        Pixels { width: self.side, height: self.side, rgba: self.colours(filter) }
    }
}

/// A patch of the picture that the model sees.
pub fn patch_pixels(picture: &Pixels, patch: Cell, side: usize) -> Option<Pixels> {
    let (left, top) = (patch.column * side, patch.row * side);
    let is_inside = left + side <= picture.width && top + side <= picture.height && side > 0;
    is_inside.then(|| {
        let row = |row: usize| {
            let start = ((top + row) * picture.width + left) * BYTES_PER_PIXEL;
            &picture.rgba[start..start + side * BYTES_PER_PIXEL]
        };
        Pixels { width: side, height: side, rgba: (0..side).flat_map(row).copied().collect() }
    })
}

/// Vectors of equal length, made as long as 1 so that a product is a cosine.
#[derive(Clone, Debug, PartialEq)]
pub struct Directions {
    dim: usize,
    values: Vec<f32>,
    /// Their lengths before.
    pub norms: Vec<f32>,
}

impl Directions {
    /// Reads `[vectors, dim]`, or the same with axes of length 1 before it; the first `skip` are left out.
    pub fn of(vectors: &Array, skip: usize) -> Option<Self> {
        let dim = *vectors.shape.last().filter(|dim| **dim > 0)?;
        let rows = || vectors.values.chunks_exact(dim).skip(skip);
        let norms: Vec<f32> = rows().map(norm).collect();
        let unit = |(row, norm): (&[f32], &f32)| {
            let norm = *norm;
            row.iter().map(move |value| if norm > 0.0 { value / norm } else { 0.0 }).collect::<Vec<_>>()
        };
        let values = rows().zip(&norms).flat_map(unit).collect();
        Some(Self { dim, values, norms })
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.norms.len()
    }

    /// Cosines of one with all.
    pub fn cosines_with(&self, index: usize) -> Vec<f32> {
        self.get(index).map(|own| self.cosines(own)).unwrap_or_default()
    }

    /// Cosines of another vector of any length with all.
    pub fn cosines_of(&self, vector: &[f32]) -> Vec<f32> {
        let length = norm(vector);
        let unit: Vec<f32> = vector.iter().map(|value| value / length.max(f32::MIN_POSITIVE)).collect();
        self.cosines(&unit)
    }

    fn get(&self, index: usize) -> Option<&[f32]> {
        self.values.get(index * self.dim..(index + 1) * self.dim)
    }

    fn cosines(&self, unit: &[f32]) -> Vec<f32> {
        let dot = |other: &[f32]| unit.iter().zip(other).map(|(one, other)| one * other).sum();
        self.values.chunks_exact(self.dim).map(dot).collect()
    }
}

/// The maps of all patches as one: at the place of each patch, the cosines of its vector with those of all.
pub fn atlas(directions: &Directions, per_side: usize) -> Option<(TileLayout, Pixels)> {
    let count = per_side * per_side;
    let layout = TileLayout { count, columns: per_side, tile: (per_side, per_side), gap: 1 };
    let tile = |index: usize| {
        let grid = Grid { rows: per_side, columns: per_side, values: directions.cosines_with(index) };
        Scale::Diverging.pixels(&grid, (-1.0, 1.0))
    };
    (directions.count() == count && count > 0).then(|| (layout, layout.pixels(tile)))
}

/// The patches whose vectors are the most like one's, the most alike first.
pub fn nearest(cosines: &[f32], index: usize, count: usize) -> Vec<(usize, f32)> {
    let others = cosines.iter().copied().enumerate().filter(|(other, _cosine)| *other != index);
    let mut others: Vec<(usize, f32)> = others.collect();
    let order = |one: &(usize, f32), other: &(usize, f32)| -> Ordering { other.1.total_cmp(&one.1) };
    others.sort_by(order);
    others.truncate(count);
    others
}

/// How many values are larger than one of them, from 0.
pub fn rank(values: &[f32], index: usize) -> Option<usize> {
    let own = *values.get(index)?;
    Some(values.iter().filter(|value| **value > own).count())
}

/// The class token as it enters the first block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClassTokenFacts {
    /// Length of the learned vector.
    pub norm: f32,
    /// Length of the position embedding that is added to it.
    pub position_norm: f32,
    /// Least, mean and largest cosine of the learned vector with the position embeddings of the patches.
    pub position_cosines: [f32; 3],
    /// The same with the embeddings of this picture's patches.
    pub patch_cosines: [f32; 3],
}

/// What there is to say of the class token: `token` is `[dim]`, `positions` `[tokens, dim]`.
pub fn class_token_facts(
    token: &Array,
    positions: &Array,
    patches: &Directions,
    layout: &TokenLayout,
) -> Option<ClassTokenFacts> {
    let own = Directions::of(positions, 0).filter(|_own| layout.num_leading() > 0)?;
    let places = Directions::of(positions, layout.num_leading())?;
    Some(ClassTokenFacts {
        norm: norm(&token.values),
        position_norm: *own.norms.first()?,
        position_cosines: ends(&places.cosines_of(&token.values))?,
        patch_cosines: ends(&patches.cosines_of(&token.values))?,
    })
}

/// Least, mean and largest.
pub fn ends(values: &[f32]) -> Option<[f32; 3]> {
    let least = values.iter().copied().reduce(f32::min)?;
    let largest = values.iter().copied().reduce(f32::max)?;
    Some([least, values.iter().sum::<f32>() / values.len() as f32, largest])
}

fn norm(values: &[f32]) -> f32 {
    values.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>().sqrt() as f32
}

#[cfg(test)]
mod tests {
    use shared::architecture::{Pooling, VitConfig};

    use super::*;

    fn graph() -> Graph {
        VitConfig {
            dim: 8,
            depth: 3,
            num_heads: 2,
            mlp_dim: 16,
            patch_size: 16,
            image_size: 32,
            num_classes: 2,
            layer_norm_epsilon: 1e-6,
            pooling: Pooling::Mean,
        }
        .graph()
    }

    #[test]
    fn parts_are_read_off_the_graph() {
        let parts = PatchParts::of(&graph()).expect("a ViT cuts patches");
        assert_eq!((parts.weight.as_str(), parts.side_px, parts.dim), ("patch_embedding.weight", 16, 8));
        assert_eq!(parts.position.as_deref(), Some("embeddings.position"));
        assert_eq!(parts.class_token.as_deref(), Some("embeddings.class_token"));
    }

    #[test]
    fn filters_are_ordered_by_norm_and_drawn_around_grey() {
        let mut values = vec![0.0; 2 * 3 * 4];
        values[0] = 0.5;
        values[12] = -2.0;
        values[16] = 1.0;
        let weight = Array { shape: vec![2, 3, 2, 2], values };
        let filters = Filters::of(&weight).expect("of colours");
        assert_eq!(filters.ordered(FilterOrder::Norm), [1, 0]);
        assert_eq!(filters.ordered(FilterOrder::Index), [0, 1]);
        assert!((filters.norm(1) - 5.0f32.sqrt()).abs() < 1e-6);
        // Red at its least, green half-way up, blue at zero.
        assert_eq!(filters.colours(1)[..4], [0, 191, 128, 255]);
        assert_eq!(filters.picture(0).at(0, 0), Some([255, 128, 128]));
        assert!(Filters::of(&Array { shape: vec![2, 1, 2, 2], values: vec![0.0; 8] }).is_none());
    }

    #[test]
    fn a_patch_is_cut_from_its_place() {
        let rgba = (0..16u8).flat_map(|pixel| [pixel, 0, 0, 255]).collect();
        let picture = Pixels { width: 4, height: 4, rgba };
        let patch = patch_pixels(&picture, Cell { row: 1, column: 0 }, 2).expect("inside");
        let reds: Vec<u8> = patch.rgba.chunks_exact(4).map(|pixel| pixel[0]).collect();
        assert_eq!(reds, [8, 9, 12, 13]);
        assert_eq!(patch_pixels(&picture, Cell { row: 2, column: 0 }, 2), None);
    }

    #[test]
    fn directions_compare_and_the_most_alike_come_first() {
        let vectors =
            Array { shape: vec![1, 5, 2], values: vec![9.0, 9.0, 2.0, 0.0, 3.0, 0.0, 0.0, 2.0, 1.0, 1.0] };
        let directions = Directions::of(&vectors, 1).expect("five");
        assert_eq!(
            (directions.count(), directions.norms.as_slice()),
            (4, [2.0, 3.0, 2.0, 2.0f32.sqrt()].as_slice())
        );
        let cosines = directions.cosines_with(0);
        for (cosine, expected) in cosines.iter().zip([1.0, 1.0, 0.0, 0.5f32.sqrt()]) {
            assert!((cosine - expected).abs() < 1e-6, "{cosines:?}");
        }
        let near: Vec<usize> = nearest(&cosines, 0, 2).into_iter().map(|(index, _cosine)| index).collect();
        assert_eq!(near, [1, 3]);
        assert_eq!(
            (rank(&directions.norms, 1), rank(&directions.norms, 3), rank(&directions.norms, 4)),
            (Some(0), Some(3), None)
        );
        let (layout, pixels) = atlas(&directions, 2).expect("four");
        assert_eq!(((pixels.width, pixels.height), layout.at((0.9, 0.1))), ((5, 5), Some(1)));
        assert_eq!(pixels.at(0, 0), Some([0xb2, 0x18, 0x2b]));
        assert!(atlas(&directions, 3).is_none());
    }

    #[test]
    fn the_class_token_is_measured_against_places_and_patches() {
        let layout = TokenLayout {
            heads: 1,
            tokens: 2,
            patches_per_side: 1,
            patch_size_px: 16,
            attention: vec![],
            streams: vec![],
        };
        let token = Array { shape: vec![1, 1, 2], values: vec![0.0, 4.0] };
        let positions = Array { shape: vec![2, 2], values: vec![3.0, 0.0, 1.0, 1.0] };
        let patches = Directions::of(&Array { shape: vec![1, 2], values: vec![0.0, -2.0] }, 0).expect("one");
        let facts = class_token_facts(&token, &positions, &patches, &layout).expect("a class token");
        assert_eq!((facts.norm, facts.position_norm), (4.0, 3.0));
        assert!((facts.position_cosines[1] - 0.5f32.sqrt()).abs() < 1e-6);
        assert!((facts.patch_cosines[0] + 1.0).abs() < 1e-6);
    }
}
