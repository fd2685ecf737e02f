//! Why a head cannot be trained or measured.

use std::path::PathBuf;

use thiserror::Error;

use super::ridge::RidgeError;
use crate::dataset::DatasetError;
use crate::models::checkpoint::head::HeadError;
use crate::stop_flag::Stopped;

/// Why a head cannot be trained or measured.
#[derive(Debug, Error)]
pub enum TrainingError {
    /// The data set.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// Nothing to tell apart.
    #[error("a head takes pictures of at least two classes to be trained on, and there are {found}")]
    TooFewClasses {
        /// Classes with training pictures.
        found: usize,
    },
    /// Nothing to measure.
    #[error("there are no pictures to measure the head on")]
    NoPictures,
    /// The head.
    #[error(transparent)]
    Head(#[from] HeadError),
    /// The device.
    #[error("the device does not compute this")]
    Device(#[from] candle_core::Error),
    /// A file that is kept beside.
    #[error("{} cannot be read or written: where it is no longer needed, remove it", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file that was there before.
    #[error(
        "{path} cannot be read any more: {reason}. Put it back and start again alike, to go on behind the last epoch"
    )]
    PictureLost {
        /// Below the data set's folder.
        path: String,
        /// In words.
        reason: String,
    },
    /// Steps that are too large.
    #[error("the loss is no number after step {step}: try a lower learning rate")]
    Diverged {
        /// Which step.
        step: u64,
    },
    /// A recipe that cannot be followed.
    #[error("{0}")]
    Recipe(String),
    /// The equations of the ridge.
    #[error(transparent)]
    Ridge(#[from] RidgeError),
    /// The flag.
    #[error(transparent)]
    Stopped(#[from] Stopped),
}
