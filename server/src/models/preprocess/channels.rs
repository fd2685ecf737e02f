//! Names the channels that a file holds, for the visitor: `RGB, 8 bits a channel`. Where the decoder only tells what it
//! expands them to, the file's own header is asked.

use image::{ExtendedColorType, ImageFormat};

use super::jpeg_structure::JpegStructure;

/// Describes a file's channels.
///
/// `decoded` is the decoder's word for them, `jpeg` the markers of a JPEG.
pub fn describe(
    format: ImageFormat,
    bytes: &[u8],
    decoded: ExtendedColorType,
    jpeg: Option<JpegStructure>,
) -> String {
    match (format, jpeg) {
        (ImageFormat::Jpeg, Some(structure)) => jpeg_channels(structure),
        (ImageFormat::Png, _) => png_channels(bytes).unwrap_or_else(|| of_colour_type(decoded)),
        (ImageFormat::Gif, _) => "palette of up to 256 colours".to_owned(),
        (ImageFormat::Bmp, _) => bmp_channels(bytes).unwrap_or_else(|| of_colour_type(decoded)),
        _ => of_colour_type(decoded),
    }
}

fn jpeg_channels(structure: JpegStructure) -> String {
    let name = match structure.num_components {
        1 => "grey",
        4 => "CMYK",
        _ => "RGB",
    };
    with_bits(name, structure.bits)
}

/// Reads bit depth and colour type of `IHDR`, which is always the first chunk.
fn png_channels(bytes: &[u8]) -> Option<String> {
    let &[bits, colour_type] = bytes.get(24..26)? else { return None };
    match colour_type {
        0 => Some(with_bits("grey", bits)),
        2 => Some(with_bits("RGB", bits)),
        3 => Some(format!("palette of up to {} colours", 1_u32.checked_shl(u32::from(bits))?)),
        4 => Some(with_bits("grey + alpha", bits)),
        6 => Some(with_bits("RGB + alpha", bits)),
        _ => None,
    }
}

/// Reads the bits of a pixel from the usual header; the old `OS/2` header keeps them elsewhere.
fn bmp_channels(bytes: &[u8]) -> Option<String> {
    let header_size = u32::from_le_bytes(bytes.get(14..18)?.try_into().ok()?);
    let at = if header_size == 12 { 24 } else { 28 };
    let bits = u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?);
    (bits <= 8).then(|| format!("palette of up to {} colours", 1_u32 << bits))
}

fn of_colour_type(colour_type: ExtendedColorType) -> String {
    let (name, bits) = match colour_type {
        ExtendedColorType::L1 => ("grey", 1),
        ExtendedColorType::L8 => ("grey", 8),
        ExtendedColorType::L16 => ("grey", 16),
        ExtendedColorType::La8 => ("grey + alpha", 8),
        ExtendedColorType::La16 => ("grey + alpha", 16),
        ExtendedColorType::Rgb8 | ExtendedColorType::Bgr8 => ("RGB", 8),
        ExtendedColorType::Rgb16 => ("RGB", 16),
        ExtendedColorType::Rgb32F => ("RGB", 32),
        ExtendedColorType::Rgba8 | ExtendedColorType::Bgra8 => ("RGB + alpha", 8),
        ExtendedColorType::Rgba16 => ("RGB + alpha", 16),
        ExtendedColorType::Rgba32F => ("RGB + alpha", 32),
        ExtendedColorType::Cmyk8 => ("CMYK", 8),
        ExtendedColorType::Cmyk16 => ("CMYK", 16),
        other => {
            return format!("{} channels, {} bits a pixel", other.channel_count(), other.bits_per_pixel());
        }
    };
    with_bits(name, bits)
}

fn with_bits(name: &str, bits: u8) -> String {
    format!("{name}, {bits} {} a channel", if bits == 1 { "bit" } else { "bits" })
}
