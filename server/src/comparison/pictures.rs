//! The pictures of a folder in a shuffled order that is the same on every machine, and the models' inputs of a minibatch of them.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use shared::Preprocessing;

use super::error::ComparisonError;
use crate::models::preprocess::inputs_of;

/// Files below a folder, in the order in which they are taken.
#[derive(Clone, Debug)]
pub struct PictureSet {
    folder: PathBuf,
    seed: u64,
    /// Below the folder, with `/` on every system.
    names: Vec<String>,
}

/// A file that no picture could be read from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unreadable {
    /// Below the folder.
    pub name: String,
    /// In words.
    pub reason: String,
}

/// The next pictures, as each model reads them.
#[derive(Debug)]
pub struct Minibatch {
    /// Pictures.
    pub count: usize,
    /// `[count, 3, side, side]` for each model.
    pub inputs: [Vec<f32>; 2],
    /// Where the one after it starts.
    pub next_position: usize,
    /// Files that were passed over on the way.
    pub unreadable: Vec<Unreadable>,
}

impl PictureSet {
    /// All files below a folder whose names do not start with a dot; whether one is a picture is found when it is its turn. Another
    /// seed gives another order.
    ///
    /// # Errors
    /// A folder cannot be read.
    pub fn find(folder: &Path, seed: u64) -> Result<Self, ComparisonError> {
        let mut names = Vec::new();
        collect(folder, "", &mut names)?;
        // A hash of seed and name shuffles without a generator, and does not depend on what else is in the folder.
        names.sort_by_cached_key(|name| {
            let mut hasher = blake3::Hasher::new();
            hasher.update(&seed.to_le_bytes()).update(name.as_bytes());
            *hasher.finalize().as_bytes()
        });
        Ok(Self { folder: folder.to_owned(), seed, names })
    }

    /// Only the first so many.
    #[must_use]
    pub fn truncated(mut self, count: usize) -> Self {
        self.names.truncate(count);
        self
    }

    /// What they were shuffled with.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Names below the folder, in their order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// As many pictures as asked for from a position on, or those that are left.
    pub fn minibatch(&self, position: usize, size: usize, preprocessings: [&Preprocessing; 2]) -> Minibatch {
        let mut minibatch = Minibatch {
            count: 0,
            inputs: Default::default(),
            next_position: position,
            unreadable: Vec::new(),
        };
        while let Some(name) = self.names.get(minibatch.next_position).filter(|_name| minibatch.count < size)
        {
            minibatch.next_position += 1;
            match prepare(&self.folder.join(name), preprocessings) {
                Ok(inputs) => {
                    minibatch.count += 1;
                    for (all, one) in minibatch.inputs.iter_mut().zip(inputs) {
                        all.extend(one);
                    }
                }
                Err(reason) => minibatch.unreadable.push(Unreadable { name: name.clone(), reason }),
            }
        }
        minibatch
    }
}

/// Both models' inputs of a file, or in words why there are none.
fn prepare(path: &Path, preprocessings: [&Preprocessing; 2]) -> Result<[Vec<f32>; 2], String> {
    let bytes = fs::read(path).map_err(|error| error.to_string())?;
    inputs_of(&bytes, preprocessings).map_err(|error| error.to_string())
}

/// Adds the files below a folder. A link to a folder is not followed: it could lead back.
fn collect(folder: &Path, prefix: &str, names: &mut Vec<String>) -> Result<(), ComparisonError> {
    let unreadable = |source| ComparisonError::FolderUnreadable { path: folder.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let Ok(file_name) = entry.file_name().into_string() else { continue };
        if file_name.starts_with('.') {
            continue;
        }
        let name = format!("{prefix}{file_name}");
        if entry.file_type().map_err(unreadable)?.is_dir() {
            collect(&entry.path(), &format!("{name}/"), names)?;
        } else if entry.path().is_file() {
            names.push(name);
        }
    }
    Ok(())
}
