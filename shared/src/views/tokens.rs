//! What tokens attend to, how far, and how alike they are.

use serde::{Deserialize, Serialize};

use crate::architecture::NodeId;
use crate::prediction::ModelRef;

/// Which token asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueryToken {
    /// Position among the tokens; 0 is the class token.
    pub token: usize,
    /// Row and column of the patch, or nothing for the class token.
    pub patch: Option<[usize; 2]>,
}

/// How the heads of a block become one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum HeadFusion {
    /// Their mean.
    #[default]
    Mean,
    /// The largest weight of any.
    Max,
    /// The least weight of any.
    Min,
}

/// One token's rows of attention weights. Arrays: `weights`, `[blocks, heads, tokens]`, of the blocks and heads that were asked for (one
/// head where they are fused).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AttentionAbout {
    /// Who attends.
    pub model: ModelRef,
    /// Which token asks.
    pub query: QueryToken,
    /// The blocks, from 0.
    pub blocks: Vec<usize>,
    /// The heads, from 0; empty where they are fused.
    pub heads: Vec<usize>,
    /// How the heads were fused.
    pub fusion: Option<HeadFusion>,
    /// Tokens before the first patch.
    pub num_leading: usize,
    /// Rows and columns of patches.
    pub patches_per_side: usize,
    /// Least and largest sum of a row that is given: softmax makes it 1, fusing by max or min does not.
    pub row_sums: [f32; 2],
}

/// Attention rollout. Arrays: `rollout`, `[blocks, tokens]`: the query's row of the product up to each block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RolloutAbout {
    /// Who attends.
    pub model: ModelRef,
    /// Which token asks.
    pub query: QueryToken,
    /// How the heads of each block were fused.
    pub fusion: HeadFusion,
    /// Whether the residual stream is mixed in: half of each block's matrix is then the identity.
    pub with_residual: bool,
    /// Share of each row's weights, the smallest, that are set to zero.
    pub discard: f32,
    /// Tokens before the first patch.
    pub num_leading: usize,
    /// Rows and columns of patches.
    pub patches_per_side: usize,
}

/// Gradient-weighted relevance for a class. Arrays: `relevance`, `[rows, columns]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RelevanceAbout {
    /// Who answers.
    pub model: ModelRef,
    /// For which class.
    pub class: usize,
    /// Its name.
    pub label: String,
    /// Its logit.
    pub logit: f32,
    /// Relevance of the tokens that are no patches.
    pub leading: Vec<f32>,
    /// Whether the row of the class token is shown, or the mean over the patches that the head reads.
    pub is_class_token: bool,
}

/// How far each head looks on average. Arrays: `distances_px`, `[blocks, heads]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AttentionDistanceAbout {
    /// Who attends.
    pub model: ModelRef,
    /// Side of a patch.
    pub patch_size_px: usize,
    /// What even attention over all patches gives.
    pub uniform_px: f64,
    /// What even attention over a patch and its up to eight neighbours gives.
    pub neighbourhood_px: f64,
}

/// How alike one place and every other are. Arrays: `cosines`, `[rows, columns]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SimilarityAbout {
    /// Whose vectors.
    pub model: ModelRef,
    /// Of which node.
    pub node: NodeId,
    /// Row and column of the place.
    pub place: [usize; 2],
}
