//! The options that say which models are loaded, for the server and for every command that runs one.

use std::path::PathBuf;

use clap::Args;
use shared::ModelSlot;

use crate::device::Precision;
use crate::models::registry::ModelRequest;

/// Weights, labels, preprocessing.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Models")]
pub struct ModelOptions {
    /// Weights of the ResNet: demo, a path, or hf:owner/name[@revision][/file].
    #[arg(long, env = "EXPLORER_RESNET", default_value = "demo", value_name = "SOURCE")]
    pub resnet: String,
    /// Weights of the Vision Transformer: demo, a path, or hf:owner/name[@revision][/file].
    #[arg(long, env = "EXPLORER_VIT", default_value = "demo", value_name = "SOURCE")]
    pub vit: String,
    /// File with the ResNet's class names, one a line, in place of the checkpoint's own.
    #[arg(long, env = "EXPLORER_RESNET_LABELS", value_name = "FILE")]
    pub resnet_labels: Option<PathBuf>,
    /// File with the Vision Transformer's class names, one a line, in place of the checkpoint's own.
    #[arg(long, env = "EXPLORER_VIT_LABELS", value_name = "FILE")]
    pub vit_labels: Option<PathBuf>,
    /// Head for the ResNet as `train-head` writes it, in place of the checkpoint's own; it must have been trained on the same weights.
    #[arg(long, env = "EXPLORER_RESNET_HEAD", value_name = "FILE")]
    pub resnet_head: Option<PathBuf>,
    /// Head for the Vision Transformer as `train-head` writes it, in place of the checkpoint's own; it must have been trained on the
    /// same weights.
    #[arg(long, env = "EXPLORER_VIT_HEAD", value_name = "FILE")]
    pub vit_head: Option<PathBuf>,
    /// JSON file with the ResNet's resize, crop, mean and std, in place of the checkpoint's own.
    #[arg(long, env = "EXPLORER_RESNET_PREPROCESSING", value_name = "FILE")]
    pub resnet_preprocessing: Option<PathBuf>,
    /// JSON file with the Vision Transformer's resize, crop, mean and std, in place of the checkpoint's own.
    #[arg(long, env = "EXPLORER_VIT_PREPROCESSING", value_name = "FILE")]
    pub vit_preprocessing: Option<PathBuf>,
    /// Numbers that the models compute in: f32, bf16, or on a GPU f16. The shorter ones take half of the memory and less time, and round to 8
    /// or 11 significant bits: on a GPU each layer's output, on a CPU what products multiply; logits and attention weights stay f32.
    #[arg(long, env = "EXPLORER_PRECISION", value_enum, default_value_t, hide_possible_values = true)]
    pub precision: Precision,
}

impl ModelOptions {
    /// What shall be loaded into a slot.
    pub fn request(&self, slot: ModelSlot, assets: PathBuf) -> ModelRequest {
        let (source, labels, preprocessing, head) = match slot {
            ModelSlot::Resnet => {
                (&self.resnet, &self.resnet_labels, &self.resnet_preprocessing, &self.resnet_head)
            }
            ModelSlot::Vit => (&self.vit, &self.vit_labels, &self.vit_preprocessing, &self.vit_head),
        };
        ModelRequest {
            slot,
            source: source.clone(),
            labels: labels.clone(),
            preprocessing: preprocessing.clone(),
            head: head.clone(),
            precision: self.precision,
            assets,
        }
    }
}
