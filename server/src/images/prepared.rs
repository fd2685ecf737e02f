//! A picture as it is held: the file, what is said of it, and what each model reads of it.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use axum::body::Bytes;
use image::RgbImage;
use shared::{ImageInfo, ModelSlot, Preprocessing};

use crate::models::preprocess::{Canvas, DecodeError, DecodeLimits, crop_resized, decode, normalise};

/// BLAKE3 of a picture's bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ImageId(blake3::Hash);

impl ImageId {
    /// The address of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(blake3::hash(bytes))
    }

    /// Reads the hexadecimal form; `None` where it is none, so that no picture can have it.
    pub fn from_hex(text: &str) -> Option<Self> {
        blake3::Hash::from_hex(text).ok().map(Self)
    }
}

impl fmt::Display for ImageId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.to_hex())
    }
}

impl fmt::Debug for ImageId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// What a model reads of a picture.
#[derive(Clone, Debug)]
pub struct ModelInput {
    /// Whose input.
    pub image_id: ImageId,
    /// The cropped square.
    pub cropped: RgbImage,
    /// What resize and crop took; normalising is part of the forward pass.
    pub preprocess_ms: f64,
    preprocessing: Preprocessing,
    /// In place of the square's own values.
    altered: Option<Vec<f32>>,
}

/// A picture in memory.
#[derive(Debug)]
pub struct StoredImage {
    /// The address.
    pub id: ImageId,
    /// What the API says of it.
    pub info: ImageInfo,
    /// The file as it was sent.
    pub bytes: Bytes,
    /// What decoding took.
    pub decode_ms: f64,
    inputs: [Arc<ModelInput>; 2],
}

impl StoredImage {
    /// Decodes a picture and makes both models' inputs of it. The pixels in full size are then let go of.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn prepare(
        id: ImageId,
        bytes: Bytes,
        limits: &DecodeLimits,
        preprocessings: &[Preprocessing; 2],
    ) -> Result<Self, DecodeError> {
        let start = Instant::now();
        let decoded = decode(&bytes, limits)?;
        let decode_ms = milliseconds_since(start);
        let info = ImageInfo {
            image_id: id.to_string(),
            width: decoded.pixels.width(),
            height: decoded.pixels.height(),
            format: decoded.format,
            channels: decoded.channels,
            size_bytes: bytes.len() as u64,
            notes: decoded.notes,
        };
        let [first, second] = preprocessings;
        let resnet = Arc::new(ModelInput::of(id, &decoded.pixels, first));
        let vit = if second == first {
            Arc::clone(&resnet)
        } else {
            Arc::new(ModelInput::of(id, &decoded.pixels, second))
        };
        Ok(Self { id, info, bytes, decode_ms, inputs: [resnet, vit] })
    }

    /// What the model in a slot reads.
    pub fn input(&self, slot: ModelSlot) -> &Arc<ModelInput> {
        let [resnet, vit] = &self.inputs;
        match slot {
            ModelSlot::Resnet => resnet,
            ModelSlot::Vit => vit,
        }
    }

    /// Memory that the picture takes.
    pub fn size_bytes(&self) -> u64 {
        let [resnet, vit] = &self.inputs;
        let shared_input = Arc::ptr_eq(resnet, vit);
        self.bytes.len() as u64 + resnet.size_bytes() + if shared_input { 0 } else { vit.size_bytes() }
    }
}

impl ModelInput {
    fn of(image_id: ImageId, pixels: &RgbImage, preprocessing: &Preprocessing) -> Self {
        let start = Instant::now();
        let cropped = crop_resized(preprocessing, pixels);
        let (preprocess_ms, preprocessing) = (milliseconds_since(start), preprocessing.clone());
        Self { image_id, cropped, preprocess_ms, preprocessing, altered: None }
    }

    /// The square normalised: `[3, side, side]`. Made when it is needed, because it takes four times the memory of the square.
    pub fn values(&self) -> Cow<'_, [f32]> {
        match &self.altered {
            Some(values) => Cow::Borrowed(values),
            None => Cow::Owned(normalise(&self.preprocessing, &self.cropped)),
        }
    }

    /// The same picture's input with its crop moved by so many pixels, to the right and down.
    pub fn shifted(&self, canvas: &Canvas, shift_px: [i32; 2]) -> Self {
        let start = Instant::now();
        let cropped = canvas.crop(shift_px);
        let (preprocess_ms, preprocessing) = (milliseconds_since(start), canvas.preprocessing().clone());
        Self { image_id: self.image_id, cropped, preprocess_ms, preprocessing, altered: None }
    }

    /// The same picture with other values in place of its own; `cropped` stays what it was. An answer about it must not be kept as
    /// one about the picture.
    ///
    /// # Panics
    /// If there are not as many values.
    pub fn altered(&self, values: Vec<f32>) -> Self {
        assert_eq!(values.len(), self.cropped.as_raw().len(), "an input of the same size");
        Self { altered: Some(values), ..self.clone() }
    }

    fn size_bytes(&self) -> u64 {
        (self.cropped.as_raw().len()
            + self.altered.as_ref().map_or(0, |values| size_of_val(values.as_slice()))) as u64
    }
}

fn milliseconds_since(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e3
}
