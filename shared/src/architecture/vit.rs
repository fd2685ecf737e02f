//! The plain Vision Transformer family: config and graph.
//!
//! Source: Dosovitskiy et al., "An Image is Worth 16x16 Words", 2021 (pre-norm encoder, learned positions, class token).

use serde::{Deserialize, Serialize};

use super::resnet::push_classifier;
use super::{
    ConvSpec, EdgeKind, Graph, GraphBuilder, NewNode, NodeId, Operation, ParameterSpec, Section, TensorShape,
};
use crate::receptive_field::ReceptiveField;

/// Hyper-parameters of a plain ViT.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VitConfig {
    /// Features of a token.
    pub dim: usize,
    /// Encoder blocks.
    pub depth: usize,
    /// Attention heads in each block.
    pub num_heads: usize,
    /// Hidden features of each block's MLP.
    pub mlp_dim: usize,
    /// Side of a square patch in pixels.
    pub patch_size: usize,
    /// Side of the square input in pixels.
    pub image_size: usize,
    /// Outputs of the head.
    pub num_classes: usize,
    /// Added to the variance in every LayerNorm: 1e-6 in timm and torchvision, 1e-12 in transformers.
    pub layer_norm_epsilon: f64,
    /// What the head reads.
    pub pooling: Pooling,
}

/// How the tokens become the one vector that the head reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Pooling {
    /// Row 0.
    ClassToken,
    /// The mean over the patch tokens.
    Mean,
}

impl VitConfig {
    /// The usual name, such as `ViT-B/16`.
    pub fn name(&self) -> String {
        let size = match (self.dim, self.depth) {
            (192, 12) => "Ti".to_owned(),
            (384, 12) => "S".to_owned(),
            (768, 12) => "B".to_owned(),
            (1024, 24) => "L".to_owned(),
            (1280, 32) => "H".to_owned(),
            (dim, depth) => format!("{dim}x{depth}"),
        };
        format!("ViT-{size}/{}", self.patch_size)
    }

    /// Features of one head.
    pub fn head_dim(&self) -> usize {
        self.dim / self.num_heads
    }

    /// Patches along one side of the image.
    pub fn patches_per_side(&self) -> usize {
        self.image_size / self.patch_size
    }

    /// Patches of the whole image.
    pub fn num_patches(&self) -> usize {
        self.patches_per_side() * self.patches_per_side()
    }

    /// Tokens in the encoder: the patches and the class token.
    pub fn num_tokens(&self) -> usize {
        self.num_patches() + 1
    }

    /// The patch projection as a convolution whose stride is its kernel.
    pub fn patch_projection(&self) -> ConvSpec {
        ConvSpec {
            in_channels: 3,
            out_channels: self.dim,
            kernel_size: self.patch_size,
            stride: self.patch_size,
            padding: 0,
        }
    }

    /// The model's graph.
    pub fn graph(&self) -> Graph {
        let mut builder = GraphBuilder::new();
        let mut last = self.push_embedding(&mut builder);
        for block in 0..self.depth {
            builder.enter_section(Section::Encoder(block));
            last = EncoderGraph { config: self, id: NodeId::new(format!("encoder.{block}")) }
                .push(&mut builder, last);
        }
        self.push_pooling(&mut builder, last);
        builder.finish()
    }

    fn push_embedding(&self, builder: &mut GraphBuilder) -> NodeId {
        let side = self.image_size;
        let input = builder.push(NewNode {
            id: "input".into(),
            operation: Operation::Input,
            output_shape: TensorShape::FeatureMap { channels: 3, height: side, width: side },
            parameters: Vec::new(),
            receptive_field: ReceptiveField::PIXEL,
            inputs: Vec::new(),
        });
        builder.enter_section(Section::Embedding);
        let conv = self.patch_projection();
        let receptive_field =
            ReceptiveField::PIXEL.through_window(conv.kernel_size, conv.stride, conv.padding);
        let patches = builder.push(NewNode {
            id: "patch_embedding".into(),
            operation: Operation::PatchProjection { conv },
            output_shape: TensorShape::Tokens { tokens: self.num_patches(), dim: self.dim },
            parameters: vec![
                ParameterSpec::trainable(
                    "patch_embedding.weight".into(),
                    vec![self.dim, conv.in_channels, conv.kernel_size, conv.kernel_size],
                ),
                ParameterSpec::trainable("patch_embedding.bias".into(), vec![self.dim]),
            ],
            receptive_field,
            inputs: vec![(input, EdgeKind::Data)],
        });
        builder.push(NewNode {
            id: "embeddings".into(),
            operation: Operation::Embeddings,
            output_shape: self.stream_shape(),
            parameters: vec![
                ParameterSpec::trainable("embeddings.class_token".into(), vec![self.dim]),
                ParameterSpec::trainable("embeddings.position".into(), vec![self.num_tokens(), self.dim]),
            ],
            receptive_field,
            inputs: vec![(patches, EdgeKind::Data)],
        })
    }

