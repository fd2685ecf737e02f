//! Features on disk: shards of safetensors in a folder that is named by everything that features depend on beside the picture. Each shard
//! names its pictures by their content, so that a picture is never computed twice, whatever data set it is in; a shard is written as a whole, so
//! that a run that was killed leaves complete ones.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use safetensors::tensor::{Dtype, TensorView};
use safetensors::{SafeTensorError, SafeTensors};
use shared::ModelInfo;

use super::error::TrainingError;
use super::feature_cache;
use super::feature_table::FeatureTable;
use crate::fingerprint::fingerprint;
use crate::safe_file;

/// Changes when the same picture and checkpoint give other features.
const VERSION: u32 = 1;
const FEATURES: &str = "features";
/// The entry with the contents of the rows, as JSON.
const CONTENTS: &str = "contents";
const ENDING: &str = "safetensors";

/// The features of one checkpoint and preprocessing.
#[derive(Clone, Debug)]
pub struct FeatureStore {
    folder: PathBuf,
    num_features: usize,
}

impl FeatureStore {
    /// In a cache's folder, which may have to be made.
    pub fn of(info: &ModelInfo, cache: &Path) -> Self {
        // The device says in which numbers.
        let parts = (VERSION, info.slot, info.checkpoint.trunk_id(), &info.preprocessing, &info.device);
        Self {
            folder: feature_cache::folder(cache).join(fingerprint(&parts)),
            num_features: info.architecture.num_features(),
        }
    }

    /// The folder of its shards.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Adds what is kept of these pictures. A shard that is damaged is removed: its pictures are computed again.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn read(&self, wanted: &HashSet<&str>, table: &mut FeatureTable) -> Result<(), TrainingError> {
        let failure = |source| TrainingError::File { path: self.folder.clone(), source };
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(failure(error)),
        };
        feature_cache::mark_used(&self.folder).map_err(failure)?;
        let mut paths = Vec::new();
        for entry in entries {
            paths.push(entry.map_err(failure)?.path());
        }
        paths.retain(|path| path.extension().is_some_and(|ending| ending == ENDING));
        paths.sort();
        for path in paths {
            let file = |source| TrainingError::File { path: path.clone(), source };
            // Another process that keeps the cache below its bound may have removed it meanwhile.
            let Some(bytes) = safe_file::read_if_there(&path).map_err(file)? else { continue };
            if let Err(error) = self.add(&bytes, wanted, table) {
                tracing::warn!(path = %path.display(), %error, "a damaged shard of features is removed");
                fs::remove_file(&path).map_err(file)?;
            }
        }
        Ok(())
    }

    /// Keeps a table as a shard.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn write(&self, shard: &FeatureTable) -> Result<(), TrainingError> {
        if shard.contents().is_empty() {
            return Ok(());
        }
        let contents = serde_json::to_string(shard.contents()).expect("hashes are JSON");
        let name = blake3::hash(contents.as_bytes()).to_hex();
        let path = self.folder.join(name.as_str()).with_extension(ENDING);
        let written = bytes(shard, contents).and_then(|bytes| {
            fs::create_dir_all(&self.folder)?;
            safe_file::replace(&path, &bytes)?;
            feature_cache::mark_used(&self.folder)
        });
        written.map_err(|source| TrainingError::File { path, source })
    }

    fn add(
        &self,
        bytes: &[u8],
        wanted: &HashSet<&str>,
        table: &mut FeatureTable,
    ) -> Result<(), SafeTensorError> {
        let (_length, header) = SafeTensors::read_metadata(bytes)?;
        let contents = header.metadata().as_ref().and_then(|texts| texts.get(CONTENTS));
        let contents: Vec<String> = contents
            .and_then(|text| serde_json::from_str(text).ok())
            .ok_or(SafeTensorError::InvalidHeaderDeserialization(serde::de::Error::custom("no contents")))?;
        let shard = SafeTensors::deserialize(bytes)?;
        let view = shard.tensor(FEATURES)?;
        if view.dtype() != Dtype::F32 || view.shape() != [contents.len(), self.num_features] {
            return Err(SafeTensorError::TensorInvalidInfo);
        }
        let row_bytes = self.num_features * size_of::<f32>();
        for (content, row) in contents.iter().zip(view.data().chunks_exact(row_bytes)) {
            if wanted.contains(content.as_str()) {
                let (values, _rest) = row.as_chunks::<{ size_of::<f32>() }>();
                table.insert(content, values.iter().map(|value| f32::from_le_bytes(*value)));
            }
        }
        Ok(())
    }
}

fn bytes(shard: &FeatureTable, contents: String) -> io::Result<Vec<u8>> {
    let values: Vec<u8> = shard.values().iter().flat_map(|value| value.to_le_bytes()).collect();
    let shape = vec![shard.contents().len(), shard.num_features()];
    let view = TensorView::new(Dtype::F32, shape, &values).map_err(io::Error::other)?;
    let texts = HashMap::from([(CONTENTS.to_owned(), contents)]);
    safetensors::serialize([(FEATURES, view)], Some(texts)).map_err(io::Error::other)
}
