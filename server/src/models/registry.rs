//! A model ready to answer: its layers, its weights by name and what is said of it. Loading brings together what the
//! neighbours do one by one: find the file, read the checkpoint, choose preprocessing and labels, build the layers.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use candle_core::Device;
use shared::{ArchitectureConfig, CheckpointInfo, ModelInfo, ModelSlot, Preprocessing};
use thiserror::Error;

use super::checkpoint::head::{HeadError, HeadFile};
use super::checkpoint::{Checkpoint, CheckpointError, Description, FileIdentity};
use super::labels::{self, LabelChoice, LabelError};
use super::parameters::Placement;
use super::preprocessing_choice::{self, PreprocessingError};
use super::source::{ResolvedSource, Source, SourceError};
use super::with_head::{relabelled, with_head};
use super::{Backbone, ParameterSource};
use crate::device::Precision;

/// A model ready to answer. A clone shares its weights.
#[derive(Clone)]
pub struct LoadedModel {
    /// What the page and the API say of it.
    pub info: ModelInfo,
    /// The layers on their device.
    pub backbone: Backbone,
    /// The checkpoint's parameters by internal name, batch-norm unfolded, for looking at.
    pub weights: Arc<dyn ParameterSource>,
}

/// What shall be loaded into a slot.
#[derive(Clone, Debug)]
pub struct ModelRequest {
    /// Where it goes.
    pub slot: ModelSlot,
    /// `demo`, a path, or `hf:owner/name[@revision][/file]`.
    pub source: String,
    /// A file of class names, one a line, in place of the checkpoint's own.
    pub labels: Option<PathBuf>,
    /// A JSON file in place of the checkpoint's own preprocessing.
    pub preprocessing: Option<PathBuf>,
    /// The numbers that it computes in.
    pub precision: Precision,
    /// A file of `train-head` in place of the checkpoint's own head.
    pub head: Option<PathBuf>,
    /// The assets folder, for `demo`.
    pub assets: PathBuf,
}

/// Why a model could not be loaded.
#[derive(Debug, Error)]
pub enum LoadError {
    /// The source gives no file.
    #[error("{slot}: {error}")]
    Source {
        /// Where it was to go.
        slot: ModelSlot,
        /// Why.
        error: SourceError,
    },
    /// The file is no checkpoint that can be loaded.
    #[error("{slot}: {} cannot be loaded: {error}", path.display())]
    Checkpoint {
        /// Where it was to go.
        slot: ModelSlot,
        /// The file.
        path: PathBuf,
        /// Why.
        error: Box<CheckpointError>,
    },
    /// The other family.
    #[error("{slot}: {} holds a {name}, which goes into the other place: use --{} for it", path.display(), slot.other())]
    WrongFamily {
        /// Where it was to go.
        slot: ModelSlot,
        /// The file.
        path: PathBuf,
        /// What it is.
        name: String,
    },
    /// The preprocessing file, or what the checkpoint says of its preprocessing.
    #[error("{slot}: {error}")]
    Preprocessing {
        /// Where it was to go.
        slot: ModelSlot,
        /// Why.
        error: PreprocessingError,
    },
    /// The labels file.
    #[error("{slot}: {error}")]
    Labels {
        /// Where it was to go.
        slot: ModelSlot,
        /// Why.
        error: LabelError,
    },
    /// The head's file.
    #[error("{slot}: the head {} cannot be used: {error}", path.display())]
    Head {
        /// Where it was to go.
        slot: ModelSlot,
        /// The file.
        path: PathBuf,
        /// Why.
        error: Box<HeadError>,
    },
    /// The layers could not be set up on the device.
    #[error("{slot}: the model cannot be set up on its device: {error}")]
    Layers {
        /// Where it was to go.
        slot: ModelSlot,
        /// Why.
        error: candle_core::Error,
    },
}

