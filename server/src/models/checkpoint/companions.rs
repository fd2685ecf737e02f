//! The files that timm and transformers put beside their weights: `config.json` and `preprocessor_config.json`. They are
//! read for what they say and checked for what the explorer does not compute, such as another activation: a number on
//! the page must not be quietly that of another model.

mod timm;
mod transformers;

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde_json::Value;
use shared::ModelSlot;

use super::description::Description;
use super::error::CheckpointError;

/// Name of the model's config.
pub const CONFIG: &str = "config.json";
/// Name of the preprocessing's config.
pub const PREPROCESSOR_CONFIG: &str = "preprocessor_config.json";

/// What makes a config that names no architecture worth reading: the tensors of a ViT do not tell it.
const NUM_HEADS: &str = "num_attention_heads";

/// Reads what lies beside a checkpoint of that family. Files of another family, or of something else, are passed over:
/// a folder may hold several checkpoints.
///
/// # Errors
/// If a file is broken, or asks for what the explorer does not compute.
pub fn read(checkpoint: &Path, family: ModelSlot) -> Result<Description, CheckpointError> {
    let folder = checkpoint.parent().unwrap_or(Path::new("."));
    let config = Companion::read(folder.join(CONFIG))?;
    let preprocessor = Companion::read(folder.join(PREPROCESSOR_CONFIG))?;
    let described_family = config.as_ref().and_then(|config| family_of(&config.value));
    if described_family.is_some_and(|described| described != family) {
        tracing::warn!(
            checkpoint = %checkpoint.display(),
            "the config.json beside this {family} checkpoint describes another family and is passed over"
        );
        return Ok(Description::default());
    }
    let of_config = match &config {
        Some(config) if config.value.get("pretrained_cfg").is_some() => timm::read(config, family)?,
        Some(config) if described_family.is_some() || config.value.get(NUM_HEADS).is_some() => {
            transformers::read_config(config)?
        }
        _ => Description::default(),
    };
    let of_preprocessor = match &preprocessor {
        Some(preprocessor) => transformers::read_preprocessor(preprocessor)?,
        None => Description::default(),
    };
    Ok(of_preprocessor.or(of_config))
}

/// A JSON file beside a checkpoint.
struct Companion {
    path: PathBuf,
    value: Value,
}

impl Companion {
    fn read(path: PathBuf) -> Result<Option<Self>, CheckpointError> {
        /// The largest are lists of some ten thousand labels.
        const MAX_BYTES: u64 = 8 << 20;
        let Ok(metadata) = path.metadata() else { return Ok(None) };
        let broken = |reason: String| CheckpointError::Companion { path: path.clone(), reason };
        if metadata.len() > MAX_BYTES {
            return Err(broken(format!("it has {} bytes, at most {MAX_BYTES} are read", metadata.len())));
        }
        let bytes = std::fs::read(&path).map_err(|error| broken(error.to_string()))?;
        let value = serde_json::from_slice(&bytes).map_err(|error| broken(error.to_string()))?;
        Ok(Some(Self { path, value }))
    }

    fn parse<T: DeserializeOwned>(&self) -> Result<T, CheckpointError> {
        T::deserialize(&self.value).map_err(|error| self.broken(error.to_string()))
    }

    fn broken(&self, reason: impl Into<String>) -> CheckpointError {
        CheckpointError::Companion { path: self.path.clone(), reason: reason.into() }
    }
}

/// transformers says `model_type`, timm `architecture`; no other config is meant.
fn family_of(config: &Value) -> Option<ModelSlot> {
    let text = |key: &str| config.get(key).and_then(Value::as_str);
    let name = text("architecture").or_else(|| text("model_type"))?;
    if name.contains("resnet") {
        Some(ModelSlot::Resnet)
    } else if name.starts_with("vit") || name.starts_with("deit") {
        Some(ModelSlot::Vit)
    } else {
        None
    }
}

/// PIL's and timm's names of filters.
fn interpolation(name: &str) -> Option<shared::Interpolation> {
    match name {
        "nearest" => Some(shared::Interpolation::Nearest),
        "bilinear" => Some(shared::Interpolation::Bilinear),
        "bicubic" => Some(shared::Interpolation::Bicubic),
        "lanczos" => Some(shared::Interpolation::Lanczos),
        _ => None,
    }
}