    fn push_pooling(&self, builder: &mut GraphBuilder, last: NodeId) {
        builder.enter_section(Section::Pooling);
        let norm = push_layer_norm(builder, self, "norm".into(), last);
        let pooled = builder.push(NewNode {
            id: "pooled".into(),
            operation: match self.pooling {
                Pooling::ClassToken => Operation::ClassTokenRow,
                Pooling::Mean => Operation::TokenMean,
            },
            output_shape: TensorShape::Vector { features: self.dim },
            parameters: Vec::new(),
            receptive_field: ReceptiveField::Global,
            inputs: vec![(norm, EdgeKind::Data)],
        });
        builder.enter_section(Section::Head);
        push_classifier(builder, pooled, self.dim, self.num_classes);
    }

    /// Shape of the residual stream.
    fn stream_shape(&self) -> TensorShape {
        TensorShape::Tokens { tokens: self.num_tokens(), dim: self.dim }
    }
}

/// One encoder block on its way into the graph.
struct EncoderGraph<'config> {
    config: &'config VitConfig,
    id: NodeId,
}

impl EncoderGraph<'_> {
    fn push(&self, builder: &mut GraphBuilder, input: NodeId) -> NodeId {
        builder.enter_group(&self.id);
        let attention_sum = self.push_attention(builder, input);
        let mlp = self.push_mlp(builder, attention_sum.clone());
        builder.leave_group();
        builder.push(NewNode {
            id: self.id.clone(),
            operation: Operation::Sum,
            output_shape: self.config.stream_shape(),
            parameters: Vec::new(),
            receptive_field: ReceptiveField::Global,
            inputs: vec![(mlp, EdgeKind::Data), (attention_sum, EdgeKind::Skip)],
        })
    }

    fn push_attention(&self, builder: &mut GraphBuilder, input: NodeId) -> NodeId {
        let (num_heads, head_dim) = (self.config.num_heads, self.config.head_dim());
        let tokens = self.config.num_tokens();
        let attention_shape = TensorShape::Attention { heads: num_heads, tokens };
        let norm = push_layer_norm(builder, self.config, self.id.child("attention_norm"), input.clone());
        let [query, key, value] =
            ["query", "key", "value"].map(|name| self.push_projection(builder, name, norm.clone()));
        let scores = builder.push(NewNode {
            id: self.id.child("attention_scores"),
            operation: Operation::AttentionScores { num_heads, head_dim },
            output_shape: attention_shape.clone(),
            parameters: Vec::new(),
            receptive_field: ReceptiveField::Global,
            inputs: vec![(query, EdgeKind::Data), (key, EdgeKind::Data)],
        });
        let weights = builder.push(NewNode {
            id: self.id.child("attention_weights"),
            operation: Operation::Softmax,
            output_shape: attention_shape,
            parameters: Vec::new(),
            receptive_field: ReceptiveField::Global,
            inputs: vec![(scores, EdgeKind::Data)],
        });
        let attention_id = self.id.child("attention");
        let attention = builder.push(NewNode {
            parameters: linear_parameters(&attention_id, self.config.dim, self.config.dim),
            id: attention_id,
            operation: Operation::AttentionOutput { num_heads, head_dim },
            output_shape: self.config.stream_shape(),
            receptive_field: ReceptiveField::Global,
            inputs: vec![(weights, EdgeKind::Data), (value, EdgeKind::Data)],
        });
        builder.push(NewNode {
            id: self.id.child("attention_sum"),
            operation: Operation::Sum,
            output_shape: self.config.stream_shape(),
            parameters: Vec::new(),
            receptive_field: ReceptiveField::Global,
            inputs: vec![(attention, EdgeKind::Data), (input, EdgeKind::Skip)],
        })
    }

    fn push_projection(&self, builder: &mut GraphBuilder, name: &str, norm: NodeId) -> NodeId {
        let id = self.id.child(name);
        let dim = self.config.dim;
        let receptive_field = builder.receptive_field(&norm);
        builder.push(NewNode {
            parameters: linear_parameters(&id, dim, dim),
            id,
            operation: Operation::Linear { in_features: dim, out_features: dim, gelu: false },
            output_shape: TensorShape::Heads {
                heads: self.config.num_heads,
                tokens: self.config.num_tokens(),
                head_dim: self.config.head_dim(),
            },
            receptive_field,
            inputs: vec![(norm, EdgeKind::Data)],
        })
    }

    fn push_mlp(&self, builder: &mut GraphBuilder, attention_sum: NodeId) -> NodeId {
        let (dim, mlp_dim) = (self.config.dim, self.config.mlp_dim);
        let norm = push_layer_norm(builder, self.config, self.id.child("mlp_norm"), attention_sum);
        let hidden_id = self.id.child("mlp_hidden");
        let hidden = builder.push(NewNode {
            parameters: linear_parameters(&hidden_id, dim, mlp_dim),
            id: hidden_id,
            operation: Operation::Linear { in_features: dim, out_features: mlp_dim, gelu: true },
            output_shape: TensorShape::Tokens { tokens: self.config.num_tokens(), dim: mlp_dim },
            receptive_field: ReceptiveField::Global,
            inputs: vec![(norm, EdgeKind::Data)],
        });
        let mlp_id = self.id.child("mlp");
        builder.push(NewNode {
            parameters: linear_parameters(&mlp_id, mlp_dim, dim),
            id: mlp_id,
            operation: Operation::Linear { in_features: mlp_dim, out_features: dim, gelu: false },
            output_shape: self.config.stream_shape(),
            receptive_field: ReceptiveField::Global,
            inputs: vec![(hidden, EdgeKind::Data)],
        })
    }
}

