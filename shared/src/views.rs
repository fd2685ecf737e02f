//! What is said of a view of a picture beside its arrays: which part of which model it shows, in numbers that need no drawing.
//! One struct a route; the arrays that come with it are named in its description.

mod class_map;
mod experiment;
mod layers;
mod maps;
mod receptive;
mod tokens;

use serde::{Deserialize, Serialize};

pub use class_map::{CellCheck, ClassMapAbout, ClassMapMethod};
pub use experiment::{
    CoverRegion, ExperimentDone, ExperimentPoint, ExperimentStart, ModelOutcome, NodeChange, SkipPart,
    TopClass,
};
pub use layers::{LayerStatistics, LensEntry, LensGap, LogitLensAbout, NodeStatistics};
pub use maps::{ChannelSort, ChannelSummary, FeatureMapsAbout};
pub use receptive::{EffectiveField, PixelBox, ReceptiveFieldAbout, ReceptiveFieldKind, UnitPosition};
pub use tokens::{
    AttentionAbout, AttentionDistanceAbout, HeadFusion, QueryToken, RelevanceAbout, RolloutAbout,
    SimilarityAbout,
};

/// A view as JSON: what is said of it, and its arrays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ViewBody<About> {
    /// What is said of the numbers.
    pub about: About,
    /// The numbers. `.npy` holds the first.
    pub arrays: Vec<NamedArray>,
}

/// An array as JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NamedArray {
    /// What it holds.
    pub name: String,
    /// Length of each axis.
    pub shape: Vec<usize>,
    /// In C order: the last axis changes fastest. `null` where a value is not finite.
    pub values: Vec<Option<f32>>,
}
