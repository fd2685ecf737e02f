//! A model's answer to one picture.

use serde::{Deserialize, Serialize};

use crate::model::ModelSlot;

/// The classes of one picture, ranked, and what they cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Predictions {
    /// Who answered.
    pub model: ModelRef,
    /// From the most to the least probable; as many as were asked for.
    pub classes: Vec<ClassScore>,
    /// Where the time went.
    pub timings: Timings,
}

/// Which weights an answer comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ModelRef {
    /// Where it is loaded.
    pub slot: ModelSlot,
    /// The usual name of the architecture.
    pub name: String,
    /// BLAKE3 of the checkpoint's bytes.
    pub checkpoint_id: String,
    /// Outputs of its head.
    pub num_classes: usize,
}

/// One class of an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClassScore {
    /// Position among the logits.
    pub index: usize,
    /// Name for display.
    pub label: String,
    /// Softmax of the logits.
    pub probability: f32,
    /// The head's output.
    pub logit: f32,
}

/// Milliseconds of each step, measured when it was done for this picture. An answer that is given again from memory repeats
/// what it cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Timings {
    /// From the file's bytes to pixels.
    pub decode_ms: f64,
    /// Resize and crop.
    pub preprocess_ms: f64,
    /// Waiting for the model.
    pub queue_ms: f64,
    /// Normalising, and the forward pass of the batch that this picture was in.
    pub forward_ms: f64,
}
