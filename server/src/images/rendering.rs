//! The steps of preprocessing as PNG files, pixel by pixel what a model's input is made of, the last also as a small file with losses; and views
//! as a model that learns would see them.

use std::io::Cursor;

use axum::body::Bytes;
use image::codecs::jpeg::JpegEncoder;
use image::{ImageError, ImageFormat, RgbImage};
use shared::augmentation::AugmentationRecipe;
use shared::{PixelSize, Preprocessing};
use thiserror::Error;

use crate::models::preprocess::{DecodeError, DecodeLimits, ResizedTooLarge, augment, decode, resize};

/// Why a step cannot be shown.
#[derive(Debug, Error)]
pub enum RenderingError {
    /// The picture was decoded when it was taken in, so this is a fault of the server.
    #[error(transparent)]
    Undecodable(#[from] DecodeError),
    /// Too elongated to be shown as a whole.
    #[error(transparent)]
    TooLarge(#[from] ResizedTooLarge),
    /// The file could not be written.
    #[error("the picture could not be written as a file")]
    Unwritten(#[from] ImageError),
}

/// The whole picture after the resize.
pub fn resized(
    bytes: &[u8],
    limits: &DecodeLimits,
    preprocessing: &Preprocessing,
) -> Result<Bytes, RenderingError> {
    let decoded = decode(bytes, limits)?;
    png(&resize(preprocessing, &decoded.pixels)?)
}

/// A view of the picture as a model that learns would see it, drawn with this seed.
pub fn augmented(bytes: &[u8], limits: &DecodeLimits, seed: u64, side: u32) -> Result<Bytes, RenderingError> {
    let pixels = decode(bytes, limits)?.pixels;
    let size = PixelSize { width: pixels.width(), height: pixels.height() };
    png(&augment::augmented(&pixels, &augment::draw(seed, size, &AugmentationRecipe::default()), side))
}

/// These pixels as a JPEG, a sixth of what a PNG of a photo takes.
pub fn jpeg(pixels: &RgbImage) -> Result<Bytes, RenderingError> {
    /// Of 100: losses are found where they are looked for.
    const QUALITY: u8 = 88;
    let mut file = Vec::new();
    pixels.write_with_encoder(JpegEncoder::new_with_quality(&mut file, QUALITY))?;
    Ok(file.into())
}

/// These pixels as a file.
pub fn png(pixels: &RgbImage) -> Result<Bytes, RenderingError> {
    let mut file = Cursor::new(Vec::new());
    pixels.write_to(&mut file, ImageFormat::Png)?;
    Ok(file.into_inner().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jpeg_of_a_photo_is_a_fraction_of_its_png() {
        let photo = include_bytes!("../../../assets/photos/coffee.jpg");
        let pixels = decode(photo, &DecodeLimits::default()).expect("a photo").pixels;
        let square = image::imageops::crop_imm(&pixels, 0, 0, 224, 224).to_image();
        let [jpeg, png] = [jpeg(&square), png(&square)].map(|file| file.expect("a file").len());
        assert!(jpeg * 4 < png, "{jpeg} and {png} bytes");
    }
}
