//! One description of a model, as a graph computed from its config. The diagram, the tables, the running model
//! and the tests all read it, so they cannot disagree.
//!
//! The parameters of a node are named `{node_id}.{suffix}`: `layer1.0.conv1.weight`,
//! `encoder.3.query.bias`, `layer1.0.conv1.batch_norm.running_mean`. Every checkpoint's own spelling is mapped to these.

mod fields;
pub mod resnet;
pub mod vit;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::receptive_field::ReceptiveField;
pub use resnet::{BlockKind, ResNetConfig};
pub use vit::{Pooling, VitConfig};

/// Hyper-parameters of a loaded model: enough to draw it, cost it and run it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "family", rename_all = "snake_case", try_from = "fields::ArchitectureFields")]
pub enum ArchitectureConfig {
    /// A residual convolutional network.
    Resnet(ResNetConfig),
    /// A plain Vision Transformer.
    Vit(VitConfig),
}

impl ArchitectureConfig {
    /// The model's graph.
    pub fn graph(&self) -> Graph {
        match self {
            Self::Resnet(config) => config.graph(),
            Self::Vit(config) => config.graph(),
        }
    }

    /// The usual name, such as `ResNet-50` or `ViT-B/16`.
    pub fn name(&self) -> String {
        match self {
            Self::Resnet(config) => config.name(),
            Self::Vit(config) => config.name(),
        }
    }

    /// Number of outputs of the classifier head.
    pub fn num_classes(&self) -> usize {
        match self {
            Self::Resnet(config) => config.num_classes,
            Self::Vit(config) => config.num_classes,
        }
    }

    /// The same architecture with a head of another size.
    #[must_use]
    pub fn with_num_classes(mut self, num_classes: usize) -> Self {
        match &mut self {
            Self::Resnet(config) => config.num_classes = num_classes,
            Self::Vit(config) => config.num_classes = num_classes,
        }
        self
    }

    /// Features that the head reads.
    pub fn num_features(&self) -> usize {
        match self {
            Self::Resnet(config) => config.feature_dim(),
            Self::Vit(config) => config.dim,
        }
    }

    /// Side of the square input in pixels.
    pub fn image_size(&self) -> usize {
        match self {
            Self::Resnet(config) => config.image_size,
            Self::Vit(config) => config.image_size,
        }
    }

    /// Length of the vector that the classifier head reads.
    pub fn feature_dim(&self) -> usize {
        match self {
            Self::Resnet(config) => config.feature_dim(),
            Self::Vit(config) => config.dim,
        }
    }
}

/// Stable name of an observable tensor, such as `layer3.5.conv2` or `encoder.11.attention_weights`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct NodeId(String);

impl NodeId {
    /// Wraps a name; whether a model has such a node is the graph's to say.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The id of a node inside this one.
    pub fn child(&self, name: &str) -> Self {
        Self(format!("{}.{name}", self.0))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl From<&str> for NodeId {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

/// A model as nodes in order of execution and the edges between them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Graph {
    /// In order of execution; the children of a group come before the group itself, whose tensor is their result.
    pub nodes: Vec<Node>,
    /// Who reads whose tensor.
    pub edges: Vec<Edge>,
}

/// One observable tensor and the operation that makes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Node {
    /// Stable name.
    pub id: NodeId,
    /// The group that this node is a part of, such as a bottleneck or an encoder block.
    pub parent: Option<NodeId>,
    /// The large part of the model in which it stands.
    pub section: Section,
    /// What computes the tensor. Of a group: its last step.
    pub operation: Operation,
    /// Shape of the tensor without the batch axis.
    pub output_shape: TensorShape,
    /// Parameters that belong to this node itself; empty for a group.
    pub parameters: Vec<ParameterSpec>,
    /// Multiply-accumulates of this node itself; 0 for a group.
    pub macs: u64,
    /// Which pixels a unit of the tensor can have seen.
    pub receptive_field: ReceptiveField,
}

impl Node {
    /// Trainable parameters of this node itself (running statistics do not count).
    pub fn parameter_count(&self) -> u64 {
        self.parameters.iter().filter(|parameter| parameter.trainable).map(ParameterSpec::elements).sum()
    }
}

/// Large parts of a model, in which the diagram gathers the nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "part", content = "index", rename_all = "snake_case")]
pub enum Section {
    /// The preprocessed image.
    Input,
    /// A CNN's first convolution and max-pool.
    Stem,
    /// One of a CNN's four stages (`layer1` is 1).
    Stage(usize),
    /// Patch embedding, class token and position embedding.
    Embedding,
    /// One encoder block, counted from 0.
    Encoder(usize),
    /// What turns the last map into the vector that the head reads: global average pooling, or the final norm and pooling.
    Pooling,
    /// The linear classifier.
    Head,
}

/// A convolution's hyper-parameters (square kernel, one group).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConvSpec {
    /// Channels read.
    pub in_channels: usize,
    /// Channels written.
    pub out_channels: usize,
    /// Side of the square kernel.
    pub kernel_size: usize,
    /// Step between two outputs.
    pub stride: usize,
    /// Zeros added on each side.
    pub padding: usize,
}

