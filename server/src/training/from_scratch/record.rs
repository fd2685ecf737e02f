//! What finished models reached, in a file that is replaced as a whole: an experiment that was stopped or killed goes on behind the last of them.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use shared::training::LearnerEpoch;

use crate::safe_file;
use crate::training::TrainingError;

/// Name of the file.
pub const FILE: &str = "from_scratch.progress.json";

/// Finished models by what they depend on.
#[derive(Debug)]
pub struct Record {
    path: Option<PathBuf>,
    kept: Kept,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Kept {
    models: BTreeMap<String, Finished>,
}

/// A model's last epoch, and what share of the experiment's time it took.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finished {
    /// With the share of photos that it gets right.
    pub epoch: LearnerEpoch,
    /// Time that passed between this model and the one that was finished before it.
    pub seconds: f64,
    /// That share bit by bit: a number that is read from JSON may differ in its last digit, and equal shares have to stay equal.
    top1_bits: u64,
}

impl Finished {
    /// A model that was measured.
    pub fn new(epoch: LearnerEpoch, seconds: f64) -> Self {
        Self { epoch, seconds, top1_bits: epoch.top1_percent.unwrap_or_default().to_bits() }
    }
}

impl Record {
    /// What is kept in a folder; none: nothing is kept.
    ///
    /// # Errors
    /// The file is something else or cannot be read.
    pub fn open(folder: Option<&Path>) -> Result<Self, TrainingError> {
        let path = folder.map(|folder| folder.join(FILE));
        let Some(path) = path else { return Ok(Self { path, kept: Kept::default() }) };
        let failure = |source| TrainingError::File { path: path.clone(), source };
        let bytes = safe_file::read_if_there(&path).map_err(failure)?;
        let kept = bytes.map(|bytes| serde_json::from_slice(&bytes)).transpose();
        let kept = kept.map_err(|error| failure(error.into()))?.unwrap_or_default();
        Ok(Self { path: Some(path), kept })
    }

    /// A model that is finished.
    pub fn get(&self, key: &str) -> Option<Finished> {
        let mut finished = self.kept.models.get(key).copied()?;
        finished.epoch.top1_percent = Some(f64::from_bits(finished.top1_bits));
        Some(finished)
    }

    /// Keeps a model.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn keep(&mut self, key: String, finished: Finished) -> Result<(), TrainingError> {
        self.kept.models.insert(key, finished);
        let Some(path) = &self.path else { return Ok(()) };
        let bytes = serde_json::to_vec(&self.kept).expect("finite numbers are JSON");
        let written = path.parent().map_or(Ok(()), fs::create_dir_all);
        written
            .and_then(|()| safe_file::replace(path, &bytes))
            .map_err(|source: io::Error| TrainingError::File { path: path.clone(), source })
    }
}
