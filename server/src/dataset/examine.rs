//! What is found when a file of a data set is looked at: a picture with its hash and size, or in words why it is none.

use std::fs;
use std::path::Path;

use image::RgbImage;
use serde::{Deserialize, Serialize};

use crate::models::preprocess::{DecodeLimits, decode};

/// No photo is larger; reading stops before memory does.
const MAX_FILE_BYTES: u64 = 200_000_000;

/// What a file is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Examined {
    /// A picture.
    Picture {
        /// BLAKE3 of the file.
        content: String,
        /// Upright, in pixels.
        width: u32,
        /// Upright, in pixels.
        height: u32,
        /// Whether red, green and blue are equal everywhere.
        is_grey: bool,
    },
    /// Anything else.
    Unreadable {
        /// In words.
        reason: String,
    },
}

/// Reads and decodes a file.
pub fn examine(path: &Path) -> Examined {
    let examined = read(path).and_then(|bytes| {
        let pixels = decode(&bytes, &DecodeLimits::default()).map_err(|error| error.to_string())?.pixels;
        Ok(Examined::Picture {
            content: blake3::hash(&bytes).to_hex().to_string(),
            width: pixels.width(),
            height: pixels.height(),
            is_grey: is_grey(&pixels),
        })
    });
    examined.unwrap_or_else(|reason| Examined::Unreadable { reason })
}

/// A file's bytes, or in words why there are none.
pub fn read(path: &Path) -> Result<Vec<u8>, String> {
    let size_bytes = fs::metadata(path).map_err(|error| error.to_string())?.len();
    if size_bytes > MAX_FILE_BYTES {
        return Err(format!(
            "it has {} MB, and {} MB are the most",
            size_bytes / 1_000_000,
            MAX_FILE_BYTES / 1_000_000
        ));
    }
    fs::read(path).map_err(|error| error.to_string())
}

fn is_grey(pixels: &RgbImage) -> bool {
    pixels.pixels().all(|pixel| pixel[0] == pixel[1] && pixel[1] == pixel[2])
}
