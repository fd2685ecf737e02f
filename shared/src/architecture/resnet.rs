//! The ResNet family (v1.5): config and graph.
//!
//! Source: He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", 2015; v1.5 puts the stride of a
//! bottleneck on its 3x3 convolution, as torchvision and timm do.

use serde::{Deserialize, Serialize};

use super::{
    ConvSpec, EdgeKind, Graph, GraphBuilder, NewNode, NodeId, Operation, ParameterSpec, Section, TensorShape,
};
use crate::receptive_field::ReceptiveField;

const STEM_CHANNELS: usize = 64;
const BOTTLENECK_EXPANSION: usize = 4;

/// Hyper-parameters of a ResNet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResNetConfig {
    /// What a stage is a stack of.
    pub block: BlockKind,
    /// Blocks in each of the four stages.
    pub stage_depths: [usize; 4],
    /// Outputs of the head.
    pub num_classes: usize,
    /// Side of the square input in pixels.
    pub image_size: usize,
}

/// The two residual blocks of the paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum BlockKind {
    /// Two 3x3 convolutions (ResNet-18 and -34).
    Basic,
    /// 1x1 that narrows, 3x3, 1x1 that widens by four (ResNet-50 and deeper).
    Bottleneck,
}

impl BlockKind {
    /// Output channels divided by the block's inner width.
    pub fn expansion(self) -> usize {
        match self {
            Self::Basic => 1,
            Self::Bottleneck => BOTTLENECK_EXPANSION,
        }
    }

    /// Convolutions on the residual branch.
    pub fn branch_convolutions(self) -> usize {
        match self {
            Self::Basic => 2,
            Self::Bottleneck => 3,
        }
    }
}

/// The convolutions of one residual block: what the graph draws and the model loads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockSpec {
    /// `layer{s}.{b}`
    pub id: NodeId,
    /// The residual branch, in order; the last has no ReLU of its own.
    pub branch: Vec<ConvSpec>,
    /// The 1x1 convolution on the shortcut, or `None` where the shortcut is the identity.
    pub projection: Option<ConvSpec>,
}

/// The window of a pooling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolSpec {
    /// Side of the window.
    pub kernel_size: usize,
    /// Step between two outputs.
    pub stride: usize,
    /// Border added on each side.
    pub padding: usize,
}

impl PoolSpec {
    /// Side of the output for an input of this side.
    pub fn output_side(self, side: usize) -> usize {
        super::output_side(side, self.kernel_size, self.stride, self.padding)
    }
}

impl ResNetConfig {
    /// The usual name; the number counts the weighted layers.
    pub fn name(&self) -> String {
        let blocks: usize = self.stage_depths.iter().sum();
        format!("ResNet-{}", blocks * self.block.branch_convolutions() + 2)
    }

    /// Length of the pooled feature vector.
    pub fn feature_dim(&self) -> usize {
        self.stage_width(3) * self.block.expansion()
    }

    /// The first convolution.
    pub fn stem(&self) -> ConvSpec {
        ConvSpec { in_channels: 3, out_channels: STEM_CHANNELS, kernel_size: 7, stride: 2, padding: 3 }
    }

    /// The max-pool behind it.
    pub fn stem_pool(&self) -> PoolSpec {
        PoolSpec { kernel_size: 3, stride: 2, padding: 1 }
    }

    /// The blocks of stage `stage`, counted from 1.
    pub fn stage_blocks(&self, stage: usize) -> Vec<BlockSpec> {
        let index = stage - 1;
        let width = self.stage_width(index);
        let out_channels = width * self.block.expansion();
        let stage_input =
            if index == 0 { STEM_CHANNELS } else { self.stage_width(index - 1) * self.block.expansion() };
        (0..self.stage_depths[index])
            .map(|block| {
                let in_channels = if block == 0 { stage_input } else { out_channels };
                let stride = if block == 0 && index > 0 { 2 } else { 1 };
                let projects = stride != 1 || in_channels != out_channels;
                BlockSpec {
                    id: NodeId::new(format!("layer{stage}.{block}")),
                    branch: self.branch(in_channels, width, stride),
                    projection: projects.then(|| pointwise(in_channels, out_channels, stride)),
                }
            })
            .collect()
    }

    /// The model's graph.
    pub fn graph(&self) -> Graph {
        let mut builder = GraphBuilder::new();
        let input = builder.push(NewNode {
            id: "input".into(),
            operation: Operation::Input,
            output_shape: map_shape(3, self.image_size),
            parameters: Vec::new(),
            receptive_field: ReceptiveField::PIXEL,
            inputs: Vec::new(),
        });
        let (mut last, mut side) = self.push_stem(&mut builder, input);
        for stage in 1..=self.stage_depths.len() {
            builder.enter_section(Section::Stage(stage));
            for block in self.stage_blocks(stage) {
                (last, side) = push_block(&mut builder, &block, last, side);
            }
        }
        self.push_head(&mut builder, last);
        builder.finish()
    }

    fn stage_width(&self, stage_index: usize) -> usize {
        STEM_CHANNELS << stage_index
    }

