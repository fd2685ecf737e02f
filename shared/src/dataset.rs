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

/// A data set as lists name it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DatasetListing {
    /// Of this server; its address.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Whether it came as an archive, and can be removed; else it was named when the server started.
    pub is_uploaded: bool,
    /// How it stands.
    pub state: DatasetState,
}

/// Whether a data set's files were looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum DatasetState {
    /// They are being looked at.
    Reading {
        /// Files that were.
        done: u64,
        /// All files; 0 before they are counted.
        total: u64,
    },
    /// It can be used.
    Ready {
        /// Class folders.
        num_classes: usize,
        /// Pictures of all classes.
        num_pictures: u64,
        /// Files that no picture could be read from.
        num_skipped: usize,
    },
    /// It cannot be used.
    Failed {
        /// Why, in words.
        message: String,
    },
}

/// Which photos of a data set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PhotoFilter {
    /// All.
    #[default]
    All,
    /// Whose pixels all have equal red, green and blue.
    Grey,
    /// Whose sides differ by more than a factor of 2, or whose shorter side is below 128 pixels.
    Odd,
}

/// Some photos of a data set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DatasetPhotos {
    /// How many there are of this class and filter.
    pub total: u64,
    /// Those that were asked for, in the data set's order.
    pub photos: Vec<DatasetPhoto>,
}

/// A photo of a data set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DatasetPhoto {
    /// BLAKE3 of its file, in hexadecimal: its address.
    pub id: String,
    /// Its class.
    pub class_index: usize,
    /// Pixels, upright.
    pub width: u32,
    /// Pixels, upright.
    pub height: u32,
    /// Whether its pixels all have equal red, green and blue.
    pub is_grey: bool,
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
