//! The folder of training: what lies where, and that one server at a time has it.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::error::RunsError;

/// The folder, held as long as this is.
#[derive(Debug)]
pub struct TrainingFolder {
    path: PathBuf,
    _lock: File,
}

impl TrainingFolder {
    /// Takes a folder, which may have to be made, and clears away what a process that was killed has left half done.
    ///
    /// # Errors
    /// It cannot be written, or another server has it.
    pub fn take(path: &Path) -> Result<Self, RunsError> {
        let failure = |source| RunsError::File { path: path.to_owned(), source };
        fs::create_dir_all(path).map_err(failure)?;
        let lock = File::create(path.join("lock")).map_err(failure)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(RunsError::FolderTaken { path: path.to_owned() }),
            Err(TryLockError::Error(error)) => return Err(failure(error)),
        }
        let folder = Self { path: path.to_owned(), _lock: lock };
        remove_folder(&folder.incoming()).map_err(failure)?;
        for made in [folder.incoming(), folder.uploads(), folder.runs()] {
            fs::create_dir_all(made).map_err(failure)?;
        }
        Ok(folder)
    }

    /// Archives that are being received and unpacked: of no worth after a restart.
    pub fn incoming(&self) -> PathBuf {
        self.path.join("incoming")
    }

    /// Data sets that came as archives, one folder each.
    pub fn uploads(&self) -> PathBuf {
        self.path.join("uploads")
    }

    /// Runs, one folder each.
    pub fn runs(&self) -> PathBuf {
        self.path.join("runs")
    }
}

/// Features, and what was seen of photos.
pub fn cache(training_folder: &Path) -> PathBuf {
    training_folder.join("cache")
}

/// Removes a folder with everything in it; one that is not there is removed already.
///
/// # Errors
/// The disk refuses.
pub fn remove_folder(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _gone => Ok(()),
    }
}
