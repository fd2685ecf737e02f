//! From a file's bytes to a model's input: decode, resize, crop, normalise. Which resize, crop, mean and deviation is
//! the checkpoint's business ([`shared::Preprocessing`], which also does the geometry); nothing here knows a model.

mod animation;
pub mod augment;
mod canvas;
mod channels;
mod colour_profile;
mod decode;
mod decode_error;
mod file_format;
mod filter;
mod flatten;
mod jpeg_structure;
mod resample;
mod webp_structure;

use image::{GenericImage, GenericImageView, RgbImage};
use shared::{CropOffset, PixelSize, Preprocessing};
use thiserror::Error;

pub use canvas::Canvas;
pub use decode::{DecodeLimits, DecodedImage, decode};
pub use decode_error::DecodeError;

use resample::{Window, resample};

/// A resized picture that would be too large to be made as a whole. [`crop_resized`] still gives the model's part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "After the resize this picture would have {width} x {height} pixels, which is too long to be shown as a whole. The \
     models read only the square in its middle."
)]
pub struct ResizedTooLarge {
    /// Of the resized picture.
    pub width: u32,
    /// Of the resized picture.
    pub height: u32,
}

/// Most pixels of a resized picture that is made as a whole: with a shorter side of 256, sides of 1 : 256.
const MAX_RESIZED_PIXELS: u64 = 1 << 24;

/// The picture after the resize, as a whole, for looking at; a model's input is cheaper from [`crop_resized`].
///
/// Equals Pillow's `Image.resize` of the same pixels (to 1/255; the goldens are equal).
///
/// # Errors
/// Where the picture is so elongated that its resized form would not fit in memory.
pub fn resize(preprocessing: &Preprocessing, image: &RgbImage) -> Result<RgbImage, ResizedTooLarge> {
    let size = preprocessing.resized_size(image.width(), image.height());
    if u64::from(size.width) * u64::from(size.height) > MAX_RESIZED_PIXELS {
        return Err(ResizedTooLarge { width: size.width, height: size.height });
    }
    Ok(resample(image, size, preprocessing.interpolation, &Window::all(size)))
}

/// The centre square of a resized picture, with black where the picture is smaller than the crop.
pub fn crop(preprocessing: &Preprocessing, resized: &RgbImage) -> RgbImage {
    let size = PixelSize { width: resized.width(), height: resized.height() };
    let placement = Placement::of(preprocessing, size);
    let Window { columns, rows } = &placement.window;
    let visible = resized.view(columns.start, rows.start, columns.len() as u32, rows.len() as u32).to_image();
    placement.pad(visible)
}

/// The same square as [`crop`] of [`resize`], pixel by pixel, without making the rest of the resized picture.
pub fn crop_resized(preprocessing: &Preprocessing, image: &RgbImage) -> RgbImage {
    let size = preprocessing.resized_size(image.width(), image.height());
    let placement = Placement::of(preprocessing, size);
    placement.pad(resample(image, size, preprocessing.interpolation, &placement.window))
}

/// A model's input tensor from the cropped square: scaled to 0..1, then less the mean and over the deviation.
///
/// # Shapes
/// `cropped`: `crop_size` x `crop_size` pixels; the result: `[3, crop_size, crop_size]`, f32, channels first.
pub fn normalise(preprocessing: &Preprocessing, cropped: &RgbImage) -> Vec<f32> {
    let (pixels, _) = cropped.as_raw().as_chunks::<3>();
    let mut values = Vec::with_capacity(cropped.as_raw().len());
    for (channel, (mean, std)) in preprocessing.mean.into_iter().zip(preprocessing.std).enumerate() {
        values.extend(pixels.iter().map(|pixel| (f32::from(pixel[channel]) / 255.0 - mean) / std));
    }
    values
}

/// A file's picture as the input of each of these models' preprocessings: decoded once, within the usual limits.
///
/// # Shapes
/// As [`normalise`], each.
///
/// # Errors
/// The file is no picture that can be decoded.
pub fn inputs_of<const N: usize>(
    bytes: &[u8],
    preprocessings: [&Preprocessing; N],
) -> Result<[Vec<f32>; N], DecodeError> {
    let pixels = decode(bytes, &DecodeLimits::default())?.pixels;
    Ok(preprocessings.map(|preprocessing| normalise(preprocessing, &crop_resized(preprocessing, &pixels))))
}

/// Where the visible part of a crop lies in the resized picture, and where in the square.
struct Placement {
    window: Window,
    crop_size: u32,
    padding_left: u32,
    padding_top: u32,
}

impl Placement {
    fn of(preprocessing: &Preprocessing, size: PixelSize) -> Self {
        Self::at(preprocessing.crop_offset(size), preprocessing, size)
    }

    fn at(offset: CropOffset, preprocessing: &Preprocessing, size: PixelSize) -> Self {
        let crop_size = u32::try_from(preprocessing.crop_size).unwrap_or(u32::MAX);
        let visible = |offset: i64, side: u32| {
            let start = u32::try_from(offset.max(0)).unwrap_or(u32::MAX).min(side);
            start..start.saturating_add(crop_size).min(side)
        };
        let padding = |offset: i64| u32::try_from(offset.min(0).unsigned_abs()).unwrap_or(u32::MAX);
        Self {
            window: Window {
                columns: visible(offset.left, size.width),
                rows: visible(offset.top, size.height),
            },
            crop_size,
            padding_left: padding(offset.left),
            padding_top: padding(offset.top),
        }
    }

    fn pad(&self, visible: RgbImage) -> RgbImage {
        if visible.dimensions() == (self.crop_size, self.crop_size) {
            return visible;
        }
        let mut square = RgbImage::new(self.crop_size, self.crop_size);
        square
            .copy_from(&visible, self.padding_left, self.padding_top)
            .expect("padding and visible part make up the square");
        square
    }
}
