//! Pictures: what the server says of one that it holds, and the sample photos that ship with the explorer.

use serde::{Deserialize, Serialize};

/// A picture in the server's memory, addressed by its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImageInfo {
    /// BLAKE3 of the uploaded bytes, in hexadecimal.
    pub image_id: String,
    /// Pixels, after the EXIF orientation.
    pub width: u32,
    /// Pixels, after the EXIF orientation.
    pub height: u32,
    /// `JPEG`, `PNG`, ...
    pub format: String,
    /// Colour channels of the file, such as `RGB, 8 bits a channel`.
    pub channels: String,
    /// Size of the file.
    pub size_bytes: u64,
    /// What was done or noted while decoding, such as `turned by its EXIF orientation`, `alpha laid onto white`.
    pub notes: Vec<String>,
}

/// A photo that ships with the explorer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Sample {
    /// Short name in links, such as `coffee`.
    pub name: String,
    /// What is to be seen, for the alternative text.
    pub description: String,
    /// Who made it, and under which licence.
    pub attribution: String,
    /// The class it shows in the terms of the demo weights' label set, or `None` where it shows none of them.
    pub expected_label: Option<String>,
    /// Path of the picture on this server.
    pub path: String,
    /// Path of a small square cut from it, 112 pixels a side.
    pub thumbnail_path: String,
    /// The picture as the API knows it.
    pub image: ImageInfo,
}
