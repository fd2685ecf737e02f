//! A small CNN and a small ViT that learn from the same few photos and nothing else: the inductive bias itself.

use serde::{Deserialize, Serialize};

use crate::dataset::DatasetSummary;
use crate::model::ModelSlot;

/// What is done with both alike.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScratchPlan {
    /// Side of the photos, in pixels.
    pub image_size: usize,
    /// Photos a class, rising; all of them come last by themselves.
    pub counts: Vec<u64>,
    /// One model of each kind for every count and seed.
    pub seeds: Vec<u64>,
    /// Passes over the photos.
    pub epochs: u64,
    /// Steps that every model takes at least: of few photos there are more passes.
    #[serde(default)]
    pub min_steps: u64,
    /// Photos of a step.
    pub batch_size: usize,
    /// Learning rates that are tried for each kind, on validation photos, with as many tries for both.
    pub learning_rates: Vec<f64>,
    /// Of the weights.
    pub weight_decay: f64,
    /// What of a label's probability is spread over all classes.
    pub label_smoothing: f64,
    /// Of all classes, the first so many; none: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_classes: Option<usize>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FromScratch {
    /// The photos.
    pub dataset: DatasetSummary,
    /// Test photos, the same for every model.
    pub num_test: u64,
    /// Outputs.
    pub num_classes: usize,
    /// How both were trained.
    pub plan: ScratchPlan,
    /// One curve each.
    pub learners: Vec<LearnerCurve>,
    /// The command that does it again.
    pub command: String,
    /// What it took.
    pub seconds: f64,
    /// What ran it, such as `CPU, 2 threads`.
    pub device: String,
    /// The day, as `2026-01-31`.
    pub date: String,
}

/// A kind of model and how its accuracy grows with the photos.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LearnerCurve {
    /// Its family.
    pub slot: ModelSlot,
    /// What it is, such as `CNN of 4 stages`.
    pub name: String,
    /// Weights and biases that are learned.
    pub num_parameters: u64,
    /// Multiply-accumulates of a photo.
    pub num_macs: u64,
    /// The learning rate that was chosen, and what each reached on the validation photos, in percent.
    pub learning_rate: f64,
    /// `(learning rate, top-1 in percent)`, in the order in which they were tried.
    pub tried: Vec<(f64, f64)>,
    /// From few photos to all.
    pub points: Vec<super::EfficiencyPoint>,
}

/// A model that learns saw its photos once more.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LearnerEpoch {
    /// Its family.
    pub slot: ModelSlot,
    /// At most so many photos a class; none: all.
    pub photos_per_class: Option<u64>,
    /// Its seed.
    pub seed: u64,
    /// Its learning rate.
    pub learning_rate: f64,
    /// Whether it is a try of that learning rate, measured on validation photos.
    #[serde(default)]
    pub is_try: bool,
    /// From 1.
    pub epoch: u64,
    /// Mean loss of the minibatches.
    pub train_loss: f64,
    /// Share of the test photos, or of the validation photos while a learning rate is chosen, whose class ranks first, in percent;
    /// measured behind the last epoch.
    pub top1_percent: Option<f64>,
}

impl Default for ScratchPlan {
    fn default() -> Self {
        Self {
            image_size: 64,
            counts: vec![1, 2, 4, 8, 16],
            seeds: vec![0, 1, 2],
            epochs: 16,
            min_steps: 160,
            batch_size: 32,
            learning_rates: vec![5e-4, 1.5e-3, 4.5e-3],
            weight_decay: 0.05,
            label_smoothing: 0.1,
            max_classes: None,
        }
    }
}
