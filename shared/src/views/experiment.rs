//! Experiments on a picture, point by point as they come: how the answers of both models change with it.

use serde::{Deserialize, Serialize};

use crate::architecture::NodeId;
use crate::model::ModelSlot;
use crate::prediction::ModelRef;

/// The event `start`: what is measured, before any point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExperimentStart {
    /// Who is asked; each point has an outcome for some of them.
    pub models: Vec<ModelRef>,
    /// The class that each model answers first on the unchanged picture, in the order of `models`.
    pub classes: Vec<TopClass>,
    /// Points that will come.
    pub num_points: usize,
}

/// A model's first class on the unchanged picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TopClass {
    /// Position among the logits.
    pub class: usize,
    /// Its name.
    pub label: String,
    /// Its probability.
    pub probability: f32,
    /// Its logit.
    pub logit: f32,
}

/// The event `point`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExperimentPoint {
    /// Position among the points.
    pub index: usize,
    /// What was changed, as numbers: the shift in x and y, the cells a side, the covered share.
    pub setting: Vec<f64>,
    /// In words for tables, such as `layer3.2 without its shortcut`.
    pub name: String,
    /// The patches that are covered, in reading order from 0, where patches are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub covered: Vec<usize>,
    /// What each model answered.
    pub outcomes: Vec<ModelOutcome>,
}

/// The event `done`, the last.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExperimentDone {
    /// What the experiment took.
    pub seconds: f64,
}

/// What a model answered to a changed picture, or changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ModelOutcome {
    /// Which model.
    pub slot: ModelSlot,
    /// Probability of the class that it answered first on the unchanged picture.
    pub probability: f32,
    /// Its logit.
    pub logit: f32,
    /// The class that it answers first now.
    pub top: TopClass,
    /// Largest difference of any logit from the unchanged picture's.
    pub largest_logit_change: f32,
    /// How much nodes changed, where that is asked for.
    pub changes: Vec<NodeChange>,
}

/// How much a node's tensor changed, place by place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NodeChange {
    /// Which node.
    pub node: NodeId,
    /// Rows and columns of its map, or of its patches.
    pub map_size: [usize; 2],
    /// Length of the difference of the vectors over the mean length of the unchanged ones, row by row.
    pub change: Vec<f32>,
    /// Mean change of the places that the cover does not touch.
    pub mean_elsewhere: f32,
}

/// What is covered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CoverRegion {
    /// A box that the visitor draws.
    #[default]
    Box,
    /// Random patches, by seed.
    Random,
    /// The patches that the ViT's class token attends to most, over all blocks.
    Most,
    /// The patches that it attends to least.
    Least,
}

/// What is switched off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SkipPart {
    /// The shortcut of a block.
    #[default]
    Shortcut,
    /// The residual branch of a block; of an encoder block, both branches.
    Residual,
}
