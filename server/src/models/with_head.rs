//! A loaded model with a head from a file of its own in place of the checkpoint's: the trunk is shared, and everything that is said of
//! the model follows the head. Cheap enough to be done, and undone, while a server runs.

use std::path::Path;
use std::sync::Arc;

use candle_core::{Device, Result, Tensor};
use shared::{CheckpointInfo, HeadInfo};

use super::ParameterSource;
use super::checkpoint::head::{HeadError, HeadFile};
use super::labels::{self, LabelError};
use super::registry::LoadedModel;

/// What the head's parameters start with.
const HEAD_NODE: &str = "logits.";

/// The model with another head. Its checkpoint's id becomes that of trunk and head together.
///
/// # Errors
/// The head was trained on another checkpoint or preprocessing.
pub fn with_head(
    model: &LoadedModel,
    head: &HeadFile,
    device: &Device,
) -> std::result::Result<LoadedModel, HeadError> {
    check(model, head)?;
    let card = &head.card;
    let labels = labels::of_head(&card.class_names);
    let mut info = model.info.clone();
    info.architecture = info.architecture.with_num_classes(card.class_names.len());
    info.checkpoint = checkpoint(&model.info.checkpoint, head);
    info.labels = labels.names;
    info.label_source = labels.source;
    Ok(LoadedModel {
        info,
        backbone: model.backbone.with_head(&head.weight, &head.bias, device)?,
        weights: Arc::new(HeadedParameters {
            trunk: Arc::clone(&model.weights),
            weight: head.weight.clone(),
            bias: head.bias.clone(),
        }),
    })
}

/// The same with class names from a file, one a line.
///
/// # Errors
/// The file cannot be read or has another number of names.
pub fn relabelled(mut model: LoadedModel, file: &Path) -> std::result::Result<LoadedModel, LabelError> {
    let num_classes = model.info.architecture.num_classes();
    let choice =
        labels::LabelChoice { num_classes, file: Some(file), checkpoint: None, checkpoint_set: None };
    let labels = labels::choose(&choice)?;
    model.info.labels = labels.names;
    model.info.label_source = labels.source;
    Ok(model)
}

fn check(model: &LoadedModel, head: &HeadFile) -> std::result::Result<(), HeadError> {
    let (info, card) = (&model.info, &head.card);
    if card.slot != info.slot || card.backbone_id != info.checkpoint.trunk_id() {
        return Err(HeadError::OtherBackbone {
            trained_on: card.backbone.clone(),
            trained_on_id: card.backbone_id.clone(),
            loaded: info.name.clone(),
            loaded_id: info.checkpoint.trunk_id().to_owned(),
        });
    }
    let expected = info.architecture.num_features();
    if head.num_features() != expected {
        return Err(HeadError::Features { found: head.num_features(), expected, model: info.name.clone() });
    }
    if card.preprocessing != info.preprocessing {
        return Err(HeadError::OtherPreprocessing);
    }
    Ok(())
}

fn checkpoint(trunk: &CheckpointInfo, head: &HeadFile) -> CheckpointInfo {
    let trunk_id = trunk.trunk_id().to_owned();
    let mut hasher = blake3::Hasher::new();
    hasher.update(trunk_id.as_bytes()).update(head.id.as_bytes());
    let card = &head.card;
    let below = trunk.trained_on.as_deref().unwrap_or("not said");
    CheckpointInfo {
        id: hasher.finalize().to_hex().to_string(),
        trained_on: Some(format!("Head: {}. Below it: {below}", card.dataset)),
        accuracy: card.metrics.as_ref().map(|metrics| metrics.accuracy()),
        head: Some(HeadInfo {
            id: head.id.clone(),
            trunk_id,
            dataset: card.dataset.clone(),
            data_hash: card.data_hash.clone(),
        }),
        ..trunk.clone()
    }
}

/// A checkpoint's parameters, of which the head's are another file's.
struct HeadedParameters {
    trunk: Arc<dyn ParameterSource>,
    weight: Tensor,
    bias: Tensor,
}

impl ParameterSource for HeadedParameters {
    fn parameter(&self, name: &str) -> Result<Tensor> {
        match name.strip_prefix(HEAD_NODE) {
            Some("weight") => Ok(self.weight.clone()),
            Some("bias") => Ok(self.bias.clone()),
            _ => self.trunk.parameter(name),
        }
    }
}
