//! Work that a server does on data sets, one at a time on a device: what is asked for, how it stands, and what is told while it goes on.

use serde::{Deserialize, Serialize};

use super::{
    BackboneEfficiency, DataEfficiency, EpochPoint, FromScratch, HeadRecipe, LearnerEpoch, Progress,
    Proportion, RunReport, ScratchPlan, StepPoint,
};
use crate::dataset::SplitCounts;
use crate::model::ModelSlot;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RunRequest {
    /// A head on the features of a backbone.
    Head {
        /// The photos.
        photos: PhotoChoice,
        /// Whose features.
        backbone: ModelSlot,
        /// How the head is made.
        #[serde(default)]
        recipe: HeadRecipe,
        /// The last stage or block is trained too, after the head; none: the backbone stays as it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fine_tuning: Option<FineTuning>,
    },
    /// Heads on few to all photos a class, on both backbones.
    DataEfficiency {
        /// The photos.
        photos: PhotoChoice,
        /// Photos a class, rising; all of them come last by themselves.
        counts: Vec<u64>,
        /// Choices of photos for each count.
        repetitions: u64,
        /// How every head is made.
        #[serde(default)]
        recipe: HeadRecipe,
    },
    /// A small CNN and a small ViT, trained on these photos alone.
    FromScratch {
        /// The photos.
        photos: PhotoChoice,
        /// How both are trained.
        #[serde(default)]
        plan: ScratchPlan,
    },
}

/// Which photos, and how they are divided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PhotoChoice {
    /// Id of a data set of this server.
    pub dataset: String,
    /// Id of another one with the same class folders, for the test; none: a part of the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_dataset: Option<String>,
    /// What photos are divided and shuffled with.
    #[serde(default)]
    pub seed: u64,
    /// Of each class, that choices are made by.
    #[serde(default = "default_share")]
    pub validation_percent: f64,
    /// Of each class, that nothing is chosen by; passed over where the test photos are another data set.
    #[serde(default = "default_share")]
    pub test_percent: f64,
}

/// How the last stage of a ResNet, or the last block of a Vision Transformer, is trained with its head.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FineTuning {
    /// Passes over the training photos.
    pub epochs: u64,
    /// At the first step; a half cosine takes it to 0.
    pub learning_rate: f64,
    /// Photos of a step.
    pub batch_size: usize,
    /// Of the weights, not of biases and norms.
    pub weight_decay: f64,
}

/// A run as lists name it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunStatus {
    /// Of this server; its address.
    pub id: String,
    /// What was asked for.
    pub request: RunRequest,
    /// What the data set is called.
    pub dataset_name: String,
    /// The backbones' names, such as `ResNet-50`; none where it trains its own.
    pub backbones: Vec<String>,
    /// When it was asked for, in milliseconds since 1970.
    pub created_ms: u64,
    /// How it stands.
    pub state: RunState,
}

/// How a run stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum RunState {
    /// Others have the device.
    Queued {
        /// Runs before it, the one that has the device among them.
        ahead: u64,
    },
    /// It has the device.
    Running,
    /// It was asked to end; it can go on from there.
    Stopped,
    /// The server ended meanwhile; it can go on from what was kept.
    Interrupted,
    /// It could not go on.
    Failed {
        /// Why, in words.
        message: String,
    },
    /// It is done.
    Done {
        /// BLAKE3 of the head that came of it, where one did and it can be used by this server.
        head_id: Option<String>,
        /// On the test photos, where one head was measured.
        top1: Option<Proportion>,
        /// What it took, from first to last, without pauses.
        seconds: f64,
    },
}

impl RunState {
    /// Whether it waits or works.
    pub fn is_under_way(&self) -> bool {
        matches!(self, Self::Queued { .. } | Self::Running)
    }

    /// Whether it can go on from what was kept.
    pub fn can_resume(&self) -> bool {
        matches!(self, Self::Stopped | Self::Interrupted | Self::Failed { .. })
    }
}

/// All that a run has told so far: what a page needs that comes later.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunHistory {
    /// Files of the data set that were looked at.
    pub reading: Option<Progress>,
    /// How the photos are divided.
    pub split: Option<SplitCounts>,
    /// Photos that went through the backbone, of each that is asked.
    pub features: Vec<BackboneProgress>,
    /// The step behind which it went on, each time that it did.
    pub resumed_at: Vec<u64>,
    /// Each step, of long runs each second, fourth and so on, so that there are at most [`RunHistory::MAX_STEPS`].
    pub steps: Vec<StepPoint>,
    /// Training photos that the steps take each second.
    pub pictures_per_second: Option<f64>,
    /// Each epoch.
    pub epochs: Vec<EpochPoint>,
    /// Heads that are fitted, or models that are trained, of so many.
    pub models: Option<(u64, u64)>,
    /// The backbones whose curve is done.
    pub curves: Vec<BackboneEfficiency>,
    /// Models that learn from scratch.
    pub learners: Vec<LearnerEpoch>,
}

