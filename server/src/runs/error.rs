//! Why something cannot be done with data sets and runs, in sentences for whoever asked.

use std::path::PathBuf;

use thiserror::Error;

use crate::dataset::archive::ArchiveError;
use crate::models::checkpoint::head::HeadError;

/// Why something cannot be done with data sets and runs.
#[derive(Debug, Error)]
pub enum RunsError {
    /// There is no such data set, photo, run or file.
    #[error("{0}")]
    Unknown(String),
    /// It is there, in a state that does not allow it.
    #[error("{0}")]
    Conflict(String),
    /// A request that cannot be followed.
    #[error("{0}")]
    Invalid(String),
    /// The disk space that training may take.
    #[error(
        "Training has taken {} of the {} MB of disk that it may take. Delete runs or uploaded data sets, or start the server with a \
         larger --training-disk-mb.",
        used_bytes / 1_000_000,
        max_bytes / 1_000_000
    )]
    DiskFull {
        /// Taken.
        used_bytes: u64,
        /// The limit.
        max_bytes: u64,
    },
    /// The archive.
    #[error("The archive is larger than the limit of {} MB.", max_bytes / 1_000_000)]
    ArchiveTooLarge {
        /// The limit.
        max_bytes: u64,
    },
    /// What is in it.
    #[error("The archive cannot be used: {0}.")]
    Archive(ArchiveError),
    /// An archive of something else.
    #[error(
        "The archive holds {found} class folders, and a data set has one folder of photos for each of its classes, of which there are at \
         least two."
    )]
    NoClasses {
        /// Folders that could be classes.
        found: usize,
    },
    /// A head that does not go with the model, or is damaged.
    #[error("The head cannot be used: {0}.")]
    Head(#[from] HeadError),
    /// The models are still being loaded.
    #[error("The models are still being loaded. Try again in a moment.")]
    NotReady,
    /// The folder of training.
    #[error("{} cannot be read or written", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Two servers in one folder.
    #[error("{} is used by another server: name another folder with --training-dir, or stop that one", path.display())]
    FolderTaken {
        /// The folder.
        path: PathBuf,
    },
}

impl RunsError {
    /// Why an archive is not unpacked: it, or the disk.
    pub fn archive(error: ArchiveError) -> Self {
        match error {
            ArchiveError::File { path, source } => Self::File { path, source },
            error => Self::Archive(error),
        }
    }

    /// Of a file.
    pub fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}
