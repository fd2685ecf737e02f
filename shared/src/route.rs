//! Paths of the server, for both sides. Constants with `{...}` are axum's patterns; functions fill them in.

use crate::architecture::NodeId;
use crate::model::ModelSlot;

/// Start of every API path.
pub const API: &str = "/api/v1";
/// Both models.
pub const MODELS: &str = "/api/v1/models";
/// A model's graph.
pub const MODEL_GRAPH: &str = "/api/v1/models/{model}/graph";
/// A parameter as `.npy`.
pub const MODEL_WEIGHTS: &str = "/api/v1/models/{model}/weights/{parameter}";
/// Upload.
pub const IMAGES: &str = "/api/v1/images";
/// The uploaded bytes' description.
pub const IMAGE: &str = "/api/v1/images/{image_id}";
/// A model's answer to a picture.
pub const IMAGE_PREDICTIONS: &str = "/api/v1/images/{image_id}/predictions";
/// The picture after `resized` or `cropped`.
pub const IMAGE_PREPROCESSED: &str = "/api/v1/images/{image_id}/preprocessed/{step}";
/// An observed tensor as `.npy`.
pub const IMAGE_TENSOR: &str = "/api/v1/images/{image_id}/tensors/{node_id}";
/// Channels of a node as maps.
pub const IMAGE_FEATURE_MAPS: &str = "/api/v1/images/{image_id}/feature-maps/{node_id}";
/// What a token attends to.
pub const IMAGE_ATTENTION: &str = "/api/v1/images/{image_id}/attention";
/// Attention through all blocks.
pub const IMAGE_ROLLOUT: &str = "/api/v1/images/{image_id}/rollout";
/// Gradient-weighted relevance for a class.
pub const IMAGE_RELEVANCE: &str = "/api/v1/images/{image_id}/relevance";
/// How far each head looks.
pub const IMAGE_ATTENTION_DISTANCE: &str = "/api/v1/images/{image_id}/attention-distance";
/// Where a class's logit comes from.
pub const IMAGE_CLASS_MAP: &str = "/api/v1/images/{image_id}/class-map";
/// What a unit has seen.
pub const IMAGE_RECEPTIVE_FIELD: &str = "/api/v1/images/{image_id}/receptive-field/{node_id}";
/// How alike places are.
pub const IMAGE_SIMILARITY: &str = "/api/v1/images/{image_id}/similarity";
/// The head after each layer.
pub const IMAGE_LOGIT_LENS: &str = "/api/v1/images/{image_id}/logit-lens";
/// What each node holds and takes.
pub const IMAGE_STATISTICS: &str = "/api/v1/images/{image_id}/statistics";
/// An experiment, streamed.
pub const IMAGE_EXPERIMENT: &str = "/api/v1/images/{image_id}/experiments/{experiment}";
/// Views of a picture as a model that learns would see it, drawn at random.
pub const IMAGE_AUGMENTATIONS: &str = "/api/v1/images/{image_id}/augmentations";
/// One of them as PNG.
pub const IMAGE_AUGMENTED: &str = "/api/v1/images/{image_id}/augmentations/{seed}";
/// Data sets: list, upload.
pub const DATASETS: &str = "/api/v1/datasets";
/// A data set's summary; removal of an uploaded one.
pub const DATASET: &str = "/api/v1/datasets/{dataset_id}";
/// Its photos by class and filter.
pub const DATASET_PHOTOS: &str = "/api/v1/datasets/{dataset_id}/photos";
/// A photo of it.
pub const DATASET_PHOTO: &str = "/api/v1/datasets/{dataset_id}/photos/{photo_id}";
/// What can be trained, runs and heads.
pub const TRAINING: &str = "/api/v1/training";
/// Whether a token is right.
pub const ADMIN: &str = "/api/v1/admin";
/// Asks for a run.
pub const RUNS: &str = "/api/v1/training/runs";
/// A run; its removal.
pub const RUN: &str = "/api/v1/training/runs/{run_id}";
/// What it tells, as events.
pub const RUN_EVENTS: &str = "/api/v1/training/runs/{run_id}/events";
/// Asks it to end.
pub const RUN_STOP: &str = "/api/v1/training/runs/{run_id}/stop";
/// Asks it to go on.
pub const RUN_RESUME: &str = "/api/v1/training/runs/{run_id}/resume";
/// What came of it.
pub const RUN_RESULT: &str = "/api/v1/training/runs/{run_id}/result";
/// Test photos by class and answer.
pub const RUN_ANSWERS: &str = "/api/v1/training/runs/{run_id}/answers";
/// A file of it, such as `head.safetensors`.
pub const RUN_FILE: &str = "/api/v1/training/runs/{run_id}/files/{file}";
/// The head that a model answers with: put another, delete to have the one of the start.
pub const MODEL_HEAD: &str = "/api/v1/models/{model}/head";
/// The result of small models that learned from scratch, which ships with the explorer.
pub const FROM_SCRATCH: &str = "/api/v1/training/from-scratch";
/// The page of training.
pub const TRAINING_PAGE: &str = "/training";
/// A run's report, to be printed.
pub const RUN_REPORT_PAGE: &str = "/training/runs/{run_id}";
/// How similar the layers of both models are.
pub const CKA: &str = "/api/v1/cka";
/// The sample photos.
pub const SAMPLES: &str = "/api/v1/samples";
/// OpenAPI 3.1 of all of these.
pub const OPENAPI: &str = "/api/v1/openapi.json";
/// The same for people.
pub const API_DOCS: &str = "/api/docs";
/// Every term of the page, explained.
pub const GLOSSARY: &str = "/glossary";
/// The process is up.
pub const HEALTHZ: &str = "/healthz";
/// Both models are loaded.
pub const READYZ: &str = "/readyz";
/// Prometheus.
pub const METRICS: &str = "/metrics";
/// The sample photos' files.
pub const PHOTOS: &str = "/photos";
/// Scripts, styles and fonts, under names that carry their content's hash.
pub const STATIC: &str = "/static";