impl RunHistory {
    /// Steps that are told to who comes later.
    pub const MAX_STEPS: usize = 2_000;
}

/// How far the features of a backbone are.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BackboneProgress {
    /// The backbone.
    pub slot: ModelSlot,
    /// How far.
    pub progress: Progress,
}

/// What a run tells while it goes on. Server-sent events of these names; the first is always `history`, and `status` comes with each change
/// of state, the last among them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum RunEvent {
    /// What was told before.
    History(Box<RunHistory>),
    /// It stands otherwise.
    Status(Box<RunStatus>),
    /// Files of the data set are looked at.
    Reading(Progress),
    /// How the photos are divided.
    Split(SplitCounts),
    /// Photos go through a backbone.
    Features(BackboneProgress),
    /// It goes on behind this step.
    Resumed {
        /// Steps that are done.
        step: u64,
    },
    /// Steps of the optimiser, a few together.
    Steps {
        /// Points of the curve.
        points: Vec<StepPoint>,
        /// Training photos that the steps take each second.
        pictures_per_second: f64,
    },
    /// All training photos were seen once more.
    Epoch(EpochPoint),
    /// So many heads or models of so many.
    Models {
        /// Ready.
        done: u64,
        /// All.
        total: u64,
    },
    /// A backbone's curve is done.
    Curve(Box<BackboneEfficiency>),
    /// A model that learns from scratch saw its photos once more.
    Learner(LearnerEpoch),
}

impl RunEvent {
    /// Names of all events.
    pub const NAMES: [&str; 11] = [
        "history", "status", "reading", "split", "features", "resumed", "steps", "epoch", "models", "curve",
        "learner",
    ];

    /// Its name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::History(_) => "history",
            Self::Status(_) => "status",
            Self::Reading(_) => "reading",
            Self::Split(_) => "split",
            Self::Features(_) => "features",
            Self::Resumed { .. } => "resumed",
            Self::Steps { .. } => "steps",
            Self::Epoch(_) => "epoch",
            Self::Models { .. } => "models",
            Self::Curve(_) => "curve",
            Self::Learner(_) => "learner",
        }
    }
}

/// What came of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RunResult {
    /// A head.
    Head {
        /// Everything about the run.
        report: Box<RunReport>,
    },
    /// Curves of two frozen backbones.
    DataEfficiency(Box<DataEfficiency>),
    /// Curves of two models that learned from scratch.
    FromScratch(Box<FromScratch>),
}

/// What the answer to a test photo was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AnsweredPhoto {
    /// BLAKE3 of its file: its address in the data set.
    pub photo_id: String,
    /// Id of the data set that it belongs to.
    pub dataset: String,
    /// Its class.
    pub class_index: usize,
    /// The answer.
    pub answer_index: usize,
    /// The answer's probability.
    pub probability: f64,
}

/// A head that this server has and its models can take.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HeadListing {
    /// BLAKE3 of its file.
    pub id: String,
    /// The run that it came of, where that is known.
    pub run_id: Option<String>,
    /// The slot of its backbone.
    pub slot: ModelSlot,
    /// What its data set is called.
    pub dataset: String,
    /// Outputs.
    pub num_classes: usize,
    /// Share of test photos that rank first, in percent.
    pub top1_percent: Option<f64>,
    /// Whether every visitor gets its answers now.
    pub is_in_use: bool,
}

/// Asks for a head of this server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HeadChoice {
    /// BLAKE3 of its file.
    pub head_id: String,
}

/// What this server lets be done with data sets, and what that has taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrainingOverview {
    /// Whether a token was set, so that who has it may train.
    pub is_enabled: bool,
    /// Largest archive that is taken, in bytes.
    pub max_archive_bytes: u64,
    /// What uploads, features and runs take on the disk.
    pub disk_bytes: u64,
    /// What they may take.
    pub max_disk_bytes: u64,
    /// All runs, the newest first.
    pub runs: Vec<RunStatus>,
    /// Heads that can be used.
    pub heads: Vec<HeadListing>,
}

impl Default for FineTuning {
    fn default() -> Self {
        Self { epochs: 5, learning_rate: 1e-4, batch_size: 32, weight_decay: 0.05 }
    }
}

fn default_share() -> f64 {
    15.0
}
