//! Why a file is no picture for a model: what was found and what to do about it. The messages are for the visitor; the
//! decoder's own words are the `source`, for the log.

use image::ImageError;
use shared::ErrorCode;
use thiserror::Error;

/// A picture that could not be decoded.
#[derive(Debug, Error)]
pub enum DecodeError {
    /// No bytes at all.
    #[error("The file is empty. Choose a picture and send it again.")]
    Empty,
    /// The first bytes belong to no known format; a file's name is never looked at.
    #[error(
        "This file is not a picture that the explorer can read. It reads JPEG, PNG, WebP, GIF, BMP and TIFF."
    )]
    FormatUnknown,
    /// A known format without a decoder here.
    #[error(
        "This is a {found} file, which the explorer does not read. Save it as JPEG or PNG and send that; it reads \
         JPEG, PNG, WebP, GIF, BMP and TIFF."
    )]
    FormatUnread {
        /// The usual name of the format.
        found: &'static str,
    },
    /// A format that is read, in a variant that is not.
    #[error(
        "This {format} file uses a feature that the explorer does not read. Save it as JPEG or PNG and send that."
    )]
    VariantUnread {
        /// The usual name of the format.
        format: &'static str,
        /// Which feature.
        #[source]
        source: ImageError,
    },
    /// The file ends before its picture does.
    #[error(
        "This {format} file ends before its picture does. It was probably not copied completely: send it again."
    )]
    Truncated {
        /// The usual name of the format.
        format: &'static str,
    },
    /// The file contradicts its format.
    #[error(
        "This {format} file is damaged and cannot be decoded. Save the picture again, or choose another."
    )]
    Corrupt {
        /// The usual name of the format.
        format: &'static str,
        /// What the decoder says, where it said something.
        #[source]
        source: Option<ImageError>,
    },
    /// More pixels than the server decodes.
    #[error(
        "This picture has {width} x {height} pixels, {:.1} megapixels; the limit is {:.1}. Make it smaller and send it \
         again.",
        megapixels(u64::from(*width) * u64::from(*height)),
        megapixels(*max_pixels)
    )]
    TooManyPixels {
        /// Of the file's header.
        width: u32,
        /// Of the file's header.
        height: u32,
        /// The limit that was exceeded.
        max_pixels: u64,
    },
    /// Longer than any picture of a camera.
    #[error(
        "This picture has {width} x {height} pixels; the limit for a side is {max_side}. Cut it and send it again."
    )]
    SideTooLong {
        /// Of the file's header.
        width: u32,
        /// Of the file's header.
        height: u32,
        /// The limit that was exceeded.
        max_side: u32,
    },
    /// Its pixels would fit, but not what decoding them takes.
    #[error(
        "Decoding this picture takes more memory than the {:.0} MB that the server allows. Make it smaller, or save \
         it with 8 bits a channel, and send it again.",
        megapixels(*max_memory_bytes)
    )]
    TooMuchMemory {
        /// The limit that was exceeded.
        max_memory_bytes: u64,
    },
}

impl DecodeError {
    /// The code on the wire.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Empty => ErrorCode::ImageMissing,
            Self::FormatUnknown | Self::FormatUnread { .. } | Self::VariantUnread { .. } => {
                ErrorCode::ImageFormatUnknown
            }
            Self::Truncated { .. } | Self::Corrupt { .. } => ErrorCode::ImageCorrupt,
            Self::TooManyPixels { .. } | Self::SideTooLong { .. } | Self::TooMuchMemory { .. } => {
                ErrorCode::ImageTooManyPixels
            }
        }
    }
}

fn megapixels(count: u64) -> f64 {
    count as f64 / 1e6
}
