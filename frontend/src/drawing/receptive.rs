//! Receptive fields over the square that a model sees: the depths at which they grow, the unit that answers for a place,
//! and the box of pixels that it can have seen. Exact numbers of the graph; what a unit really uses of its box is less.

use shared::receptive_field::Span;
use shared::{Graph, Node, NodeId, ReceptiveField, Section, TensorShape, TokenLayout};

/// A depth of the network, as a block or a layer outside of blocks.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldStep {
    /// The node.
    pub node: NodeId,
    /// Side of its map.
    pub map_side: usize,
    /// Its field.
    pub field: ReceptiveField,
    /// Side of its field in pixels.
    pub size_px: usize,
    /// Whether it is the last of a stage, or a layer of the stem.
    pub ends_stage: bool,
}

/// The pixels that one unit can have seen; not clipped to the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FieldBox {
    /// From left to right.
    pub x: Span,
    /// From top to bottom.
    pub y: Span,
}

/// The depths of a CNN whose units see a part of the picture, in order.
pub fn steps(graph: &Graph) -> Vec<FieldStep> {
    let mut steps: Vec<FieldStep> = Vec::new();
    let mut sections: Vec<Section> = Vec::new();
    for node in graph.roots() {
        let (TensorShape::FeatureMap { height, .. }, ReceptiveField::Local { size_px, .. }) =
            (&node.output_shape, node.receptive_field)
        else {
            continue;
        };
        if node.section == Section::Input {
            continue;
        }
        if let (Some(last), true) = (steps.last_mut(), sections.last() == Some(&node.section)) {
            last.ends_stage = node.section == Section::Stem;
        }
        sections.push(node.section);
        steps.push(FieldStep {
            node: node.id.clone(),
            map_side: *height,
            field: node.receptive_field,
            size_px,
            ends_stage: true,
        });
    }
    steps
}

/// The unit whose centre lies nearest to a place from 0 to 1 on an axis of `side_px` pixels. Not the tile that the place
/// falls into: units are centred on `start + jump * i`, half a tile away from the tiles' centres.
pub fn unit_at(step: &FieldStep, place: f64, side_px: usize) -> usize {
    let ReceptiveField::Local { jump_px, start_px, .. } = step.field else {
        // A patch that sees the whole picture answers for its own part of it; truncation is the floor here.
        return ((place.max(0.0) * step.map_side as f64) as usize).min(step.map_side.saturating_sub(1));
    };
    let unit = (place * side_px as f64 - start_px) / jump_px as f64;
    (unit.round().max(0.0) as usize).min(step.map_side.saturating_sub(1))
}

/// The depths at which a unit or a patch can be looked at, in order: those of [`steps`], or of a Vision Transformer the embedded patches and
/// the tokens after each block. A field that is the whole picture counts as the picture's side.
pub fn depths(graph: &Graph, side_px: usize) -> Vec<FieldStep> {
    let Some(layout) = TokenLayout::of(graph) else { return steps(graph) };
    let is_before_blocks = |node: &&Node| node.section == Section::Embedding;
    let embedded = graph.roots().filter(is_before_blocks).last().map(|node| node.id.clone());
    let ids = embedded.into_iter().chain(layout.streams);
    ids.filter_map(|id| step_of(graph, &id, side_px)).collect()
}

/// A node whose tensor has places; `None` of others and of the input.
pub fn step_of(graph: &Graph, id: &NodeId, side_px: usize) -> Option<FieldStep> {
    let node = graph.node(id).filter(|node| node.section != Section::Input)?;
    let map_side = match &node.output_shape {
        TensorShape::FeatureMap { height, .. } => *height,
        TensorShape::Tokens { .. } => TokenLayout::of(graph)?.patches_per_side,
        _ => return None,
    };
    let (field, size_px) = (node.receptive_field, node.receptive_field.size_px(side_px));
    Some(FieldStep { node: id.clone(), map_side, field, size_px, ends_stage: false })
}

/// The depth at which a node stands: its own, or that of the block that it is a part of.
pub fn depth_of(graph: &Graph, depths: &[FieldStep], id: &NodeId) -> Option<usize> {
    let root = graph.node(id).map(|node| node.parent.as_ref().unwrap_or(&node.id))?;
    depths.iter().position(|step| step.node == *root)
}

/// Where a unit stands along an axis, in pixels. One that sees the whole picture stands in the middle of its part of it.
pub fn centre_px(step: &FieldStep, unit: usize, side_px: usize) -> f64 {
    match step.field {
        ReceptiveField::Local { jump_px, start_px, .. } => start_px + (jump_px * unit) as f64,
        ReceptiveField::Global => (unit as f64 + 0.5) * side_px as f64 / step.map_side.max(1) as f64,
    }
}

