//! Heads as files: a linear layer that was trained on the features of a checkpoint, with everything that one needs to load it
//! onto the same checkpoint again. Written as safetensors with the entries in a fixed order, so that the same head is the same file and
//! its hash is its address. Where the last part of the checkpoint was trained together with it, the file holds that too, under the
//! checkpoint's internal names. Putting one onto a model is `models::with_head`'s business.

use std::collections::BTreeMap;
use std::path::Path;

use candle_core::{Device, Tensor};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::training::FineTuning;
use shared::{Accuracy, Evaluation, HeadRecipe, ModelSlot, Preprocessing};
use thiserror::Error;

use super::description::key;
use super::error::CheckpointError;
use super::tensor_file::{self, Format, TensorFile};
use crate::models::tail::TailParameters;

/// `[classes, features]`, f32.
pub const WEIGHT: &str = "logits.weight";
/// `[classes]`, f32.
pub const BIAS: &str = "logits.bias";
/// safetensors starts its values at a multiple of this.
const ALIGNMENT_BYTES: usize = 8;

/// The entry with a [`HeadCard`], as JSON; names, preprocessing and accuracy stand in entries of their own, as in checkpoints.
const HEAD: &str = "explorer.head";

/// What is said of a head beside its numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeadCard {
    /// The family that it belongs to.
    pub slot: ModelSlot,
    /// BLAKE3 of the checkpoint whose features it reads.
    pub backbone_id: String,
    /// What that is called, such as `ResNet-50`.
    pub backbone: String,
    /// What its data set is called.
    pub dataset: String,
    /// The data set's hash.
    pub data_hash: String,
    /// Folders of the classes in the order of the outputs.
    pub class_folders: Vec<String>,
    /// How it was made, the seed among it.
    pub recipe: HeadRecipe,
    /// How the tail below it was trained with it; none: everything below it is the checkpoint's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fine_tuning: Option<FineTuning>,
    /// What it reached.
    pub metrics: Option<HeadMetrics>,
    /// Names of the classes for display, in the order of the outputs.
    #[serde(skip)]
    pub class_names: Vec<String>,
    /// How pictures became the backbone's inputs.
    #[serde(skip)]
    pub preprocessing: Preprocessing,
}

/// What a head reached on pictures that it was not fitted to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeadMetrics {
    /// Which pictures.
    pub pictures: String,
    /// How many.
    pub num_pictures: u64,
    /// In percent.
    pub top1_percent: f64,
    /// In percent.
    pub top5_percent: f64,
    /// Over the classes.
    pub macro_f1: f64,
    /// Over 15 bins.
    pub expected_calibration_error: f64,
}

/// A head that was read.
#[derive(Clone, Debug)]
pub struct HeadFile {
    /// BLAKE3 of the file.
    pub id: String,
    /// What is said of it.
    pub card: HeadCard,
    /// `[classes, features]`, f32, on the CPU.
    pub weight: Tensor,
    /// `[classes]`, f32, on the CPU.
    pub bias: Tensor,
    /// The parameters of the tail that was trained with it, f32, on the CPU; none where the tail is the checkpoint's.
    pub tail: TailParameters,
}

/// Why a file is not a head that can be used.
#[derive(Debug, Error)]
pub enum HeadError {
    /// The file.
    #[error(transparent)]
    File(#[from] CheckpointError),
    /// A file of something else.
    #[error("it is no head as `backbone-explorer train-head` writes it: {0}")]
    NoHead(String),
    /// Trained on other features.
    #[error(
        "it was trained on {trained_on} with the checkpoint {trained_on_id}, but the one that is loaded is {loaded} with the \
         checkpoint {loaded_id}: load the weights that it was trained on, or train a head for these with \
         `backbone-explorer train-head`"
    )]
    OtherBackbone {
        /// What it was trained on.
        trained_on: String,
        /// That checkpoint.
        trained_on_id: String,
        /// What is loaded.
        loaded: String,
        /// That checkpoint.
        loaded_id: String,
    },
    /// Trained on other inputs.
    #[error(
        "it was trained on pictures that were resized, cropped or normalised in another way than those of the loaded model: leave out \
         the option that changes the preprocessing, or train it again with the same option"
    )]
    OtherPreprocessing,
    /// A tail of other layers.
    #[error("the part of {model} that was trained with it does not go with the model: {fault}")]
    Tail {
        /// The model.
        model: String,
        /// What is wrong.
        fault: String,
    },
    /// Another number of features.
    #[error("it reads {found} features, but {model} gives {expected}")]
    Features {
        /// Of the head.
        found: usize,
        /// Of the model.
        expected: usize,
        /// The model.
        model: String,
    },
    /// The numbers cannot be brought to the device.
    #[error("it cannot be set up on its device: {0}")]
    Device(#[from] candle_core::Error),
}

impl HeadMetrics {
    /// The figures of an evaluation.
    pub fn of(evaluation: &Evaluation, pictures: String) -> Self {
        Self {
            pictures,
            num_pictures: evaluation.num_pictures,
            top1_percent: evaluation.top1.percent,
            top5_percent: evaluation.top5.percent,
            macro_f1: evaluation.macro_f1,
            expected_calibration_error: evaluation.expected_calibration_error,
        }
    }

