//! How accuracy grows with the number of photos a class, on two frozen backbones.

use serde::{Deserialize, Serialize};

use super::HeadRecipe;
use crate::dataset::DatasetSummary;
use crate::model::ModelSlot;

/// Both backbones on the same photos.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DataEfficiency {
    /// What photos were taken from.
    pub dataset: DatasetSummary,
    /// Test photos, the same for every head.
    pub num_test: u64,
    /// How every head was made, but for its seed.
    pub recipe: HeadRecipe,
    /// What photos were chosen with.
    pub seeds: Vec<u64>,
    /// One curve each.
    pub backbones: Vec<BackboneEfficiency>,
}

/// A backbone's curve.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BackboneEfficiency {
    /// Its family.
    pub slot: ModelSlot,
    /// Its architecture, such as `ResNet-50`.
    pub name: String,
    /// BLAKE3 of its checkpoint.
    pub checkpoint_id: String,
    /// What its checkpoint says that it was trained on: it may have seen these photos.
    pub trained_on: Option<String>,
    /// From few photos to all.
    pub points: Vec<EfficiencyPoint>,
}

/// Heads on so many photos a class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EfficiencyPoint {
    /// At most so many; none: all.
    pub photos_per_class: Option<u64>,
    /// Photos of all classes.
    pub num_train: u64,
    /// Share of the test photos whose class ranks first, for each seed, in percent.
    pub top1_percent: Vec<f64>,
    /// Their mean.
    pub mean_percent: f64,
    /// Their standard deviation: what the choice of training photos does. 0 for a single one.
    pub deviation_percent: f64,
    /// Lower end of Wilson's 95 % interval of the mean: what the choice of test photos does.
    pub low_percent: f64,
    /// Upper end of it.
    pub high_percent: f64,
}
