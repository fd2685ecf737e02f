//! What the specification table says of a graph in numbers: depth, parts, and the same backbone with another head.

use std::collections::HashMap;

use shared::{ArchitectureConfig, Graph, Node, NodeId, Operation, ReceptiveField, Section, TensorShape};

/// Outputs of the head in which published totals are given, ImageNet's classes.
pub const PUBLISHED_CLASSES: usize = 1000;

/// A part of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartName {
    /// A section.
    Section(Section),
    /// All encoder blocks together.
    EncoderBlocks(usize),
    /// Within the encoder blocks: queries, keys and values.
    Projections,
    /// Within the encoder blocks: scores, weighted sums and the projection that joins the heads.
    Attention,
    /// Within the encoder blocks: the two linear layers of each.
    Mlp,
    /// Within the encoder blocks: the norms.
    Norms,
}

/// What a part holds and costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Which.
    pub name: PartName,
    /// Whether the row before it that is no detail contains it.
    pub is_detail: bool,
    /// Trainable parameters.
    pub parameters: u64,
    /// Multiply-accumulates.
    pub macs: u64,
}

/// The parts of a model that hold or compute anything, in order of execution; encoder blocks as one, with its details.
pub fn parts(graph: &Graph) -> Vec<Part> {
    let sections = graph.sections();
    let is_encoder = |section: &Section| matches!(section, Section::Encoder(_));
    let num_blocks = sections.iter().filter(|section| is_encoder(section)).count();
    let mut parts = Vec::new();
    for section in sections {
        match section {
            Section::Encoder(0) => {
                parts.push(part(graph, PartName::EncoderBlocks(num_blocks), false, |node| {
                    is_encoder(&node.section)
                }));
                let details = [PartName::Projections, PartName::Attention, PartName::Mlp, PartName::Norms];
                parts.extend(
                    details.map(|name| part(graph, name, true, |node| detail_of(node) == Some(name))),
                );
            }
            Section::Encoder(_) => {}
            _ => parts.push(part(graph, PartName::Section(section), false, |node| node.section == section)),
        }
    }
    parts.retain(|part| part.parameters + part.macs > 0);
    parts
}

/// Weighted layers on the longest path through the graph: convolutions, linear layers and attention projections. Norms,
/// the 1x1 convolutions of shortcuts and the position embedding are no layers of their own in the literature's counts.
pub fn weighted_depth(graph: &Graph) -> usize {
    let mut depths: HashMap<&NodeId, usize> = HashMap::new();
    for node in &graph.nodes {
        let before = graph.edges.iter().filter(|edge| edge.to == node.id);
        let before = before.filter_map(|edge| depths.get(&edge.from)).max().copied().unwrap_or(0);
        depths.insert(&node.id, before + usize::from(is_weighted_layer(node)));
    }
    depths.into_values().max().unwrap_or(0)
}

/// Trainable parameters and multiply-accumulates of the same backbone under a head of `num_classes` outputs.
pub fn with_classes(architecture: &ArchitectureConfig, num_classes: usize) -> (u64, u64) {
    let graph = match architecture.clone() {
        ArchitectureConfig::Resnet(config) => {
            shared::architecture::ResNetConfig { num_classes, ..config }.graph()
        }
        ArchitectureConfig::Vit(config) => shared::architecture::VitConfig { num_classes, ..config }.graph(),
    };
    (graph.total_parameters(), graph.total_macs())
}

/// Sides of the square maps from the input on, each size once; of a ViT the input alone.
pub fn map_sides(graph: &Graph) -> Vec<usize> {
    let maps = graph.roots().filter_map(|node| match node.output_shape {
        TensorShape::FeatureMap { height, .. } => Some(height),
        _ => None,
    });
    let mut sides: Vec<usize> = maps.collect();
    sides.dedup();
    sides
}

/// Distance in pixels between neighbouring units of the last map: the step by which a shift of the picture moves it.
pub fn total_stride(graph: &Graph) -> usize {
    let jumps = graph.nodes.iter().filter_map(|node| match node.receptive_field {
        ReceptiveField::Local { jump_px, .. } => Some(jump_px),
        ReceptiveField::Global => None,
    });
    jumps.max().unwrap_or(1)
}

/// The largest receptive field in pixels before every unit sees everything.
pub fn largest_local_field(graph: &Graph) -> usize {
    let local = graph.nodes.iter().filter_map(|node| match node.receptive_field {
        ReceptiveField::Local { size_px, .. } => Some(size_px),
        ReceptiveField::Global => None,
    });
    local.max().unwrap_or(0)
}

/// The first layer or block of which some unit can have seen the whole picture of `side_px` pixels.
pub fn first_to_see_all(graph: &Graph, side_px: usize) -> Option<&Node> {
    graph.roots().find(|node| match node.output_shape {
        TensorShape::FeatureMap { height, .. } => {
            units_that_see_all(node.receptive_field, height, side_px) > 0
        }
        _ => node.receptive_field == ReceptiveField::Global,
    })
}

/// How many of the `map_side` units along one axis can have seen all `side_px` pixels.
pub fn units_that_see_all(field: ReceptiveField, map_side: usize, side_px: usize) -> usize {
    let sees_all = |unit: &usize| {
        field.span(*unit).is_none_or(|span| span.begin_px <= 0.0 && span.end_px >= side_px as f64)
    };
    (0..map_side).filter(sees_all).count()
}

