//! What the server hands to the page so that its HTML is complete before any script runs. The browser reads the same
//! value from the document and hydrates from it.

use serde::{Deserialize, Serialize};

use crate::dataset::DatasetListing;
use crate::image::{ImageInfo, Sample};
use crate::model::{ModelInfo, ModelSlot};
use crate::prediction::Predictions;
use crate::training::TrainingOverview;

/// The page's first state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PageState {
    /// The CNN.
    pub resnet: ModelInfo,
    /// The Vision Transformer.
    pub vit: ModelInfo,
    /// The photos that ship with the explorer; the first is the default.
    pub samples: Vec<Sample>,
    /// The picture on the bench: a sample, with both answers.
    pub specimen: SpecimenPredictions,
    /// Largest upload that the server takes.
    pub max_upload_bytes: u64,
}

impl PageState {
    /// The model in a slot.
    pub fn model(&self, slot: ModelSlot) -> &ModelInfo {
        match slot {
            ModelSlot::Resnet => &self.resnet,
            ModelSlot::Vit => &self.vit,
        }
    }
}

/// The first state of the page of training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainingPageState {
    /// The CNN.
    pub resnet: ModelInfo,
    /// The Vision Transformer.
    pub vit: ModelInfo,
    /// Data sets, those that were named when the server started first.
    pub datasets: Vec<DatasetListing>,
    /// Limits, runs and heads.
    pub overview: TrainingOverview,
}

/// A picture and what both models answer, all classes of each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SpecimenPredictions {
    /// The picture.
    pub image: ImageInfo,
    /// The sample's name.
    pub sample: String,
    /// The CNN's answer.
    pub resnet: Predictions,
    /// The ViT's answer.
    pub vit: Predictions,
}
