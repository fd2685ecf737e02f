//! One run: what was asked for, how it stands, what it has told. All of it is kept in a folder of its own, so that it outlives the process.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};
use std::{fs, io};

use serde::{Deserialize, Serialize};
use shared::ModelSlot;
use shared::training::{Proportion, RunEvent, RunHistory, RunState, RunStatus};

use super::error::RunsError;
use super::feed::Feed;
use super::run_files::{HISTORY, RECORD};
use crate::safe_file;
use crate::stop_flag::StopFlag;

/// A run of this server.
#[derive(Debug)]
pub struct Run {
    folder: PathBuf,
    /// What it tells.
    pub feed: Feed,
    record: Mutex<Record>,
    /// Of the part that is under way; each time that it goes on it gets another.
    stop: Mutex<StopFlag>,
}

/// What is kept of a run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    /// As lists name it.
    pub status: RunStatus,
    /// What it has taken until now, without pauses.
    pub seconds: f64,
    /// The head that came of it.
    pub head: Option<HeadRecord>,
}

/// A head that came of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeadRecord {
    /// BLAKE3 of its file.
    pub id: String,
    /// The slot of its backbone.
    pub slot: ModelSlot,
    /// BLAKE3 of its backbone's checkpoint.
    pub backbone_id: String,
    /// What its data set is called.
    pub dataset: String,
    /// Outputs.
    pub num_classes: usize,
    /// On the test photos.
    pub top1: Option<Proportion>,
}

impl Run {
    /// A new run below the folder of runs.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn create(runs: &Path, status: RunStatus) -> Result<Self, RunsError> {
        let folder = runs.join(&status.id);
        fs::create_dir_all(&folder).map_err(RunsError::file(&folder))?;
        let run = Self::new(folder, Record { status, seconds: 0.0, head: None }, RunHistory::default());
        run.keep().map_err(RunsError::file(run.folder.join(RECORD)))?;
        Ok(run)
    }

    /// A run of before. What had the device when the process ended was interrupted.
    ///
    /// # Errors
    /// The folder holds none, or a damaged one.
    pub fn restore(folder: PathBuf) -> io::Result<Self> {
        let mut record: Record = serde_json::from_slice(&fs::read(folder.join(RECORD))?)?;
        if record.status.state == RunState::Running {
            record.status.state = RunState::Interrupted;
        }
        let told = safe_file::read_if_there(&folder.join(HISTORY))?;
        let told = told.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        Ok(Self::new(folder, record, told))
    }

    fn new(folder: PathBuf, record: Record, told: RunHistory) -> Self {
        let (record, stop) = (Mutex::new(record), Mutex::default());
        Self { folder, feed: Feed::new(told), record, stop }
    }

    /// Its address.
    pub fn id(&self) -> String {
        self.lock().status.id.clone()
    }

    /// Where its files are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// As lists name it.
    pub fn status(&self) -> RunStatus {
        self.lock().status.clone()
    }

    /// What is kept of it.
    pub fn record(&self) -> Record {
        self.lock().clone()
    }

    /// How it stands from now on, kept and told.
    pub fn set_state(&self, state: RunState) {
        self.change(|record| record.status.state = state);
    }

    /// Changes what is kept of it, and tells how it stands.
    pub fn change(&self, change: impl FnOnce(&mut Record)) {
        let status = {
            let mut record = self.lock();
            change(&mut record);
            record.status.clone()
        };
        if let Err(error) = self.keep() {
            tracing::error!(run = %status.id, %error, "how a run stands cannot be kept");
        }
        self.feed.tell(RunEvent::Status(Box::new(status)));
    }

    /// A part begins that ends by this flag.
    pub fn begin(&self, flag: StopFlag) {
        *self.stop.lock().expect("no holder of this lock panics") = flag;
    }

    /// Asks what is under way to end.
    pub fn stop(&self) {
        self.stop.lock().expect("no holder of this lock panics").stop();
    }

    /// Keeps what was told.
    pub fn keep_history(&self) {
        let bytes = serde_json::to_vec(&self.feed.history()).expect("names and numbers are JSON");
        if let Err(error) = safe_file::replace(&self.folder.join(HISTORY), &bytes) {
            tracing::error!(path = %self.folder.display(), %error, "what a run has told cannot be kept");
        }
    }

    fn keep(&self) -> io::Result<()> {
        let bytes = serde_json::to_vec(&*self.lock()).expect("names and numbers are JSON");
        safe_file::replace(&self.folder.join(RECORD), &bytes)
    }

    fn lock(&self) -> MutexGuard<'_, Record> {
        self.record.lock().expect("no holder of this lock panics")
    }
}
