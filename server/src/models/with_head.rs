//! A loaded model with a head from a file of its own in place of the checkpoint's: the trunk is shared, and everything that is said of
//! the model follows the head. A tail that was trained with the head is loaded with it. Cheap enough to be done, and undone, while a server
//! runs.

use std::path::Path;
use std::sync::Arc;

use candle_core::{Result, Tensor};
use shared::{ArchitectureConfig, CheckpointInfo, HeadInfo};

use super::checkpoint::head::{BIAS, HeadError, HeadFile, WEIGHT};
use super::labels::{self, LabelError};
use super::registry::LoadedModel;
use super::tail::{Tail, TailParameters};
use super::{Backbone, ParameterSource};

/// The model with another head, and with the tail that was trained with it or its checkpoint's own: of a head and a tail that it has now, nothing
/// is left. Its checkpoint's id becomes that of trunk and head together.
///
/// # Errors
/// The head was trained on another checkpoint or preprocessing.
pub fn with_head(model: &LoadedModel, head: &HeadFile) -> std::result::Result<LoadedModel, HeadError> {
    let tail = Tail::of(&model.info.architecture);
    check(model, head, &tail)?;
    let card = &head.card;
    let labels = labels::of_head(&card.class_names);
    let mut info = model.info.clone();
    info.architecture = info.architecture.with_num_classes(card.class_names.len());
    info.checkpoint = checkpoint(&model.info.checkpoint, head, &tail);
    info.labels = labels.names;
    info.label_source = labels.source;
    let mut over = head.tail.clone();
    over.insert(WEIGHT.to_owned(), head.weight.clone());
    over.insert(BIAS.to_owned(), head.bias.clone());
    let weights = Overlay { below: own_weights(&model.weights), over };
    let mut backbone = model.backbone.with_own_tail();
    if !head.tail.is_empty() {
        backbone = backbone.with_tail(&info.architecture, &weights)?;
        weights.let_go();
    }
    let backbone = backbone.with_head(&head.weight, &head.bias)?;
    Ok(LoadedModel { info, backbone, weights: Arc::new(weights) })
}

/// The layers with a tail of these parameters; the checkpoint's own source, `weights`, has those that are not trained.
///
/// # Errors
/// The parameters do not fit, or the device has no room.
pub fn with_tail(
    backbone: &Backbone,
    architecture: &ArchitectureConfig,
    weights: &Arc<dyn ParameterSource>,
    tail: TailParameters,
) -> Result<Backbone> {
    backbone.with_tail(architecture, &Overlay { below: own_weights(weights), over: tail })
}

/// A model's parameters without those of a head of another file.
pub fn own_weights(weights: &Arc<dyn ParameterSource>) -> Arc<dyn ParameterSource> {
    weights.below().unwrap_or_else(|| Arc::clone(weights))
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

fn check(model: &LoadedModel, head: &HeadFile, tail: &Tail) -> std::result::Result<(), HeadError> {
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
    if !head.tail.is_empty()
        && let Some(fault) = tail.fault(&head.tail)
    {
        return Err(HeadError::Tail { model: info.name.clone(), fault });
    }
    Ok(())
}

fn checkpoint(trunk: &CheckpointInfo, head: &HeadFile, tail: &Tail) -> CheckpointInfo {
    let trunk_id = trunk.trunk_id().to_owned();
    let mut hasher = blake3::Hasher::new();
    hasher.update(trunk_id.as_bytes()).update(head.id.as_bytes());
    let card = &head.card;
    let tuned = (!head.tail.is_empty()).then(|| tail.name.clone());
    let trained = tuned.as_ref().map_or("Head".to_owned(), |tuned| format!("Head and {tuned}"));
    let below = trunk.trunk_trained_on().unwrap_or("not said");
    CheckpointInfo {
        id: hasher.finalize().to_hex().to_string(),
        trained_on: Some(format!("{trained}: {}. Below it: {below}", card.dataset)),
        accuracy: card.metrics.as_ref().map(|metrics| metrics.accuracy()),
        head: Some(HeadInfo {
            id: head.id.clone(),
            trunk_id,
            dataset: card.dataset.clone(),
            data_hash: card.data_hash.clone(),
            tuned,
            trunk_trained_on: trunk.trunk_trained_on().map(str::to_owned),
        }),
        ..trunk.clone()
    }
}

/// A checkpoint's parameters, of which some are another file's.
struct Overlay {
    below: Arc<dyn ParameterSource>,
    over: TailParameters,
}

impl ParameterSource for Overlay {
    fn parameter(&self, name: &str) -> Result<Tensor> {
        match self.over.get(name) {
            Some(tensor) => Ok(tensor.clone()),
            None => self.below.parameter(name),
        }
    }

    fn let_go(&self) {
        self.below.let_go();
    }

    fn below(&self) -> Option<Arc<dyn ParameterSource>> {
        Some(Arc::clone(&self.below))
    }
}
