//! Writes the checkpoints that ship with the explorer: GGUF with eight-bit kernels and everything about the weights in
//! its metadata, and the same values as f32 in safetensors under torchvision's and timm's names, for comparisons.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use candle_core::Tensor;
use candle_core::quantized::gguf_file::{self, Value};
use candle_core::quantized::{GgmlDType, QTensor};
use safetensors::SafeTensorError;
use serde::{Deserialize, Serialize};
use shared::{Accuracy, ModelSlot, Preprocessing};
use thiserror::Error;

use super::Checkpoint;
use super::description::key;
use super::naming::Naming;

/// What is said of weights in their metadata.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// Title in words.
    pub title: String,
    /// What they were trained on, in a sentence.
    pub trained_on: String,
    /// Where they come from.
    pub provenance: String,
    /// Licence.
    pub license: String,
    /// What the classes are called together.
    pub label_set: String,
    /// Measured accuracy of the weights as they are written.
    pub accuracy: Accuracy,
    /// How a picture becomes the input.
    pub preprocessing: Preprocessing,
}

/// Parts of the names of parameters that are kept in sixteen bits.
const HALF_PRECISION: [&str; 4] = ["embeddings.", "patch_embedding.", ".attention.", "logits."];

/// Why nothing was written.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The file cannot be written.
    #[error("{}: {source}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A tensor.
    #[error(transparent)]
    Tensor(#[from] candle_core::Error),
    /// The metadata.
    #[error(transparent)]
    Metadata(#[from] serde_json::Error),
}

/// Writes a checkpoint as GGUF. `labels` are the names of its classes, as they are shown.
///
/// # Errors
/// If a tensor cannot be read or the file not be written.
pub fn write_gguf(
    checkpoint: &Checkpoint,
    card: &Card,
    labels: &[String],
    target: &Path,
) -> Result<(), ExportError> {
    let unwritable = |source| ExportError::Unwritable { path: target.to_owned(), source };
    let metadata = metadata(checkpoint, card, labels)?;
    let metadata: Vec<(&str, &Value)> = metadata.iter().map(|(key, value)| (*key, value)).collect();
    let tensors = quantised(checkpoint)?;
    let tensors: Vec<(&str, &QTensor)> =
        tensors.iter().map(|(name, tensor)| (name.as_str(), tensor)).collect();
    let mut file = BufWriter::new(File::create(target).map_err(unwritable)?);
    gguf_file::write(&mut file, &metadata, &tensors)?;
    file.into_inner().map_err(|error| unwritable(error.into_error()))?.sync_all().map_err(unwritable)
}

/// Writes a checkpoint's values as f32, named and shaped as torchvision (ResNet) and timm (ViT) do.
///
/// # Errors
/// If a tensor cannot be read or the file not be written.
pub fn write_f32(checkpoint: &Checkpoint, target: &Path) -> Result<(), ExportError> {
    let naming = match checkpoint.family() {
        ModelSlot::Resnet => Naming::TorchvisionResnet,
        ModelSlot::Vit => Naming::TimmVit,
    };
    let mut parts: BTreeMap<String, Vec<Tensor>> = BTreeMap::new();
    for spec in checkpoint.architecture.graph().nodes.iter().flat_map(|node| &node.parameters) {
        let tensor = checkpoint.parameters.parameter(&spec.name)?;
        // timm keeps the axis of the batch, and of the one token, in front.
        let tensor = match spec.name.as_str() {
            "embeddings.class_token" => tensor.reshape((1, 1, ()))?,
            "embeddings.position" => tensor.unsqueeze(0)?,
            _ => tensor,
        };
        parts.entry(naming.external(&spec.name)).or_default().push(tensor);
    }
    let tensors: BTreeMap<String, Tensor> = parts
        .into_iter()
        .map(|(name, parts)| Ok((name, Tensor::cat(&parts, 0)?)))
        .collect::<candle_core::Result<_>>()?;
    safetensors::serialize_to_file(&tensors, None, target).map_err(|error| match error {
        SafeTensorError::IoError(source) => ExportError::Unwritable { path: target.to_owned(), source },
        other => ExportError::Tensor(other.into()),
    })
}

fn metadata(
    checkpoint: &Checkpoint,
    card: &Card,
    labels: &[String],
) -> Result<Vec<(&'static str, Value)>, ExportError> {
    let labels = labels.iter().cloned().map(Value::String).collect();
    let architecture = &checkpoint.architecture;
    Ok(vec![
        (key::FAMILY, Value::String(checkpoint.family().to_string())),
        (key::TITLE, Value::String(card.title.clone())),
        (key::LICENSE, Value::String(card.license.clone())),
        (key::ARCHITECTURE, Value::String(serde_json::to_string(architecture)?)),
        (key::PREPROCESSING, Value::String(serde_json::to_string(&card.preprocessing)?)),
        (key::LABEL_SET, Value::String(card.label_set.clone())),
        (key::LABELS, Value::Array(labels)),
        (key::TRAINED_ON, Value::String(card.trained_on.clone())),
        (key::PROVENANCE, Value::String(card.provenance.clone())),
        (key::ACCURACY, Value::String(serde_json::to_string(&card.accuracy)?)),
    ])
}

/// Every parameter by internal name, in order of execution.
fn quantised(checkpoint: &Checkpoint) -> Result<Vec<(String, QTensor)>, ExportError> {
    let graph = checkpoint.architecture.graph();
    let parameters = graph.nodes.iter().flat_map(|node| &node.parameters);
    parameters
        .map(|spec| {
            let tensor = checkpoint.parameters.parameter(&spec.name)?;
            Ok((spec.name.clone(), quantise(&spec.name, &tensor)?))
        })
        .collect()
}

/// Vectors stay f32: they are few, and batch-norms multiply whole channels. Kernels and matrices get eight bits where
/// rows fill blocks, and f16 elsewhere. So do, measured by what eight bits do to the logits for each of their values,
/// the head, the patches' projection and those of attention; and positions, which are added as they are.
fn quantise(name: &str, tensor: &Tensor) -> candle_core::Result<QTensor> {
    if tensor.rank() < 2 {
        return QTensor::quantize(tensor, GgmlDType::F32);
    }
    let flat = tensor.flatten_from(1)?;
    let fills_blocks = flat.dim(1)?.is_multiple_of(GgmlDType::Q8_0.block_size());
    let is_sensitive = HALF_PRECISION.iter().any(|part| name.contains(part));
    if fills_blocks && !is_sensitive {
        QTensor::quantize(&flat, GgmlDType::Q8_0)
    } else {
        QTensor::quantize(tensor, GgmlDType::F16)
    }
}
