//! The sample photos: reads `photos/samples.json` of the assets and decodes each photo once, so that the page knows their
//! sizes and a broken one is found when the server starts. What the models make of them is asked for elsewhere.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use shared::{ImageInfo, Sample, route};
use thiserror::Error;

use crate::models::preprocess::{DecodeError, DecodeLimits, decode};

/// A photo that ships with the explorer, ready to be served and analysed.
#[derive(Clone, Debug)]
pub struct SamplePhoto {
    /// What the page says of it.
    pub sample: Sample,
    /// The file.
    pub bytes: Arc<[u8]>,
}

/// Why there are no sample photos.
#[derive(Debug, Error)]
pub enum SampleError {
    /// A file that the assets must have.
    #[error("cannot read {}: the assets are incomplete, or --assets points elsewhere", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The list is not what it should be.
    #[error("{} is not a list of sample photos", path.display())]
    ListInvalid {
        /// The list.
        path: PathBuf,
        /// Where it goes wrong.
        source: serde_json::Error,
    },
    /// The page opens with the first sample, so there must be one.
    #[error("{} lists no photo; the page needs one to open with", path.display())]
    ListEmpty {
        /// The list.
        path: PathBuf,
    },
    /// A photo that is none.
    #[error("{} cannot be decoded", path.display())]
    Undecodable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: DecodeError,
    },
}

/// An entry of `samples.json`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    file: String,
    thumbnail: String,
    description: String,
    attribution: String,
    expected_label: Option<String>,
}

/// Reads the sample photos below an assets folder, in the order of the page; the first is the default.
///
/// # Errors
/// Names the file that is missing or broken.
pub fn load(assets: &Path, limits: &DecodeLimits) -> Result<Vec<SamplePhoto>, SampleError> {
    let folder = assets.join("photos");
    let list = folder.join("samples.json");
    let entries: Vec<Entry> = serde_json::from_slice(&read(&list)?)
        .map_err(|source| SampleError::ListInvalid { path: list.clone(), source })?;
    if entries.is_empty() {
        return Err(SampleError::ListEmpty { path: list });
    }
    entries.into_iter().map(|entry| load_photo(&folder, entry, limits)).collect()
}

fn load_photo(folder: &Path, entry: Entry, limits: &DecodeLimits) -> Result<SamplePhoto, SampleError> {
    let path = folder.join(&entry.file);
    let bytes = read(&path)?;
    let decoded = decode(&bytes, limits).map_err(|source| SampleError::Undecodable { path, source })?;
    let image = ImageInfo {
        image_id: blake3::hash(&bytes).to_hex().to_string(),
        width: decoded.pixels.width(),
        height: decoded.pixels.height(),
        format: decoded.format,
        channels: decoded.channels,
        size_bytes: bytes.len() as u64,
        notes: decoded.notes,
    };
    let sample = Sample {
        path: format!("{}/{}", route::PHOTOS, entry.file),
        thumbnail_path: format!("{}/{}", route::PHOTOS, entry.thumbnail),
        name: entry.name,
        description: entry.description,
        attribution: entry.attribution,
        expected_label: entry.expected_label,
        image,
    };
    Ok(SamplePhoto { sample, bytes: bytes.into() })
}

fn read(path: &Path) -> Result<Vec<u8>, SampleError> {
    std::fs::read(path).map_err(|source| SampleError::Unreadable { path: path.to_owned(), source })
}