    fn branch(&self, in_channels: usize, width: usize, stride: usize) -> Vec<ConvSpec> {
        match self.block {
            BlockKind::Basic => vec![spatial(in_channels, width, stride), spatial(width, width, 1)],
            BlockKind::Bottleneck => vec![
                pointwise(in_channels, width, 1),
                spatial(width, width, stride),
                pointwise(width, width * BOTTLENECK_EXPANSION, 1),
            ],
        }
    }

    fn push_stem(&self, builder: &mut GraphBuilder, input: NodeId) -> (NodeId, usize) {
        builder.enter_section(Section::Stem);
        let stem = self.stem();
        let (conv1, side) = push_convolution(builder, "conv1".into(), stem, true, (input, self.image_size));
        let pool = self.stem_pool();
        let pooled_side = pool.output_side(side);
        let PoolSpec { kernel_size, stride, padding } = pool;
        let receptive_field = builder.receptive_field(&conv1).through_window(kernel_size, stride, padding);
        let maxpool = builder.push(NewNode {
            id: "maxpool".into(),
            operation: Operation::MaxPool { kernel_size, stride, padding },
            output_shape: map_shape(STEM_CHANNELS, pooled_side),
            parameters: Vec::new(),
            receptive_field,
            inputs: vec![(conv1, EdgeKind::Data)],
        });
        (maxpool, pooled_side)
    }

    fn push_head(&self, builder: &mut GraphBuilder, last: NodeId) {
        builder.enter_section(Section::Pooling);
        let features = self.feature_dim();
        let avgpool = builder.push(NewNode {
            id: "avgpool".into(),
            operation: Operation::GlobalAveragePool,
            output_shape: TensorShape::Vector { features },
            parameters: Vec::new(),
            receptive_field: ReceptiveField::Global,
            inputs: vec![(last, EdgeKind::Data)],
        });
        builder.enter_section(Section::Head);
        push_classifier(builder, avgpool, features, self.num_classes);
    }
}

/// Adds the linear classifier that both families end in.
pub(super) fn push_classifier(
    builder: &mut GraphBuilder,
    pooled: NodeId,
    in_features: usize,
    num_classes: usize,
) {
    builder.push(NewNode {
        id: "logits".into(),
        operation: Operation::Linear { in_features, out_features: num_classes, gelu: false },
        output_shape: TensorShape::Vector { features: num_classes },
        parameters: vec![
            ParameterSpec::trainable("logits.weight".into(), vec![num_classes, in_features]),
            ParameterSpec::trainable("logits.bias".into(), vec![num_classes]),
        ],
        receptive_field: ReceptiveField::Global,
        inputs: vec![(pooled, EdgeKind::Data)],
    });
}

fn push_block(builder: &mut GraphBuilder, block: &BlockSpec, input: NodeId, side: usize) -> (NodeId, usize) {
    builder.enter_group(&block.id);
    let mut branch_end = (input.clone(), side);
    let last_index = block.branch.len() - 1;
    for (index, conv) in block.branch.iter().enumerate() {
        let id = block.id.child(&format!("conv{}", index + 1));
        branch_end = push_convolution(builder, id, *conv, index != last_index, branch_end);
    }
    let (branch_end, out_side) = branch_end;
    let output_shape = map_shape(block.branch[last_index].out_channels, out_side);
    let shortcut = push_shortcut(builder, block, input, &output_shape);
    let receptive_field = builder.receptive_field(&branch_end).union(builder.receptive_field(&shortcut));
    let sum = builder.push(NewNode {
        id: block.id.child("sum"),
        operation: Operation::Sum,
        output_shape: output_shape.clone(),
        parameters: Vec::new(),
        receptive_field,
        inputs: vec![(branch_end, EdgeKind::Data), (shortcut, EdgeKind::Skip)],
    });
    builder.leave_group();
    let output = builder.push(NewNode {
        id: block.id.clone(),
        operation: Operation::Relu,
        output_shape,
        parameters: Vec::new(),
        receptive_field,
        inputs: vec![(sum, EdgeKind::Data)],
    });
    (output, out_side)
}

fn push_shortcut(
    builder: &mut GraphBuilder,
    block: &BlockSpec,
    input: NodeId,
    output_shape: &TensorShape,
) -> NodeId {
    let id = block.id.child("shortcut");
    let before = builder.receptive_field(&input);
    let (operation, parameters, receptive_field) = match block.projection {
        None => (Operation::IdentityShortcut, Vec::new(), before),
        Some(conv) => (
            Operation::ProjectionShortcut { conv },
            convolution_parameters(&id, &conv),
            before.through_window(conv.kernel_size, conv.stride, conv.padding),
        ),
    };
    builder.push(NewNode {
        id,
        operation,
        output_shape: output_shape.clone(),
        parameters,
        receptive_field,
        inputs: vec![(input, EdgeKind::Skip)],
    })
}