impl ConvSpec {
    /// Side of the output for an input of this side.
    pub fn output_side(self, side: usize) -> usize {
        output_side(side, self.kernel_size, self.stride, self.padding)
    }
}

/// How often a window fits between the borders.
fn output_side(side: usize, kernel_size: usize, stride: usize, padding: usize) -> usize {
    (side + 2 * padding).saturating_sub(kernel_size) / stride + 1
}

/// What computes a node's tensor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Operation {
    /// The preprocessed image itself.
    Input,
    /// Convolution without bias, then batch-norm, then ReLU where `relu` is set.
    Convolution {
        /// The convolution.
        conv: ConvSpec,
        /// Whether a ReLU follows the batch-norm.
        relu: bool,
    },
    /// Maximum over a sliding window.
    MaxPool {
        /// Side of the window.
        kernel_size: usize,
        /// Step between two outputs.
        stride: usize,
        /// Border added on each side, never the maximum.
        padding: usize,
    },
    /// The block's input, passed on unchanged.
    IdentityShortcut,
    /// A 1x1 convolution and batch-norm on the shortcut, where the block changes channels or size.
    ProjectionShortcut {
        /// The convolution.
        conv: ConvSpec,
    },
    /// Elementwise sum of the residual branch and the shortcut.
    Sum,
    /// max(0, x).
    Relu,
    /// Mean over height and width.
    GlobalAveragePool,
    /// A linear layer with bias, applied to each token or to one vector.
    Linear {
        /// Features read.
        in_features: usize,
        /// Features written.
        out_features: usize,
        /// Whether an (exact, erf) GELU follows.
        gelu: bool,
    },
    /// Cuts the image into patches and projects each: a convolution with bias whose stride is its kernel.
    PatchProjection {
        /// The convolution.
        conv: ConvSpec,
    },
    /// Prepends the class token and adds the position embedding.
    Embeddings,
    /// LayerNorm over the features of each token.
    LayerNorm {
        /// Added to the variance.
        epsilon: f64,
    },
    /// Q K^T / sqrt(head_dim), for every head.
    AttentionScores {
        /// Number of heads.
        num_heads: usize,
        /// Features of one head.
        head_dim: usize,
    },
    /// Softmax over the keys.
    Softmax,
    /// Weighted sum of the values, heads joined, then the output projection.
    AttentionOutput {
        /// Number of heads.
        num_heads: usize,
        /// Features of one head.
        head_dim: usize,
    },
    /// Row 0, the class token.
    ClassTokenRow,
    /// Mean over the patch tokens.
    TokenMean,
}

/// Shape of a node's tensor without the batch axis, with the meaning of its axes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "layout", rename_all = "snake_case")]
pub enum TensorShape {
    /// `[channels, height, width]`
    FeatureMap {
        /// Channels.
        channels: usize,
        /// Rows.
        height: usize,
        /// Columns.
        width: usize,
    },
    /// `[tokens, dim]`
    Tokens {
        /// Tokens.
        tokens: usize,
        /// Features of a token.
        dim: usize,
    },
    /// `[heads, tokens, head_dim]`
    Heads {
        /// Attention heads.
        heads: usize,
        /// Tokens.
        tokens: usize,
        /// Features of one head.
        head_dim: usize,
    },
    /// `[heads, tokens, tokens]`: queries along the rows, keys along the columns.
    Attention {
        /// Attention heads.
        heads: usize,
        /// Tokens.
        tokens: usize,
    },
    /// `[features]`
    Vector {
        /// Features.
        features: usize,
    },
}

impl TensorShape {
    /// Sizes of the axes, outermost first.
    pub fn dims(&self) -> Vec<usize> {
        match *self {
            Self::FeatureMap { channels, height, width } => vec![channels, height, width],
            Self::Tokens { tokens, dim } => vec![tokens, dim],
            Self::Heads { heads, tokens, head_dim } => vec![heads, tokens, head_dim],
            Self::Attention { heads, tokens } => vec![heads, tokens, tokens],
            Self::Vector { features } => vec![features],
        }
    }

    /// Number of values.
    pub fn elements(&self) -> u64 {
        self.dims().iter().map(|&size| size as u64).product()
    }
}

/// Reads `256 × 56 × 56`.
impl fmt::Display for TensorShape {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (axis, size) in self.dims().into_iter().enumerate() {
            if axis > 0 {
                formatter.write_str(" × ")?;
            }
            write!(formatter, "{size}")?;
        }
        Ok(())
    }
}

/// One tensor of weights.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ParameterSpec {
    /// `{node_id}.{suffix}`
    pub name: String,
    /// Sizes of the axes, as PyTorch stores them.
    pub shape: Vec<usize>,
    /// False for a batch-norm's running statistics.
    pub trainable: bool,
}

impl ParameterSpec {
    /// A trained tensor.
    pub fn trainable(name: String, shape: Vec<usize>) -> Self {
        Self { name, shape, trainable: true }
    }