/// A step of preprocessing that can be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PreprocessingStep {
    /// After the resize.
    Resized,
    /// After the crop.
    Cropped,
    /// The same with losses, which is there sooner: to be recognised, not to be read.
    Glance,
}

impl PreprocessingStep {
    /// All, in their order.
    pub const ALL: [Self; 3] = [Self::Resized, Self::Cropped, Self::Glance];

    /// The file's name in the path.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Resized => "resized.png",
            Self::Cropped => "cropped.png",
            Self::Glance => "cropped.jpg",
        }
    }
}

/// Fills in [`IMAGE_PREDICTIONS`]; `top_k` of `None` asks for all classes.
pub fn predictions(image_id: &str, model: ModelSlot, top_k: Option<usize>) -> String {
    let top_k = top_k.map_or_else(|| "all".to_owned(), |count| count.to_string());
    format!("{IMAGES}/{image_id}/predictions?model={model}&top_k={top_k}")
}

/// Fills in [`IMAGE_PREPROCESSED`].
pub fn preprocessed(image_id: &str, model: ModelSlot, step: PreprocessingStep) -> String {
    format!("{IMAGES}/{image_id}/preprocessed/{}?model={model}", step.file_name())
}

/// Fills in [`IMAGE_TENSOR`]; `slice` such as `0:8,3`.
pub fn tensor(image_id: &str, model: ModelSlot, node: &NodeId, slice: Option<&str>) -> String {
    let slice = slice.map(|slice| format!("&slice={slice}")).unwrap_or_default();
    format!("{IMAGES}/{image_id}/tensors/{node}?model={model}{slice}")
}

/// Fills in the pattern of a view: `part` is a node or an experiment where the pattern has one.
pub fn view(pattern: &str, image_id: &str, part: &str, query: &str) -> String {
    let path = pattern.replace("{image_id}", image_id);
    let path = path.replace("{node_id}", part).replace("{experiment}", part);
    format!("{path}?{query}")
}

/// Fills in the pattern of a data set, and of a photo where the pattern has one.
pub fn dataset(pattern: &str, dataset_id: &str, photo_id: &str) -> String {
    pattern.replace("{dataset_id}", dataset_id).replace("{photo_id}", photo_id)
}

/// Fills in the pattern of a run, and of its file where the pattern has one.
pub fn run(pattern: &str, run_id: &str, file: &str) -> String {
    pattern.replace("{run_id}", run_id).replace("{file}", file)
}

/// Fills in [`MODEL_HEAD`].
pub fn head(model: ModelSlot) -> String {
    MODEL_HEAD.replace("{model}", model.as_str())
}

/// Fills in [`MODEL_GRAPH`].
pub fn graph(model: ModelSlot) -> String {
    MODEL_GRAPH.replace("{model}", model.as_str())
}

/// Fills in [`MODEL_WEIGHTS`]; `slice` such as `0:8,3`.
pub fn weights(model: ModelSlot, parameter: &str, slice: Option<&str>) -> String {
    let slice = slice.map(|slice| format!("?slice={slice}")).unwrap_or_default();
    format!("{MODELS}/{model}/weights/{parameter}{slice}")
}
