//! What came of runs: their files, and the heads among these.

use std::fs;
use std::io;
use std::path::Path;

use shared::ModelSlot;

use super::error::RunsError;
use super::run::HeadRecord;
use super::run_files::{RESULT, RunFile};
use super::training::Training;
use crate::models::checkpoint::head::HeadFile;

impl Training {
    /// What came of a run, as JSON.
    ///
    /// # Errors
    /// There is no such run, or nothing has come of it.
    pub fn result(&self, run_id: &str) -> Result<Vec<u8>, RunsError> {
        let path = self.run(run_id)?.folder().join(RESULT);
        read(&path, "Nothing has come of this run yet: only one that is done has a result.")
    }

    /// A file of a run.
    ///
    /// # Errors
    /// There is no such run, or it has no such file.
    pub fn file(&self, run_id: &str, file: RunFile) -> Result<Vec<u8>, RunsError> {
        let path = file.path(self.run(run_id)?.folder());
        read(&path, &format!("This run has no {}: it is of another kind, or not done.", file.name()))
    }

    /// The heads of all runs with their ids, the newest first.
    pub fn heads(&self) -> Vec<(String, HeadRecord)> {
        let runs = self.runs();
        let records = runs.iter().rev().map(|run| run.record());
        records.filter_map(|record| Some((record.status.id, record.head?))).collect()
    }

    /// Reads a head that a run has made for a model.
    ///
    /// # Errors
    /// There is none of that id, it belongs to the other model, or its file is not what it was.
    pub fn open_head(&self, slot: ModelSlot, head_id: &str) -> Result<HeadFile, RunsError> {
        let mut heads = self.heads().into_iter();
        let (run_id, record) = heads.find(|(_run_id, record)| record.id == head_id).ok_or_else(|| {
            RunsError::Unknown(
                "No run of this server has that head. /api/v1/training lists the heads.".to_owned(),
            )
        })?;
        if record.slot != slot {
            let message = format!("This head belongs to the {}, not to the {slot}.", record.slot);
            return Err(RunsError::Conflict(message));
        }
        let head = HeadFile::open(&RunFile::Head.path(self.run(&run_id)?.folder()))?;
        if head.id == head_id {
            return Ok(head);
        }
        let message = "The file of this head has changed since the run was done. Train it again.";
        Err(RunsError::Conflict(message.to_owned()))
    }
}

fn read(path: &Path, missing: &str) -> Result<Vec<u8>, RunsError> {
    match fs::read(path) {
        Ok(bytes) => Ok(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(RunsError::Unknown(missing.to_owned())),
        Err(error) => Err(RunsError::file(path)(error)),
    }
}