    /// A statistic gathered during training, not trained.
    pub fn statistic(name: String, shape: Vec<usize>) -> Self {
        Self { name, shape, trainable: false }
    }

    /// Number of values.
    pub fn elements(&self) -> u64 {
        self.shape.iter().map(|&size| size as u64).product()
    }
}

/// `to` reads the tensor of `from`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Edge {
    /// Where the tensor comes from.
    pub from: NodeId,
    /// Who reads it.
    pub to: NodeId,
    /// Main path or skip connection.
    pub kind: EdgeKind,
}

/// What an edge is in the residual structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EdgeKind {
    /// The main path, or a residual branch.
    Data,
    /// The skip connection around a residual branch.
    Skip,
}

impl Graph {
    /// The node of that name.
    pub fn node(&self, id: &NodeId) -> Option<&Node> {
        self.nodes.iter().find(|node| &node.id == id)
    }

    /// Direct parts of a group, in order of execution; empty for a leaf.
    pub fn children<'graph>(&'graph self, id: &'graph NodeId) -> impl Iterator<Item = &'graph Node> {
        self.nodes.iter().filter(move |node| node.parent.as_ref() == Some(id))
    }

    /// Nodes that are not inside a group, in order of execution.
    pub fn roots(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(|node| node.parent.is_none())
    }

    /// Trainable parameters of a node with all that it contains.
    pub fn parameters_of(&self, node: &Node) -> u64 {
        node.parameter_count() + self.children(&node.id).map(|child| self.parameters_of(child)).sum::<u64>()
    }

    /// Multiply-accumulates of a node with all that it contains.
    pub fn macs_of(&self, node: &Node) -> u64 {
        node.macs + self.children(&node.id).map(|child| self.macs_of(child)).sum::<u64>()
    }

    /// Trainable parameters of one section.
    pub fn section_parameters(&self, section: Section) -> u64 {
        self.in_section(section).map(Node::parameter_count).sum()
    }

    /// Multiply-accumulates of one section.
    pub fn section_macs(&self, section: Section) -> u64 {
        self.in_section(section).map(|node| node.macs).sum()
    }

    /// All nodes of one section, groups and leaves.
    pub fn in_section(&self, section: Section) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(move |node| node.section == section)
    }

    /// The sections that this model has, in order of execution.
    pub fn sections(&self) -> Vec<Section> {
        let mut sections: Vec<Section> = Vec::new();
        for node in &self.nodes {
            if !sections.contains(&node.section) {
                sections.push(node.section);
            }
        }
        sections
    }

    /// Trainable parameters of the whole model.
    pub fn total_parameters(&self) -> u64 {
        self.nodes.iter().map(Node::parameter_count).sum()
    }

    /// Multiply-accumulates of the whole model for one image.
    pub fn total_macs(&self) -> u64 {
        self.nodes.iter().map(|node| node.macs).sum()
    }
}

/// Collects nodes and edges while a config walks its layers.
pub(crate) struct GraphBuilder {
    graph: Graph,
    section: Section,
    parent: Option<NodeId>,
}

impl GraphBuilder {
    pub(crate) fn new() -> Self {
        Self { graph: Graph { nodes: Vec::new(), edges: Vec::new() }, section: Section::Input, parent: None }
    }

    /// Following nodes belong to `section` and have no parent.
    pub(crate) fn enter_section(&mut self, section: Section) {
        self.section = section;
        self.parent = None;
    }

    /// Following nodes are parts of `group`.
    pub(crate) fn enter_group(&mut self, group: &NodeId) {
        self.parent = Some(group.clone());
    }

    /// Following nodes stand outside any group.
    pub(crate) fn leave_group(&mut self) {
        self.parent = None;
    }

    /// Adds a node with the edges into it; its cost follows from its description.
    pub(crate) fn push(&mut self, new: NewNode) -> NodeId {
        let NewNode { id, operation, output_shape, parameters, receptive_field, inputs } = new;
        let macs = crate::cost::macs(&operation, &output_shape);
        for (from, kind) in inputs {
            self.graph.edges.push(Edge { from, to: id.clone(), kind });
        }
        self.graph.nodes.push(Node {
            id: id.clone(),
            parent: self.parent.clone(),
            section: self.section,
            operation,
            output_shape,
            parameters,
            macs,
            receptive_field,
        });
        id
    }

    /// The field of a node added before.
    pub(crate) fn receptive_field(&self, id: &NodeId) -> ReceptiveField {
        self.graph.node(id).expect("a node's inputs are added before it").receptive_field
    }

    pub(crate) fn finish(self) -> Graph {
        self.graph
    }
}

/// A node about to be added to a graph.
pub(crate) struct NewNode {
    pub(crate) id: NodeId,
    pub(crate) operation: Operation,
    pub(crate) output_shape: TensorShape,
    pub(crate) parameters: Vec<ParameterSpec>,
    pub(crate) receptive_field: ReceptiveField,
    pub(crate) inputs: Vec<(NodeId, EdgeKind)>,
}
