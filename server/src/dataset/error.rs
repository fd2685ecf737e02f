//! Why a data set cannot be used, in sentences for the person who chose it.

use std::path::PathBuf;

use thiserror::Error;

use super::archive::ArchiveError;
use crate::stop_flag::Stopped;

/// Why a data set cannot be used.
#[derive(Debug, Error)]
pub enum DatasetError {
    /// The folder, or one in it.
    #[error("the folder {} cannot be read", path.display())]
    FolderUnreadable {
        /// Which folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Files, but no folders.
    #[error("{} has no folders, links not counted: a data set is a folder with one folder of pictures for each class", path.display())]
    NoClasses {
        /// Which folder.
        path: PathBuf,
    },
    /// Folders, but no pictures.
    #[error("no picture could be read from the class folders of {}", path.display())]
    NoPictures {
        /// Which folder.
        path: PathBuf,
    },
    /// A test set of other classes.
    #[error(
        "{} has classes that the head does not have: {}; folders must be named alike",
        path.display(),
        first(unknown)
    )]
    OtherClasses {
        /// Which folder.
        path: PathBuf,
        /// Its folders.
        unknown: Vec<String>,
    },
    /// Official lists that do not go with the folder.
    #[error("{}: {reason}", path.display())]
    SplitFile {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A split of other pictures.
    #[error("{} divides another data set, or the pictures have changed since: leave it out to divide them anew", path.display())]
    SplitOfOtherData {
        /// Which file.
        path: PathBuf,
    },
    /// Shares that leave nothing to train on.
    #[error(
        "{validation_percent} % for validation and {test_percent} % for the test leave too little to train on"
    )]
    Shares {
        /// The share.
        validation_percent: f64,
        /// The share.
        test_percent: f64,
    },
    /// A file that is kept beside.
    #[error("{} cannot be read or written", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// An archive.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The flag.
    #[error(transparent)]
    Stopped(#[from] Stopped),
}

/// The first few of a list that can be long.
pub fn first(names: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len().checked_sub(SHOWN) {
        None | Some(0) => shown,
        Some(more) => format!("{shown} and {more} more"),
    }
}
