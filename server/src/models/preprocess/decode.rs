//! From a file's bytes to upright 8-bit RGB. The format is told from the content; limits are compared with the headers
//! before a pixel is decoded; of an animation only the first frame is decoded. No resizing here.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbImage};

use super::decode_error::DecodeError;
use super::jpeg_structure::{self, JpegStructure};
use super::{animation, channels, colour_profile, file_format, flatten, webp_structure};

/// What a picture may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeLimits {
    /// Width times height of the file's header.
    pub max_pixels: u64,
    /// Everything that decoding holds at once, beside the file itself.
    pub max_memory_bytes: u64,
}

impl DecodeLimits {
    /// Longest side of any picture: the largest that a JPEG or GIF can announce.
    pub const MAX_SIDE: u32 = 65_535;
}

/// 50 megapixels and 512 MiB.
impl Default for DecodeLimits {
    fn default() -> Self {
        Self { max_pixels: 50_000_000, max_memory_bytes: 512 * 1024 * 1024 }
    }
}

/// A picture ready to be resized.
#[derive(Clone, Debug)]
pub struct DecodedImage {
    /// Upright, 8-bit RGB, on white.
    pub pixels: RgbImage,
    /// The usual name of the file's format, such as `JPEG`.
    pub format: String,
    /// The channels in the file, such as `RGB, 8 bits a channel`.
    pub channels: String,
    /// What was done or left out, each as a clause: `turned by its EXIF orientation`.
    pub notes: Vec<String>,
}

/// Decodes a picture.
///
/// # Errors
/// Says what was found and what to do about it; [`DecodeError::code`] is the code on the wire. No input panics.
pub fn decode(bytes: &[u8], limits: &DecodeLimits) -> Result<DecodedImage, DecodeError> {
    let (format, format_name) = file_format::sniff(bytes)?;
    let file = File { bytes, format, format_name, jpeg: read_jpeg_structure(format, bytes) };
    // A decoder of another project that panics on some damaged file must not take this server's thread with it.
    catch_unwind(AssertUnwindSafe(|| file.decode(limits))).unwrap_or_else(|_| Err(file.corrupt(None)))
}

fn read_jpeg_structure(format: ImageFormat, bytes: &[u8]) -> Option<JpegStructure> {
    (format == ImageFormat::Jpeg).then(|| jpeg_structure::read(bytes))
}

struct File<'a> {
    bytes: &'a [u8],
    format: ImageFormat,
    format_name: &'static str,
    jpeg: Option<JpegStructure>,
}

impl File<'_> {
    fn decode(&self, limits: &DecodeLimits) -> Result<DecodedImage, DecodeError> {
        let mut reader = ImageReader::with_format(Cursor::new(self.bytes), self.format);
        let mut decoder_limits = Limits::default();
        decoder_limits.max_alloc = Some(limits.max_memory_bytes);
        reader.limits(decoder_limits);
        let mut decoder = reader.into_decoder().map_err(|error| self.explain(error, limits))?;
        self.check_limits(&decoder, limits)?;

        let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
        let profile = decoder.icc_profile().ok().flatten();
        let channels = channels::describe(self.format, self.bytes, decoder.original_color_type(), self.jpeg);
        let decoded = DynamicImage::from_decoder(decoder).map_err(|error| self.explain(error, limits))?;
        let flattened = flatten::onto_white(decoded);

        let mut notes = Vec::new();
        if orientation != Orientation::NoTransforms {
            notes.push("turned upright by its EXIF orientation".to_owned());
        }
        if flattened.was_transparent {
            notes.push("transparency laid onto white".to_owned());
        }
        if animation::is_animated(self.format, self.bytes) {
            notes.push("animated: only the first frame is used".to_owned());
        }
        if let Some(profile) = profile {
            notes.push(profile_note(&profile));
        }
        Ok(DecodedImage {
            pixels: upright(flattened.pixels, orientation),
            format: self.format_name.to_owned(),
            channels,
            notes,
        })
    }

    fn check_limits(&self, decoder: &impl ImageDecoder, limits: &DecodeLimits) -> Result<(), DecodeError> {
        let (width, height) = decoder.dimensions();
        let pixels = u64::from(width) * u64::from(height);
        if pixels == 0 {
            return Err(self.corrupt(None));
        }
        if pixels > limits.max_pixels {
            return Err(DecodeError::TooManyPixels { width, height, max_pixels: limits.max_pixels });
        }
        if width.max(height) > DecodeLimits::MAX_SIDE {
            return Err(DecodeError::SideTooLong { width, height, max_side: DecodeLimits::MAX_SIDE });
        }
        if self.expected_memory(pixels, decoder.total_bytes()) > limits.max_memory_bytes {
            return Err(DecodeError::TooMuchMemory { max_memory_bytes: limits.max_memory_bytes });
        }
        self.check_structure(width, height)
    }

    /// The most that is held at once: what the decoder keeps for itself, what it gives, and the 8-bit RGB made of it.
    fn expected_memory(&self, pixels: u64, decoded_bytes: u64) -> u64 {
        let working_bytes = match (self.format, self.jpeg) {
            // A progressive JPEG holds every coefficient as 16 bits until its last scan.
            (ImageFormat::Jpeg, Some(jpeg)) if jpeg.is_progressive => {
                2 * u64::from(jpeg.num_components) * pixels
            }
            (ImageFormat::WebP, _) => 4 * pixels,
            (ImageFormat::Tiff, _) => decoded_bytes.saturating_mul(4) / 3,
            _ => 0,
        };
        let rgb_bytes = 3 * pixels;
        // A picture that is RGB already is not copied, unless it is turned.
        decoded_bytes.saturating_add(working_bytes.max(rgb_bytes))
    }

    /// What the decoders themselves let pass.
    fn check_structure(&self, width: u32, height: u32) -> Result<(), DecodeError> {
        let first_frame = match self.format {
            ImageFormat::WebP => webp_structure::read(self.bytes).first_frame,
            _ => None,
        };
        if first_frame.is_some_and(|(frame_width, frame_height)| frame_width > width || frame_height > height)
        {
            return Err(self.corrupt(None));
        }
        match self.jpeg {
            Some(jpeg) if !jpeg.is_complete => Err(DecodeError::Truncated { format: self.format_name }),
            _ => Ok(()),
        }
    }

    fn explain(&self, error: ImageError, limits: &DecodeLimits) -> DecodeError {
        match error {
            ImageError::Limits(_) => DecodeError::TooMuchMemory { max_memory_bytes: limits.max_memory_bytes },
            ImageError::Unsupported(_) => {
                DecodeError::VariantUnread { format: self.format_name, source: error }
            }
            ImageError::IoError(ref cause) if cause.kind() == std::io::ErrorKind::UnexpectedEof => {
                DecodeError::Truncated { format: self.format_name }
            }
            other => self.corrupt(Some(other)),
        }
    }

    fn corrupt(&self, source: Option<ImageError>) -> DecodeError {
        DecodeError::Corrupt { format: self.format_name, source }
    }
}

fn profile_note(profile: &[u8]) -> String {
    match colour_profile::description(profile) {
        Some(name) => format!("colour profile not applied: {name}"),
        None => "colour profile not applied".to_owned(),
    }
}

fn upright(pixels: RgbImage, orientation: Orientation) -> RgbImage {
    let mut image = DynamicImage::ImageRgb8(pixels);
    image.apply_orientation(orientation);
    image.into_rgb8()
}