/// The box of the unit (column, row).
pub fn field_box(step: &FieldStep, (column, row): (usize, usize)) -> Option<FieldBox> {
    Some(FieldBox { x: step.field.span(column)?, y: step.field.span(row)? })
}

impl FieldBox {
    /// The part inside a picture of `side_px` pixels.
    pub fn clipped(self, side_px: usize) -> Self {
        Self { x: self.x.clipped(side_px), y: self.y.clipped(side_px) }
    }

    /// How much of the picture lies inside, from 0 to 1.
    pub fn share_of_picture(self, side_px: usize) -> f64 {
        let clipped = self.clipped(side_px);
        let side = side_px as f64;
        (clipped.x.end_px - clipped.x.begin_px) * (clipped.y.end_px - clipped.y.begin_px) / (side * side)
    }
}

#[cfg(test)]
mod tests {
    use shared::architecture::{BlockKind, ResNetConfig};

    use super::*;

    fn resnet50_steps() -> Vec<FieldStep> {
        let block = BlockKind::Bottleneck;
        steps(&ResNetConfig { block, stage_depths: [3, 4, 6, 3], num_classes: 2, image_size: 224 }.graph())
    }

    fn step(name: &str) -> FieldStep {
        resnet50_steps().into_iter().find(|step| step.node.as_str() == name).expect("the step exists")
    }

    #[test]
    fn steps_are_layers_of_the_stem_and_blocks() {
        let steps = resnet50_steps();
        assert_eq!(steps.len(), 2 + 16);
        let sizes: Vec<usize> = steps.iter().map(|step| step.size_px).collect();
        assert_eq!(sizes, [7, 11, 19, 27, 35, 43, 59, 75, 91, 107, 139, 171, 203, 235, 267, 299, 363, 427]);
        let ends: Vec<&str> =
            steps.iter().filter(|step| step.ends_stage).map(|step| step.node.as_str()).collect();
        assert_eq!(ends, ["conv1", "maxpool", "layer1.2", "layer2.3", "layer3.5", "layer4.2"]);
    }

    #[test]
    fn the_nearest_unit_answers_for_a_place() {
        // Centres of layer4's seven units: 0.5, 32.5, ... 192.5.
        for (place_px, unit) in [(0.0, 0), (16.4, 0), (16.6, 1), (112.0, 3), (176.6, 6), (224.0, 6)] {
            assert_eq!(unit_at(&step("layer4.2"), place_px / 224.0, 224), unit, "{place_px}");
        }
    }

    #[test]
    fn parts_of_blocks_and_patches_have_a_depth() {
        use shared::architecture::{Pooling, VitConfig};

        let vit = VitConfig {
            dim: 8,
            depth: 2,
            num_heads: 2,
            mlp_dim: 16,
            patch_size: 16,
            image_size: 64,
            num_classes: 2,
            layer_norm_epsilon: 1e-6,
            pooling: Pooling::ClassToken,
        };
        let graph = vit.graph();
        let depths = depths(&graph, 64);
        let sizes: Vec<(usize, usize)> = depths.iter().map(|step| (step.map_side, step.size_px)).collect();
        assert_eq!(sizes, [(4, 16), (4, 64), (4, 64)]);
        let second = &depths[2];
        assert_eq!(second.node.as_str(), "encoder.1");
        assert_eq!((unit_at(second, 0.49, 64), unit_at(second, 1.0, 64)), (1, 3));
        assert_eq!((centre_px(second, 1, 64), field_box(second, (1, 1))), (24.0, None));
        assert_eq!(depth_of(&graph, &depths, &"encoder.1.attention_sum".into()), Some(2));
        assert_eq!(depth_of(&graph, &depths, &"logits".into()), None);
        assert_eq!(step_of(&graph, &"encoder.0.attention_weights".into(), 64), None);
        assert_eq!(centre_px(&step("layer4.2"), 6, 224), 192.5);
    }

    #[test]
    fn the_corner_unit_of_the_last_stage_sees_up_to_pixel_213() {
        let corner = field_box(&step("layer4.2"), (0, 0)).expect("a local field");
        let clipped = corner.clipped(224);
        assert_eq!((clipped.x.begin_px, clipped.x.end_px, clipped.y.end_px), (0.0, 214.0, 214.0));
        assert_eq!(corner.x.begin_px, -213.0);
        assert!((corner.share_of_picture(224) - (214.0f64 / 224.0).powi(2)).abs() < 1e-12);
        let conv1 = field_box(&step("conv1"), (56, 0)).expect("a local field");
        assert_eq!((conv1.x.begin_px, conv1.x.end_px, conv1.y.begin_px), (109.0, 116.0, -3.0));
    }
}