/// Loads a model onto a device; `device_name` is what the page says of the device.
///
/// # Errors
/// Says what was wrong with the checkpoint and what to do.
pub fn load(request: &ModelRequest, device: &Device, device_name: &str) -> Result<LoadedModel, LoadError> {
    let Some(path) = &request.head else { return load_checkpoint(request, None, device, device_name) };
    let slot = request.slot;
    let unusable = |error| LoadError::Head { slot, path: path.clone(), error: Box::new(error) };
    let head = HeadFile::open(path).map_err(unusable)?;
    // The labels are the head's; those of the option would be counted against the checkpoint's own head.
    let trunk = ModelRequest { labels: None, ..request.clone() };
    let model = load_checkpoint(&trunk, Some(&head.card.preprocessing), device, device_name)?;
    let model = with_head(&model, &head).map_err(unusable)?;
    match &request.labels {
        Some(file) => relabelled(model, file).map_err(|error| LoadError::Labels { slot, error }),
        None => Ok(model),
    }
}

/// A model as its checkpoint has it; `preprocessing` goes before the checkpoint's own.
fn load_checkpoint(
    request: &ModelRequest,
    preprocessing: Option<&Preprocessing>,
    device: &Device,
    device_name: &str,
) -> Result<LoadedModel, LoadError> {
    let slot = request.slot;
    let Ok(source) = request.source.parse::<Source>();
    let resolved =
        source.resolve(slot, &request.assets).map_err(|error| LoadError::Source { slot, error })?;
    let checkpoint = open(slot, &resolved.path)?;
    let preprocessing = preprocessing_choice::choose(
        request.preprocessing.as_deref(),
        preprocessing.or(checkpoint.description.preprocessing.as_ref()),
        &checkpoint.architecture,
    )
    .map_err(|error| LoadError::Preprocessing { slot, error })?;
    let architecture = at_size(checkpoint.architecture, &preprocessing);
    let labels = labels::choose(&LabelChoice {
        num_classes: architecture.num_classes(),
        file: request.labels.as_deref(),
        checkpoint: checkpoint.description.labels.as_deref(),
        checkpoint_set: checkpoint.description.label_set.as_deref(),
    })
    .map_err(|error| LoadError::Labels { slot, error })?;
    let backbone = Placement::on(device, request.precision)
        .and_then(|placement| Backbone::load_at(&architecture, checkpoint.parameters.as_ref(), &placement))
        .map_err(|error| LoadError::Layers { slot, error })?;
    // The layers have copies; views come back for a few.
    checkpoint.parameters.let_go();
    let device = match request.precision {
        Precision::F32 => device_name.to_owned(),
        precision => format!("{device_name}, {precision}"),
    };
    let info = ModelInfo {
        slot,
        name: architecture.name(),
        architecture,
        checkpoint: checkpoint_info(resolved, checkpoint.format, checkpoint.identity, checkpoint.description),
        preprocessing,
        labels: labels.names,
        label_source: labels.source,
        device,
    };
    Ok(LoadedModel { info, backbone, weights: checkpoint.parameters })
}

/// The checkpoint, if it is of the slot's family.
fn open(slot: ModelSlot, path: &Path) -> Result<Checkpoint, LoadError> {
    let checkpoint = Checkpoint::open(path).map_err(|error| LoadError::Checkpoint {
        slot,
        path: path.to_owned(),
        error: Box::new(error),
    })?;
    if checkpoint.family() != slot {
        let name = checkpoint.architecture.name();
        return Err(LoadError::WrongFamily { slot, path: path.to_owned(), name });
    }
    Ok(checkpoint)
}

/// A ResNet reads whatever its preprocessing cuts; a ViT's size is in its positions, and the choice has checked it.
fn at_size(architecture: ArchitectureConfig, preprocessing: &Preprocessing) -> ArchitectureConfig {
    match architecture {
        ArchitectureConfig::Resnet(mut config) => {
            config.image_size = preprocessing.crop_size;
            ArchitectureConfig::Resnet(config)
        }
        vit @ ArchitectureConfig::Vit(_) => vit,
    }
}

fn checkpoint_info(
    resolved: ResolvedSource,
    format: String,
    identity: FileIdentity,
    description: Description,
) -> CheckpointInfo {
    CheckpointInfo {
        id: identity.blake3,
        source: resolved.display_name,
        format,
        title: description.title,
        trained_on: description.trained_on,
        provenance: description.provenance,
        license: description.license,
        accuracy: description.accuracy,
        size_bytes: identity.size_bytes,
        head: None,
    }
}
