//! What the server and the browser agree on: architecture graphs, their cost and receptive fields, the wire
//! types and the routes. Serde types and pure arithmetic only: no I/O, no candle, no leptos.

pub mod architecture;
pub mod augmentation;
pub mod cka;
pub mod cost;
pub mod dataset;
pub mod error;
pub mod image;
pub mod model;
pub mod packed;
pub mod page;
pub mod permutation;
pub mod prediction;
pub mod preprocessing;
pub mod receptive_field;
pub mod route;
pub mod token_layout;
pub mod training;
pub mod views;

pub use architecture::{
    ArchitectureConfig, Edge, EdgeKind, Graph, Node, NodeId, Operation, ParameterSpec, Section, TensorShape,
};
pub use cka::{CkaMatrix, ComparedLayer, ComparedModel};
pub use dataset::{DatasetClass, DatasetSummary, HistogramBin, SkippedFile, SplitCounts};
pub use error::{ApiError, ApiErrorBody, CHECKPOINTS_HEADER, ErrorCode, HEAD_CHANGED, checkpoints_header};
pub use image::{ImageInfo, Sample};
pub use model::{
    Accuracy, CheckpointInfo, HeadInfo, Interpolation, LongerSide, ModelInfo, ModelSlot, Preprocessing,
    Resize,
};
pub use page::{PageState, SpecimenPredictions};
pub use prediction::{ClassScore, ModelRef, Predictions, Timings};
pub use preprocessing::{CropBox, CropOffset, PixelSize};
pub use receptive_field::ReceptiveField;
pub use token_layout::TokenLayout;
pub use training::{DataEfficiency, Evaluation, HeadRecipe, RunReport, TrainingEvent};
