//! What is said of a data set: a folder of class folders as it was read, which files were no pictures, and how it was divided.

use serde::{Deserialize, Serialize};

/// A data set after all of its files were looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DatasetSummary {
    /// What it is called.
    pub name: String,
    /// BLAKE3 over the classes, and the path and content of every picture, in hexadecimal.
    pub hash: String,
    /// In the order of the outputs.
    pub classes: Vec<DatasetClass>,
    /// Pictures of all classes.
    pub num_pictures: u64,
    /// Pictures whose pixels all have equal red, green and blue.
    pub num_grey: u64,
    /// Pictures by the length of their shorter side in pixels.
    pub shorter_sides: Vec<HistogramBin>,
    /// Pictures by width over height.
    pub aspect_ratios: Vec<HistogramBin>,
    /// Files that no picture could be read from.
    pub skipped: Vec<SkippedFile>,
}

/// A class of a data set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DatasetClass {
    /// The folder, such as `001.ak47`.
    pub folder: String,
    /// The name for display, such as `AK-47`.
    pub name: String,
    /// Its pictures.
    pub num_pictures: u64,
}

/// How many values lie in `low..high`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HistogramBin {
    /// The least value.
    pub low: f64,
    /// What all values are below; none for the last bin, which has no end.
    pub high: Option<f64>,
    /// Values.
    pub count: u64,
}

/// A file that was passed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SkippedFile {
    /// Below the data set's folder, with `/` on every system.
    pub path: String,
    /// In words.
    pub reason: String,
}

/// Pictures of each part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SplitCounts {
    /// That weights are fitted to.
    pub train: u64,
    /// That choices are made by.
    pub validation: u64,
    /// That nothing is chosen by.
    pub test: u64,
}
