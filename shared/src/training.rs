//! What is said of the training of a head: the recipe, what happens on the way, and the report at its end.

mod efficiency;
mod evaluation;
mod from_scratch;
mod recipe;
mod runs;

use serde::{Deserialize, Serialize};

use crate::dataset::{DatasetSummary, SkippedFile, SplitCounts};
use crate::model::{ModelSlot, Preprocessing};

pub use efficiency::{BackboneEfficiency, DataEfficiency, EfficiencyPoint};
pub use evaluation::{CalibrationBin, ClassResult, Evaluation, Mistake, Proportion};
pub use from_scratch::{FromScratch, LearnerCurve, LearnerEpoch, ScratchPlan};
pub use recipe::{ClassWeights, FeatureScaling, HeadRecipe, Method, Optimizer, Schedule};
pub use runs::{
    AnsweredPhoto, BackboneProgress, FineTuning, HeadChoice, HeadListing, PhotoChoice, RunEvent, RunHistory,
    RunRequest, RunResult, RunState, RunStatus, TrainingOverview,
};

/// What happens while a head is trained, in the order in which it does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum TrainingEvent {
    /// Files of the data set are looked at.
    Reading(Progress),
    /// The data set is known.
    Dataset {
        /// What it is.
        summary: Box<DatasetSummary>,
        /// How it is divided.
        split: SplitCounts,
    },
    /// Pictures go through the backbone.
    Features(Progress),
    /// A run goes on behind this step of one that was stopped.
    Resumed {
        /// Steps that are done.
        step: u64,
    },
    /// A step of the optimiser.
    Step {
        /// The point of the curve.
        point: StepPoint,
        /// Training pictures that the steps take each second.
        pictures_per_second: f64,
    },
    /// All training pictures were seen once more.
    Epoch(EpochPoint),
    /// The head was evaluated on the test pictures.
    Evaluated(Box<Evaluation>),
}

/// How far something is that goes picture by picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Progress {
    /// Pictures that are done, those that were found in a cache among them.
    pub done: u64,
    /// All pictures.
    pub total: u64,
    /// Pictures that were found in a cache.
    pub cached: u64,
    /// Pictures a second, of those that were not.
    pub pictures_per_second: f64,
    /// What is left, once a speed is known.
    pub seconds_left: Option<f64>,
}

/// One step of the optimiser.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StepPoint {
    /// From 1.
    pub step: u64,
    /// The loss of its minibatch, before the step.
    pub loss: f64,
    /// What the step was taken with.
    pub learning_rate: f64,
}

/// One pass over the training pictures.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EpochPoint {
    /// From 1.
    pub epoch: u64,
    /// The last step of it.
    pub step: u64,
    /// Mean loss of its minibatches, while the weights changed.
    pub train_loss: f64,
    /// Share of training pictures that ranked first, while the weights changed, in percent.
    pub train_top1_percent: f64,
    /// Mean cross-entropy on the validation pictures, without smoothing and class weights.
    pub validation_loss: Option<f64>,
    /// Share of validation pictures that rank first, in percent.
    pub validation_top1_percent: Option<f64>,
}

/// Everything about a run, so that it can be told and done again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunReport {
    /// The family of the backbone.
    pub slot: ModelSlot,
    /// Its architecture, such as `ResNet-50`.
    pub backbone: String,
    /// BLAKE3 of the backbone's checkpoint.
    pub backbone_id: String,
    /// What the backbone's checkpoint says that it was trained on.
    pub backbone_trained_on: Option<String>,
    /// How pictures became its inputs.
    pub preprocessing: Preprocessing,
    /// BLAKE3 of the head's file.
    pub head_id: String,
    /// The data set.
    pub dataset: DatasetSummary,
    /// How it was divided.
    pub split: SplitCounts,
    /// The data set of the test pictures, where it is another.
    pub test_dataset: Option<DatasetSummary>,
    /// How the head was made.
    pub recipe: HeadRecipe,
    /// Each step.
    pub steps: Vec<StepPoint>,
    /// Each epoch.
    pub epochs: Vec<EpochPoint>,
    /// The epoch whose weights were kept.
    pub best_epoch: Option<u64>,
    /// On the validation pictures, which epochs or the penalty were chosen by.
    pub validation: Option<Box<Evaluation>>,
    /// On the test pictures, which nothing was chosen by.
    pub test: Option<Box<Evaluation>>,
    /// What was done behind the head, where the tail of the backbone was trained with it; everything else that is said is then of both
    /// together, and [`Self::best_epoch`] of the head before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fine_tuning: Option<FineTuningReport>,
    /// Files that could be read once and not again.
    pub skipped_later: Vec<SkippedFile>,
    /// What took how long.
    pub timings: TrainingTimings,
}

/// How the tail of a backbone was trained with its head.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FineTuningReport {
    /// How.
    pub plan: FineTuning,
    /// What of the backbone, such as `layer4`.
    pub tuned: String,
    /// Numbers that were trained, those of the head among them.
    pub num_parameters: u64,
    /// Its first step among [`RunReport::steps`]; those before are the head's.
    pub first_step: u64,
    /// Its first epoch among [`RunReport::epochs`].
    pub first_epoch: u64,
    /// The epoch whose weights were kept.
    pub best_epoch: Option<u64>,
    /// The head on the checkpoint's own layers, on the validation pictures.
    pub validation_before: Option<Box<Evaluation>>,
    /// The same on the test pictures.
    pub test_before: Option<Box<Evaluation>>,
    /// What it took.
    pub seconds: f64,
}

/// What took how long.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrainingTimings {
    /// Looking at the files.
    pub reading_seconds: f64,
    /// The backbone, for pictures whose features were not found in the cache.
    pub features_seconds: f64,
    /// Pictures that the backbone was run on.
    pub features_computed: u64,
    /// Pictures a second of these.
    pub pictures_per_second: f64,
    /// Fitting the head.
    pub fitting_seconds: f64,
    /// What runs it, such as `CPU, 2 threads`.
    pub device: String,
}
