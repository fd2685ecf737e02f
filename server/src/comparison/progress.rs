//! What a comparison has done so far, in a file that is replaced as a whole after every minibatch: a run that is killed at any
//! moment leaves the last complete one.

use std::fs;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use shared::{ComparedLayer, ComparedModel};

use super::Plan;
use super::error::ComparisonError;
use super::pictures::Unreadable;
use crate::analysis::cka::HsicSums;
use crate::fingerprint;
use crate::safe_file;

/// The sums over the minibatches so far and where the next one starts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Of which run: [`fingerprint`].
    pub run: String,
    /// In the shuffled order.
    pub position: usize,
    /// Files that were passed over.
    pub unreadable: Vec<Unreadable>,
    /// What was added up.
    pub sums: HsicSums,
}

impl Progress {
    /// Before the first minibatch.
    pub fn new(run: String, sums: HsicSums) -> Self {
        Self { run, position: 0, unreadable: Vec::new(), sums }
    }
}

/// Changes with everything that the sums depend on, this program's version among it.
pub fn fingerprint(models: &[ComparedModel; 2], layers: &[ComparedLayer], plan: &Plan) -> String {
    let parts = (
        env!("CARGO_PKG_VERSION"),
        models,
        layers,
        plan.batch_size,
        plan.pictures.seed(),
        plan.pictures.names(),
    );
    fingerprint::fingerprint(&parts)
}

/// Where progress is kept.
#[derive(Clone, Debug)]
pub struct ProgressFile {
    path: PathBuf,
}

impl ProgressFile {
    /// At this path.
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// What was kept; `None` where nothing was.
    ///
    /// # Errors
    /// It is something else, or cannot be read.
    pub fn read(&self) -> Result<Option<Progress>, ComparisonError> {
        let bytes = safe_file::read_if_there(&self.path).map_err(|error| self.failure(error))?;
        let progress = bytes.map(|bytes| serde_json::from_slice(&bytes)).transpose();
        progress.map_err(|error| self.failure(error.into()))
    }

    /// Replaces what was kept.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn write(&self, progress: &Progress) -> Result<(), ComparisonError> {
        let bytes = serde_json::to_vec(progress).expect("names and finite numbers are JSON");
        safe_file::replace(&self.path, &bytes).map_err(|error| self.failure(error))
    }

    /// Removes what was kept.
    ///
    /// # Errors
    /// It is not there, or the folder cannot be written.
    pub fn remove(&self) -> Result<(), ComparisonError> {
        fs::remove_file(&self.path).map_err(|error| self.failure(error))
    }

    fn failure(&self, source: std::io::Error) -> ComparisonError {
        ComparisonError::Progress { path: self.path.clone(), source }
    }
}