    /// What the page says of it.
    pub fn accuracy(&self) -> Accuracy {
        Accuracy {
            top1_percent: self.top1_percent,
            top5_percent: self.top5_percent,
            dataset: self.pictures.clone(),
            num_images: self.num_pictures,
        }
    }
}

impl HeadFile {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// It is no head, or its parts do not go together.
    pub fn open(path: &Path) -> Result<Self, HeadError> {
        let (file, identity) = tensor_file::open(path)?;
        if file.format() != Format::Safetensors {
            return Err(HeadError::NoHead(format!("it is {}", file.format().as_str())));
        }
        let mut card: HeadCard = entry(file.as_ref(), HEAD)?;
        card.class_names = entry(file.as_ref(), key::LABELS)?;
        card.preprocessing = entry(file.as_ref(), key::PREPROCESSING)?;
        let (weight, bias) = (tensor(file.as_ref(), WEIGHT)?, tensor(file.as_ref(), BIAS)?);
        let num_classes = card.class_names.len();
        let fits = matches!(weight.dims(), [rows, _] if *rows == num_classes) && bias.dims() == [num_classes];
        if num_classes == 0 || card.class_folders.len() != num_classes || !fits {
            return Err(HeadError::NoHead(format!(
                "it names {num_classes} classes and {} folders, and its weights are {:?} and {:?}",
                card.class_folders.len(),
                weight.dims(),
                bias.dims()
            )));
        }
        let tail = tail(file.as_ref())?;
        match (card.fine_tuning.is_some(), tail.keys().next()) {
            (false, Some(name)) => {
                return Err(HeadError::NoHead(format!(
                    "it holds {name}, and does not say that this was trained"
                )));
            }
            (true, None) => {
                return Err(HeadError::NoHead(
                    "it says that a part below it was trained, and holds none".to_owned(),
                ));
            }
            _ => {}
        }
        Ok(Self { id: identity.blake3, card, weight, bias, tail })
    }

    /// Features that it reads.
    pub fn num_features(&self) -> usize {
        self.weight.dims().last().copied().unwrap_or_default()
    }
}

/// The bytes of a head's file.
///
/// # Shapes
/// `weight`: `[classes, features]`, `bias`: `[classes]`, f32; `tail` as [`HeadFile::tail`].
///
/// # Errors
/// The numbers cannot be read from their device.
pub fn to_bytes(
    weight: &Tensor,
    bias: &Tensor,
    tail: &TailParameters,
    card: &HeadCard,
) -> candle_core::Result<Vec<u8>> {
    let text = |value: Value| Value::String(value.to_string());
    let mut entries = BTreeMap::from([
        (HEAD, text(json!(card))),
        (key::LABELS, text(json!(card.class_names))),
        (key::PREPROCESSING, text(json!(card.preprocessing))),
        (key::FAMILY, Value::String(card.slot.to_string())),
    ]);
    if let Some(metrics) = &card.metrics {
        entries.insert(key::ACCURACY, text(json!(metrics.accuracy())));
    }
    let mut values = Vec::new();
    let mut header = BTreeMap::from([("__metadata__", json!(entries))]);
    let tail = tail.iter().map(|(name, tensor)| (name.as_str(), tensor));
    for (name, tensor) in [(BIAS, bias), (WEIGHT, weight)].into_iter().chain(tail) {
        let start = values.len();
        for value in tensor.to_device(&Device::Cpu)?.flatten_all()?.to_vec1::<f32>()? {
            values.extend(value.to_le_bytes());
        }
        header.insert(
            name,
            json!({ "dtype": "F32", "shape": tensor.dims(), "data_offsets": [start, values.len()] }),
        );
    }
    let mut header = json!(header).to_string().into_bytes();
    header.resize(header.len().next_multiple_of(ALIGNMENT_BYTES), b' ');
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header);
    bytes.extend(values);
    Ok(bytes)
}

fn entry<T: DeserializeOwned>(file: &dyn TensorFile, name: &str) -> Result<T, HeadError> {
    let text = file.texts().get(name).ok_or_else(|| HeadError::NoHead(format!("it has no entry {name}")))?;
    serde_json::from_str(text).map_err(|error| HeadError::NoHead(format!("its entry {name}: {error}")))
}

/// All tensors but the head's.
fn tail(file: &dyn TensorFile) -> Result<TailParameters, HeadError> {
    let names = file.shapes().keys().filter(|name| ![WEIGHT, BIAS].contains(&name.as_str()));
    names.map(|name| Ok((name.clone(), tensor(file, name)?))).collect()
}

fn tensor(file: &dyn TensorFile, name: &str) -> Result<Tensor, HeadError> {
    if !file.shapes().contains_key(name) {
        return Err(HeadError::NoHead(format!("it has no tensor {name}")));
    }
    Ok(file.read(name)?)
}
