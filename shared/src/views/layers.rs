//! A model layer by layer on one picture: what the head would say after each, and what each node holds and takes.

use serde::{Deserialize, Serialize};

use crate::architecture::NodeId;
use crate::prediction::{ClassScore, ModelRef};

/// The head applied after each layer. Arrays: `logits`, `[entries, classes]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogitLensAbout {
    /// Who answers.
    pub model: ModelRef,
    /// Where the head can be applied, in order of execution.
    pub entries: Vec<LensEntry>,
    /// Where it cannot, and why.
    pub gaps: Vec<LensGap>,
}

/// What the head says after a node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LensEntry {
    /// After which node.
    pub node: NodeId,
    /// The most probable classes.
    pub classes: Vec<ClassScore>,
}

/// A place where the head does not fit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LensGap {
    /// After which node.
    pub node: NodeId,
    /// Features that the node has at each place.
    pub features: usize,
    /// Features that the head reads.
    pub head_features: usize,
}

/// Every node of a model on one picture. No arrays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LayerStatistics {
    /// Whose nodes.
    pub model: ModelRef,
    /// What ran them.
    pub device: String,
    /// Forward passes whose median times are given.
    pub num_passes: usize,
    /// In order of execution.
    pub nodes: Vec<NodeStatistics>,
}

/// What a node holds and takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NodeStatistics {
    /// Which node.
    pub node: NodeId,
    /// Mean of its values.
    pub mean: f32,
    /// Their standard deviation.
    pub deviation: f32,
    /// The least.
    pub min: f32,
    /// The largest.
    pub max: f32,
    /// Share of values that are exactly zero.
    pub zeros: f32,
    /// Time from the node before it to this one.
    pub time_ms: f64,
}
