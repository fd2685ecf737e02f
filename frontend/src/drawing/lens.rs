//! The lenses that there are, in which group each stands, and which of them show something of a node.

use shared::{Node, Operation, Section, TensorShape};

/// A lens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lens {
    /// Channels of a node.
    FeatureMaps,
    /// Kernels.
    Filters,
    /// What a unit sees and uses.
    ReceptiveField,
    /// Where a logit comes from.
    ClassMap,
    /// Patches, their filters and their positions.
    Patches,
    /// Attention weights.
    Attention,
    /// Attention through all blocks, and relevance for a class.
    Rollout,
    /// How far heads look.
    AttentionDistance,
    /// Attention step by step.
    AttentionSteps,
    /// One place in both models.
    Cursor,
    /// Alike places.
    Similarity,
    /// The head after each layer.
    LogitLens,
    /// Alike layers.
    Cka,
    /// The table of layers.
    Layers,
    /// The picture moved.
    Translation,
    /// The picture's pieces exchanged.
    Shuffle,
    /// A part covered.
    Cover,
    /// Parts of the model switched off.
    Skips,
}

/// The lenses of each group, in the order of the menu.
pub const GROUPS: [&[Lens]; 4] = [
    &[Lens::FeatureMaps, Lens::Filters, Lens::ReceptiveField, Lens::ClassMap],
    &[Lens::Patches, Lens::Attention, Lens::Rollout, Lens::AttentionDistance, Lens::AttentionSteps],
    &[Lens::Cursor, Lens::Similarity, Lens::LogitLens, Lens::Cka, Lens::Layers],
    &[Lens::Translation, Lens::Shuffle, Lens::Cover, Lens::Skips],
];

impl Lens {
    /// The name in the address.
    pub fn name(self) -> &'static str {
        match self {
            Self::FeatureMaps => "feature-maps",
            Self::Filters => "filters",
            Self::ReceptiveField => "receptive-field",
            Self::ClassMap => "class-map",
            Self::Patches => "patches",
            Self::Attention => "attention",
            Self::Rollout => "rollout",
            Self::AttentionDistance => "attention-distance",
            Self::AttentionSteps => "attention-steps",
            Self::Cursor => "cursor",
            Self::Similarity => "similarity",
            Self::LogitLens => "logit-lens",
            Self::Cka => "cka",
            Self::Layers => "layers",
            Self::Translation => "translation",
            Self::Shuffle => "shuffle",
            Self::Cover => "cover",
            Self::Skips => "skips",
        }
    }

    /// The lens of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        GROUPS.into_iter().flatten().copied().find(|lens| lens.name() == name)
    }

    /// The lenses that show something of a node.
    pub fn of_node(node: &Node) -> Vec<Self> {
        let is_block = matches!(node.section, Section::Encoder(_));
        match (&node.operation, &node.output_shape) {
            (Operation::AttentionScores { .. } | Operation::Softmax, _) => {
                vec![Self::Attention, Self::AttentionSteps, Self::AttentionDistance]
            }
            (Operation::PatchProjection { .. } | Operation::Embeddings, _) => {
                vec![Self::Patches, Self::Similarity]
            }
            (operation, TensorShape::FeatureMap { .. }) => {
                let is_convolution =
                    matches!(operation, Operation::Convolution { .. } | Operation::ProjectionShortcut { .. });
                let filters = is_convolution.then_some(Self::Filters);
                [Self::FeatureMaps]
                    .into_iter()
                    .chain(filters)
                    .chain([Self::ReceptiveField, Self::ClassMap])
                    .collect()
            }
            (_, TensorShape::Tokens { .. } | TensorShape::Heads { .. }) if is_block => {
                vec![Self::Attention, Self::Rollout, Self::Similarity, Self::LogitLens]
            }
            (_, TensorShape::Vector { .. }) => vec![Self::LogitLens],
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::architecture::{BlockKind, Pooling, ResNetConfig, VitConfig};

    #[test]
    fn names_are_read_back_and_each_stands_in_one_group() {
        let all: Vec<Lens> = GROUPS.into_iter().flatten().copied().collect();
        assert_eq!(all.len(), 18);
        for lens in all {
            assert_eq!(Lens::from_name(lens.name()), Some(lens));
        }
        assert_eq!(Lens::from_name("microscope"), None);
    }

    #[test]
    fn nodes_have_the_lenses_that_show_them() {
        let resnet = ResNetConfig {
            block: BlockKind::Bottleneck,
            stage_depths: [1, 1, 1, 1],
            num_classes: 3,
            image_size: 64,
        };
        let vit = VitConfig {
            dim: 8,
            depth: 2,
            num_heads: 2,
            mlp_dim: 16,
            patch_size: 16,
            image_size: 32,
            num_classes: 2,
            layer_norm_epsilon: 1e-6,
            pooling: Pooling::ClassToken,
        };
        let lenses = |graph: &shared::Graph, id: &str| {
            Lens::of_node(graph.node(&id.into()).expect("a node"))
                .into_iter()
                .map(Lens::name)
                .collect::<Vec<_>>()
        };
        let (resnet, vit) = (resnet.graph(), vit.graph());
        assert_eq!(
            lenses(&resnet, "layer2.0.conv2"),
            ["feature-maps", "filters", "receptive-field", "class-map"]
        );
        assert_eq!(lenses(&resnet, "maxpool"), ["feature-maps", "receptive-field", "class-map"]);
        assert_eq!(
            lenses(&vit, "encoder.1.attention_weights"),
            ["attention", "attention-steps", "attention-distance"]
        );
        assert_eq!(lenses(&vit, "encoder.0"), ["attention", "rollout", "similarity", "logit-lens"]);
        assert_eq!(lenses(&vit, "logits"), ["logit-lens"]);
    }
}
