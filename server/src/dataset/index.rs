//! What was seen of a data set's files the last time, so that a file that has not changed is not decoded again to be looked at.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::error::DatasetError;
use super::examine::{Examined, examine};
use super::folders::FoundFile;
use crate::safe_file;

/// Changes when something else is seen in the same file.
const VERSION: u32 = 1;

/// Files by path.
pub struct Index {
    place: Option<PathBuf>,
    seen: Seen,
    has_changed: bool,
}

#[derive(Default, Serialize, Deserialize)]
struct Seen {
    version: u32,
    files: BTreeMap<String, Entry>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Entry {
    state: FileState,
    examined: Examined,
}

/// What tells whether a file has changed.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct FileState {
    size_bytes: u64,
    changed_ns: u64,
}

impl Index {
    /// What is kept of a folder in `cache`; something unreadable there counts as nothing.
    pub fn open(folder: &Path, cache: Option<&Path>) -> Self {
        let place = cache.map(|cache| place(folder, cache));
        let bytes = place.as_ref().and_then(|place| fs::read(place).ok());
        let seen = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let seen = seen.filter(|seen: &Seen| seen.version == VERSION).unwrap_or_default();
        Self { place, seen, has_changed: false }
    }

    /// What each file is.
    pub fn examine(&mut self, folder: &Path, files: &[FoundFile]) -> Vec<Examined> {
        let known = &self.seen.files;
        let looked: Vec<(Option<FileState>, Examined, bool)> = files
            .par_iter()
            .map(|file| {
                let path = folder.join(&file.path);
                let state = state(&path);
                match known.get(&file.path).filter(|entry| Some(entry.state) == state) {
                    Some(entry) => (state, entry.examined.clone(), false),
                    None => (state, examine(&path), true),
                }
            })
            .collect();
        let mut examined = Vec::with_capacity(files.len());
        for (file, (state, seen, is_new)) in files.iter().zip(looked) {
            if let Some(state) = state.filter(|_state| is_new) {
                self.seen.files.insert(file.path.clone(), Entry { state, examined: seen.clone() });
                self.has_changed = true;
            }
            examined.push(seen);
        }
        examined
    }

    /// Keeps what was seen.
    ///
    /// # Errors
    /// The cache cannot be written.
    pub fn write(mut self) -> Result<(), DatasetError> {
        let Some(place) = self.place.filter(|_place| self.has_changed) else { return Ok(()) };
        self.seen.version = VERSION;
        let bytes = serde_json::to_vec(&self.seen).expect("names and numbers are JSON");
        let written = match place.parent() {
            Some(parent) => fs::create_dir_all(parent),
            None => Ok(()),
        };
        written
            .and_then(|()| safe_file::replace(&place, &bytes))
            .map_err(|source| DatasetError::File { path: place, source })
    }
}

/// Removes what is kept of a folder that is still there.
pub fn forget(folder: &Path, cache: &Path) {
    let place = place(folder, cache);
    // There may be nothing; what is left is small and means nothing to anybody.
    _ = fs::remove_file(place);
}

fn place(folder: &Path, cache: &Path) -> PathBuf {
    let folder = folder.canonicalize().unwrap_or_else(|_missing| folder.to_owned());
    let name = blake3::hash(folder.as_os_str().as_encoded_bytes()).to_hex();
    cache.join("datasets").join(format!("{name}.json"))
}

fn state(path: &Path) -> Option<FileState> {
    let metadata = fs::metadata(path).ok()?;
    let changed = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(FileState {
        size_bytes: metadata.len(),
        changed_ns: u64::try_from(changed.as_nanos()).unwrap_or(u64::MAX),
    })
}
