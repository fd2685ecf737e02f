//! The photos of an experiment in memory, small: decoded once, cut and changed anew for every batch.

use candle_core::{Device, Result as TensorResult, Tensor};
use image::RgbImage;
use rayon::prelude::*;
use shared::PixelSize;
use shared::augmentation::{Augmentation, AugmentationRecipe};
use shared::permutation::Splitmix64;

use super::network::IMAGE_CHANNELS;
use crate::dataset::{Dataset, Picture, read_picture_file};
use crate::device::to_device;
use crate::models::preprocess::augment::{augmented, draw, shrunk};
use crate::models::preprocess::{DecodeLimits, decode};
use crate::stop_flag::StopFlag;
use crate::training::TrainingError;

/// Photos that are decoded between two looks at the flag.
const CHUNK: usize = 64;
/// Memory that all photos may take.
const MAX_BYTES: usize = 2_000_000_000;
/// Of the middle square, what a model is measured on.
const MEASURED_SHARE: f64 = 0.875;
/// Bytes are brought to about -2..2: `(value / 255 - MEAN) / DEVIATION`.
const MEAN: f32 = 0.5;
const DEVIATION: f32 = 0.25;

/// Photos with their classes.
#[derive(Clone, Debug)]
pub struct Photos {
    image_size: u32,
    pixels: Vec<RgbImage>,
    labels: Vec<u32>,
    contents: Vec<String>,
}

/// Which views of which photos make a batch.
#[derive(Clone, Copy, Debug)]
pub enum Views {
    /// Drawn at random with this seed and the photo's position.
    Drawn(u64),
    /// The middle, as it is.
    Middle,
}

/// Photos as a network reads them.
#[derive(Clone, Debug)]
pub struct Batch {
    values: Vec<f32>,
    image_size: usize,
    /// Their classes.
    pub labels: Vec<u32>,
}

impl Photos {
    /// Decodes pictures, and shrinks each to a shorter side of a quarter more than a model reads.
    ///
    /// # Errors
    /// A file has changed since the data set was looked at, they do not fit in memory, or the flag says to stop.
    pub fn read(
        pictures: &[(&Dataset, &Picture)],
        image_size: usize,
        stop: &StopFlag,
    ) -> Result<Self, TrainingError> {
        let image_size = image_size as u32;
        let mut pixels = Vec::with_capacity(pictures.len());
        let mut size_bytes = 0;
        for chunk in pictures.chunks(CHUNK) {
            stop.check()?;
            let decoded: Result<Vec<RgbImage>, TrainingError> =
                chunk.par_iter().map(|(dataset, picture)| small(dataset, picture, image_size)).collect();
            for photo in decoded? {
                size_bytes += photo.as_raw().len();
                pixels.push(photo);
            }
            if size_bytes > MAX_BYTES {
                return Err(TrainingError::Recipe(format!(
                    "the photos take more than {} MB at {image_size} pixels: take fewer classes, or smaller photos",
                    MAX_BYTES / 1_000_000
                )));
            }
        }
        let pictures = || pictures.iter().map(|(_dataset, picture)| picture);
        Ok(Self {
            image_size,
            pixels,
            labels: pictures().map(|picture| picture.class_index as u32).collect(),
            contents: pictures().map(|picture| picture.content.clone()).collect(),
        })
    }

    /// Content of these photos.
    pub fn contents<'a>(&'a self, rows: &'a [usize]) -> impl Iterator<Item = &'a str> {
        rows.iter().map(|row| self.contents[*row].as_str())
    }

    /// Views of the photos at these positions.
    pub fn batch(&self, rows: &[usize], views: Views) -> Batch {
        let side = self.image_size;
        let mut values = Vec::with_capacity(rows.len() * IMAGE_CHANNELS * (side * side) as usize);
        for row in rows {
            let photo = &self.pixels[*row];
            let size = PixelSize { width: photo.width(), height: photo.height() };
            let drawn = match views {
                Views::Drawn(seed) => {
                    let seed = Splitmix64::of(seed, &[*row as u64]).bits();
                    draw(seed, size, &AugmentationRecipe::default())
                }
                Views::Middle => middle(size),
            };
            normalise(&augmented(photo, &drawn, side), &mut values);
        }
        let labels = rows.iter().map(|row| self.labels[*row]).collect();
        Batch { values, image_size: side as usize, labels }
    }
}

impl Batch {
    /// `[batch, 3, image_size, image_size]`
    ///
    /// # Errors
    /// The device has no room.
    pub fn tensor(self, device: &Device) -> TensorResult<(Tensor, Vec<u32>)> {
        let shape = (self.labels.len(), IMAGE_CHANNELS, self.image_size, self.image_size);
        Ok((to_device(self.values, shape, device)?, self.labels))
    }
}

fn small(dataset: &Dataset, picture: &Picture, image_size: u32) -> Result<RgbImage, TrainingError> {
    let path = dataset.folder.join(&picture.path);
    let decoded = read_picture_file(&path).and_then(|bytes| {
        if blake3::hash(&bytes).to_hex().as_str() != picture.content {
            return Err("it has changed since the data set was looked at".to_owned());
        }
        Ok(decode(&bytes, &DecodeLimits::default()).map_err(|error| error.to_string())?.pixels)
    });
    match decoded {
        Ok(pixels) => Ok(shrunk(&pixels, image_size + image_size / 4)),
        Err(reason) => Err(TrainingError::Recipe(format!(
            "{} cannot be read any more ({reason}): start again, so that the data set is looked at anew",
            picture.path
        ))),
    }
}

fn middle(size: PixelSize) -> Augmentation {
    let shorter = size.width.min(size.height);
    let side = ((f64::from(shorter) * MEASURED_SHARE).round() as u32).max(1);
    Augmentation {
        seed: 0,
        left: (size.width - side) / 2,
        top: (size.height - side) / 2,
        width: side,
        height: side,
        is_flipped: false,
        brightness: 1.0,
        contrast: 1.0,
        saturation: 1.0,
    }
}

/// Channels first.
fn normalise(view: &RgbImage, values: &mut Vec<f32>) {
    let (pixels, _rest) = view.as_raw().as_chunks::<IMAGE_CHANNELS>();
    for channel in 0..IMAGE_CHANNELS {
        values.extend(pixels.iter().map(|pixel| (f32::from(pixel[channel]) / 255.0 - MEAN) / DEVIATION));
    }
}