fn push_convolution(
    builder: &mut GraphBuilder,
    id: NodeId,
    conv: ConvSpec,
    relu: bool,
    (input, side): (NodeId, usize),
) -> (NodeId, usize) {
    let out_side = conv.output_side(side);
    let receptive_field =
        builder.receptive_field(&input).through_window(conv.kernel_size, conv.stride, conv.padding);
    let id = builder.push(NewNode {
        parameters: convolution_parameters(&id, &conv),
        id,
        operation: Operation::Convolution { conv, relu },
        output_shape: map_shape(conv.out_channels, out_side),
        receptive_field,
        inputs: vec![(input, EdgeKind::Data)],
    });
    (id, out_side)
}

/// A bias-free kernel and the batch-norm behind it.
fn convolution_parameters(id: &NodeId, conv: &ConvSpec) -> Vec<ParameterSpec> {
    let kernel = vec![conv.out_channels, conv.in_channels, conv.kernel_size, conv.kernel_size];
    let per_channel = vec![conv.out_channels];
    vec![
        ParameterSpec::trainable(format!("{id}.weight"), kernel),
        ParameterSpec::trainable(format!("{id}.batch_norm.weight"), per_channel.clone()),
        ParameterSpec::trainable(format!("{id}.batch_norm.bias"), per_channel.clone()),
        ParameterSpec::statistic(format!("{id}.batch_norm.running_mean"), per_channel.clone()),
        ParameterSpec::statistic(format!("{id}.batch_norm.running_var"), per_channel),
    ]
}

fn pointwise(in_channels: usize, out_channels: usize, stride: usize) -> ConvSpec {
    ConvSpec { in_channels, out_channels, kernel_size: 1, stride, padding: 0 }
}

fn spatial(in_channels: usize, out_channels: usize, stride: usize) -> ConvSpec {
    ConvSpec { in_channels, out_channels, kernel_size: 3, stride, padding: 1 }
}

fn map_shape(channels: usize, side: usize) -> TensorShape {
    TensorShape::FeatureMap { channels, height: side, width: side }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resnet50(num_classes: usize) -> ResNetConfig {
        ResNetConfig {
            block: BlockKind::Bottleneck,
            stage_depths: [3, 4, 6, 3],
            num_classes,
            image_size: 224,
        }
    }

    #[test]
    fn totals_equal_the_published_ones() {
        for (num_classes, parameters, macs) in
            [(257, 24_034_625, 4_087_662_592), (1000, 25_557_032, 4_089_184_256)]
        {
            let graph = resnet50(num_classes).graph();
            assert_eq!((graph.total_parameters(), graph.total_macs()), (parameters, macs));
        }
    }

    #[test]
    fn parts_equal_the_published_ones() {
        let graph = resnet50(257).graph();
        let expected = [
            (Section::Stem, 9_536, 118_013_952),
            (Section::Stage(1), 215_808, 667_942_912),
            (Section::Stage(2), 1_219_584, 1_027_604_480),
            (Section::Stage(3), 7_098_368, 1_464_336_384),
            (Section::Stage(4), 14_964_736, 809_238_528),
            (Section::Head, 526_593, 526_336),
        ];
        for (section, parameters, macs) in expected {
            assert_eq!(graph.section_parameters(section), parameters, "{section:?}");
            assert_eq!(graph.section_macs(section), macs, "{section:?}");
        }
    }

    #[test]
    fn receptive_fields_grow_as_published() {
        let graph = resnet50(257).graph();
        let expected = [
            ("conv1", 7, 2),
            ("maxpool", 11, 4),
            ("layer1.0", 19, 4),
            ("layer1.2", 35, 4),
            ("layer2.0", 43, 8),
            ("layer2.3", 91, 8),
            ("layer3.4", 235, 16),
            ("layer3.5", 267, 16),
            ("layer4.2", 427, 32),
        ];
        for (id, size_px, jump_px) in expected {
            let node = graph.node(&id.into()).expect("the node exists");
            assert_eq!(
                node.receptive_field,
                ReceptiveField::Local { size_px, jump_px, start_px: 0.5 },
                "{id}"
            );
        }
    }

    #[test]
    fn a_group_sums_its_parts() {
        let graph = resnet50(257).graph();
        let block = graph.node(&"layer1.0".into()).expect("the block exists");
        assert_eq!(block.parameter_count(), 0);
        assert_eq!(graph.parameters_of(block), 75_008);
        let sum: u64 = graph.roots().map(|node| graph.macs_of(node)).sum();
        assert_eq!(sum, graph.total_macs());
    }

    #[test]
    fn the_family_has_its_usual_names_and_sizes() {
        let expected = [
            (BlockKind::Basic, [2, 2, 2, 2], "ResNet-18", 11_689_512),
            (BlockKind::Basic, [3, 4, 6, 3], "ResNet-34", 21_797_672),
            (BlockKind::Bottleneck, [3, 4, 23, 3], "ResNet-101", 44_549_160),
            (BlockKind::Bottleneck, [3, 8, 36, 3], "ResNet-152", 60_192_808),
        ];
        for (block, stage_depths, name, parameters) in expected {
            let config = ResNetConfig { block, stage_depths, num_classes: 1000, image_size: 224 };
            assert_eq!((config.name().as_str(), config.graph().total_parameters()), (name, parameters));
        }
    }
}