fn push_layer_norm(builder: &mut GraphBuilder, config: &VitConfig, id: NodeId, input: NodeId) -> NodeId {
    let receptive_field = builder.receptive_field(&input);
    builder.push(NewNode {
        parameters: vec![
            ParameterSpec::trainable(format!("{id}.weight"), vec![config.dim]),
            ParameterSpec::trainable(format!("{id}.bias"), vec![config.dim]),
        ],
        id,
        operation: Operation::LayerNorm { epsilon: config.layer_norm_epsilon },
        output_shape: config.stream_shape(),
        receptive_field,
        inputs: vec![(input, EdgeKind::Data)],
    })
}

fn linear_parameters(id: &NodeId, in_features: usize, out_features: usize) -> Vec<ParameterSpec> {
    vec![
        ParameterSpec::trainable(format!("{id}.weight"), vec![out_features, in_features]),
        ParameterSpec::trainable(format!("{id}.bias"), vec![out_features]),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vit_b16(num_classes: usize) -> VitConfig {
        VitConfig {
            dim: 768,
            depth: 12,
            num_heads: 12,
            mlp_dim: 3072,
            patch_size: 16,
            image_size: 224,
            num_classes,
            layer_norm_epsilon: 1e-6,
            pooling: Pooling::ClassToken,
        }
    }

    #[test]
    fn totals_equal_the_published_ones() {
        for (num_classes, parameters, macs) in
            [(257, 85_996_289, 17_563_257_600), (1000, 86_567_656, 17_563_828_224)]
        {
            let graph = vit_b16(num_classes).graph();
            assert_eq!((graph.total_parameters(), graph.total_macs()), (parameters, macs));
        }
    }

    #[test]
    fn parts_equal_the_published_ones() {
        let graph = vit_b16(257).graph();
        let block = graph.node(&"encoder.0".into()).expect("the block exists");
        assert_eq!(graph.parameters_of(block), 7_087_872);
        assert_eq!(graph.macs_of(block), 1_453_954_560);
        let macs = |name: &str| graph.node(&block.id.child(name)).expect("the node exists").macs;
        assert_eq!(macs("query") + macs("key") + macs("value"), 348_585_984);
        assert_eq!(macs("attention_scores"), 29_805_312);
        assert_eq!(macs("attention"), 29_805_312 + 116_195_328);
        assert_eq!(macs("mlp_hidden") + macs("mlp"), 929_562_624);
        assert_eq!(graph.section_parameters(Section::Embedding), 590_592 + 768 + 151_296);
        assert_eq!(graph.section_parameters(Section::Pooling), 1_536);
        assert_eq!(graph.section_parameters(Section::Head), 197_633);
    }

    #[test]
    fn a_token_sees_its_patch_until_the_first_attention_and_everything_after_it() {
        let graph = vit_b16(257).graph();
        let field = |name: &str| graph.node(&name.into()).expect("the node exists").receptive_field;
        let patch = ReceptiveField::Local { size_px: 16, jump_px: 16, start_px: 8.0 };
        assert_eq!(field("embeddings"), patch);
        assert_eq!(field("encoder.0.value"), patch);
        assert_eq!(field("encoder.0.attention"), ReceptiveField::Global);
        assert_eq!(field("encoder.1.query"), ReceptiveField::Global);
    }

    #[test]
    fn the_family_has_its_usual_names() {
        let mut config = vit_b16(102);
        assert_eq!(config.name(), "ViT-B/16");
        (config.dim, config.num_heads) = (384, 6);
        assert_eq!((config.name().as_str(), config.head_dim()), ("ViT-S/16", 64));
        (config.dim, config.depth, config.patch_size) = (1024, 24, 32);
        assert_eq!(config.name(), "ViT-L/32");
    }
}
