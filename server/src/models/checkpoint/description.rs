//! What a checkpoint says of itself: inside the file, in the entries that `export` writes, or in a file beside it.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use shared::architecture::VitConfig;
use shared::{Accuracy, ArchitectureConfig, Preprocessing};

use super::error::CheckpointError;
use super::infer::Hints;

/// Keys of the entries, in GGUF's spelling; lists and structures are JSON.
pub mod key {
    /// Title of the weights.
    pub const TITLE: &str = "general.name";
    /// Licence of the weights.
    pub const LICENSE: &str = "general.license";
    /// The family, as GGUF's readers expect it.
    pub const FAMILY: &str = "general.architecture";
    /// A [`shared::ArchitectureConfig`].
    pub const ARCHITECTURE: &str = "explorer.architecture";
    /// A [`shared::Preprocessing`].
    pub const PREPROCESSING: &str = "explorer.preprocessing";
    /// Names of the classes in the order of the logits.
    pub const LABELS: &str = "explorer.labels";
    /// What the classes are called together, such as `Caltech-101`.
    pub const LABEL_SET: &str = "explorer.label_set";
    /// What the weights were trained on.
    pub const TRAINED_ON: &str = "explorer.trained_on";
    /// Where the weights come from.
    pub const PROVENANCE: &str = "explorer.provenance";
    /// A [`shared::Accuracy`].
    pub const ACCURACY: &str = "explorer.accuracy";
    /// Labels as some safetensors files have them: a JSON list of names.
    pub const CLASSES: &str = "classes";
}

/// What is known of a checkpoint beyond its tensors.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Description {
    /// Hyper-parameters that the tensors do not tell.
    pub hints: Hints,
    /// How a picture becomes the input.
    pub preprocessing: Option<Preprocessing>,
    /// Name of each class.
    pub labels: Option<Vec<String>>,
    /// What the classes are called together.
    pub label_set: Option<String>,
    /// Title of the weights.
    pub title: Option<String>,
    /// What they were trained on.
    pub trained_on: Option<String>,
    /// Where they come from.
    pub provenance: Option<String>,
    /// Licence of the weights.
    pub license: Option<String>,
    /// Measured accuracy.
    pub accuracy: Option<Accuracy>,
}

impl Description {
    /// Reads the entries of a file.
    ///
    /// # Errors
    /// If one is there and is not what it should be.
    pub fn read(texts: &BTreeMap<String, String>) -> Result<Self, CheckpointError> {
        let text = |key: &str| texts.get(key).filter(|text| !text.trim().is_empty()).cloned();
        let architecture: Option<ArchitectureConfig> = parse(texts, key::ARCHITECTURE)?;
        let labels = match parse(texts, key::LABELS)? {
            Some(labels) => Some(labels),
            None => parse(texts, key::CLASSES)?,
        };
        Ok(Self {
            hints: architecture.map(hints_of).unwrap_or_default(),
            preprocessing: parse(texts, key::PREPROCESSING)?,
            labels,
            label_set: text(key::LABEL_SET),
            title: text(key::TITLE),
            trained_on: text(key::TRAINED_ON),
            provenance: text(key::PROVENANCE),
            license: text(key::LICENSE),
            accuracy: parse(texts, key::ACCURACY)?,
        })
    }

    /// This, and what `other` says where this says nothing.
    pub fn or(self, other: Self) -> Self {
        Self {
            hints: self.hints.or(other.hints),
            preprocessing: self.preprocessing.or(other.preprocessing),
            label_set: if self.labels.is_some() { self.label_set } else { other.label_set },
            labels: self.labels.or(other.labels),
            title: self.title.or(other.title),
            trained_on: self.trained_on.or(other.trained_on),
            provenance: self.provenance.or(other.provenance),
            license: self.license.or(other.license),
            accuracy: self.accuracy.or(other.accuracy),
        }
    }
}

fn parse<T: DeserializeOwned>(
    texts: &BTreeMap<String, String>,
    key: &str,
) -> Result<Option<T>, CheckpointError> {
    let Some(text) = texts.get(key) else { return Ok(None) };
    let value = serde_json::from_str(text)
        .map_err(|error| CheckpointError::Text { key: key.to_owned(), reason: error.to_string() })?;
    Ok(Some(value))
}

fn hints_of(architecture: ArchitectureConfig) -> Hints {
    match architecture {
        ArchitectureConfig::Resnet(_) => Hints::default(),
        ArchitectureConfig::Vit(VitConfig { num_heads, layer_norm_epsilon, image_size, pooling, .. }) => {
            Hints {
                num_heads: Some(num_heads),
                layer_norm_epsilon: Some(layer_norm_epsilon),
                image_size: Some(image_size),
                pooling: Some(pooling),
            }
        }
    }
}