fn part(graph: &Graph, name: PartName, is_detail: bool, belongs: impl Fn(&Node) -> bool) -> Part {
    let nodes = || graph.nodes.iter().filter(|node| belongs(node));
    Part {
        name,
        is_detail,
        parameters: nodes().map(Node::parameter_count).sum(),
        macs: nodes().map(|node| node.macs).sum(),
    }
}

fn detail_of(node: &Node) -> Option<PartName> {
    if !matches!(node.section, Section::Encoder(_)) {
        return None;
    }
    match (&node.operation, &node.output_shape) {
        (Operation::Linear { .. }, TensorShape::Heads { .. }) => Some(PartName::Projections),
        (Operation::Linear { .. }, _) => Some(PartName::Mlp),
        (Operation::AttentionScores { .. } | Operation::Softmax | Operation::AttentionOutput { .. }, _) => {
            Some(PartName::Attention)
        }
        (Operation::LayerNorm { .. }, _) => Some(PartName::Norms),
        _ => None,
    }
}

fn is_weighted_layer(node: &Node) -> bool {
    matches!(
        node.operation,
        Operation::Convolution { .. }
            | Operation::PatchProjection { .. }
            | Operation::Linear { .. }
            | Operation::AttentionOutput { .. }
    )
}

#[cfg(test)]
mod tests {
    use shared::architecture::{BlockKind, Pooling, ResNetConfig, VitConfig};

    use super::*;

    fn resnet(block: BlockKind, stage_depths: [usize; 4]) -> ArchitectureConfig {
        ArchitectureConfig::Resnet(ResNetConfig { block, stage_depths, num_classes: 257, image_size: 224 })
    }

    fn resnet50() -> ArchitectureConfig {
        resnet(BlockKind::Bottleneck, [3, 4, 6, 3])
    }

    fn vit_b16() -> ArchitectureConfig {
        ArchitectureConfig::Vit(VitConfig {
            dim: 768,
            depth: 12,
            num_heads: 12,
            mlp_dim: 3072,
            patch_size: 16,
            image_size: 224,
            num_classes: 257,
            layer_norm_epsilon: 1e-6,
            pooling: Pooling::ClassToken,
        })
    }

    #[test]
    fn a_resnets_number_is_its_weighted_depth() {
        for config in
            [resnet(BlockKind::Basic, [2; 4]), resnet50(), resnet(BlockKind::Bottleneck, [3, 8, 36, 3])]
        {
            assert_eq!(format!("ResNet-{}", weighted_depth(&config.graph())), config.name());
        }
        // Patch projection, then queries, projection and two linear layers in each of twelve blocks, then the head.
        assert_eq!(weighted_depth(&vit_b16().graph()), 1 + 12 * 4 + 1);
    }

    #[test]
    fn parts_are_the_published_ones_and_sum_to_the_whole() {
        for config in [resnet50(), vit_b16()] {
            let (graph, parts) = (config.graph(), parts(&config.graph()));
            let sum = |is_detail: bool| {
                let parts = parts.iter().filter(move |part| part.is_detail == is_detail);
                parts.fold((0, 0), |sum, part| (sum.0 + part.parameters, sum.1 + part.macs))
            };
            assert_eq!(sum(false), (graph.total_parameters(), graph.total_macs()));
            let blocks = parts.iter().find(|part| matches!(part.name, PartName::EncoderBlocks(_)));
            assert_eq!(sum(true), blocks.map_or((0, 0), |blocks| (blocks.parameters, blocks.macs)));
        }
        let parts = parts(&vit_b16().graph());
        let mlp = parts.iter().find(|part| part.name == PartName::Mlp).expect("blocks have an MLP");
        assert_eq!((mlp.parameters, mlp.macs), (12 * 4_722_432, 12 * 929_562_624));
        let projections = parts.iter().find(|part| part.name == PartName::Projections).expect("it exists");
        assert_eq!((projections.parameters, projections.macs), (12 * 1_771_776, 12 * 348_585_984));
    }

    #[test]
    fn the_head_makes_the_published_difference() {
        assert_eq!(with_classes(&resnet50(), 1000), (25_557_032, 4_089_184_256));
        assert_eq!(with_classes(&vit_b16(), 1000), (86_567_656, 17_563_828_224));
    }

    #[test]
    fn fields_are_the_published_ones() {
        let (resnet, vit) = (resnet50().graph(), vit_b16().graph());
        assert_eq!((map_sides(&resnet), map_sides(&vit)), (vec![224, 112, 56, 28, 14, 7], vec![224]));
        assert_eq!((largest_local_field(&resnet), largest_local_field(&vit)), (427, 16));
        assert_eq!((total_stride(&resnet), total_stride(&vit)), (32, 16));
        let first = |graph: &Graph| first_to_see_all(graph, 224).map(|node| node.id.to_string());
        assert_eq!(first(&resnet).as_deref(), Some("layer3.4"));
        assert_eq!(first(&vit).as_deref(), Some("encoder.0"));
        let last = resnet.node(&"layer4.2".into()).expect("the block exists");
        assert_eq!(units_that_see_all(last.receptive_field, 7, 224).pow(2), 36);
    }
}
