//! Which format a file has, told from its first bytes alone: names and content types lie.

use image::ImageFormat;

use super::decode_error::DecodeError;

/// The format of a file and its usual name, for those that are decoded here.
///
/// # Errors
/// `Empty`, `FormatUnread` where the format is known but has no decoder here, `FormatUnknown` for all else.
pub fn sniff(bytes: &[u8]) -> Result<(ImageFormat, &'static str), DecodeError> {
    if bytes.is_empty() {
        return Err(DecodeError::Empty);
    }
    match image::guess_format(bytes) {
        Ok(ImageFormat::Jpeg) => Ok((ImageFormat::Jpeg, "JPEG")),
        Ok(ImageFormat::Png) => Ok((ImageFormat::Png, "PNG")),
        Ok(ImageFormat::WebP) => Ok((ImageFormat::WebP, "WebP")),
        Ok(ImageFormat::Gif) => Ok((ImageFormat::Gif, "GIF")),
        Ok(ImageFormat::Bmp) => Ok((ImageFormat::Bmp, "BMP")),
        Ok(ImageFormat::Tiff) => Ok((ImageFormat::Tiff, "TIFF")),
        _ => {
            Err(unread(bytes).map_or(DecodeError::FormatUnknown, |found| DecodeError::FormatUnread { found }))
        }
    }
}

/// Names formats that people do send and that are not decoded here, so that the message can say so.
fn unread(bytes: &[u8]) -> Option<&'static str> {
    let brand = bytes.get(4..8).filter(|kind| kind == b"ftyp").and_then(|_| bytes.get(8..12));
    match brand {
        Some(b"avif" | b"avis") => return Some("AVIF"),
        Some(b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1") => {
            return Some("HEIC");
        }
        Some(_) => return Some("video"),
        None => {}
    }
    let signatures: [(&[u8], &str); 8] = [
        (b"%PDF", "PDF"),
        (b"\xff\x0a", "JPEG XL"),
        (b"\0\0\0\x0cJXL ", "JPEG XL"),
        (b"\0\0\0\x0cjP  ", "JPEG 2000"),
        (b"\x76\x2f\x31\x01", "OpenEXR"),
        (b"8BPS", "Photoshop"),
        (b"<svg", "SVG"),
        (b"\0\0\x01\0", "ICO"),
    ];
    let found =
        signatures.into_iter().find(|(signature, _)| bytes.starts_with(signature)).map(|(_, name)| name);
    found.or_else(|| starts_as_svg(bytes).then_some("SVG"))
}

/// An SVG behind an XML declaration.
fn starts_as_svg(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(1024)];
    start.starts_with(b"<?xml") && start.windows(4).any(|window| window == b"<svg")
}
