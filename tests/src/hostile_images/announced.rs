//! Files whose header announces what must not be believed: sizes beyond the limits, no size at all, a frame larger than
//! its canvas. Each is a few bytes long; a reader that reserves memory first is lost.

use shared::ErrorCode;

use super::png_file::PngFile;
use super::{Expected, HostileImage};

/// Files whose header lies.
pub fn pictures() -> Vec<HostileImage> {
    let too_many = Expected::Fails(ErrorCode::ImageTooManyPixels);
    let corrupt = Expected::Fails(ErrorCode::ImageCorrupt);
    vec![
        HostileImage::new(
            "PNG of 60000 x 60000",
            PngFile::new(60_000, 60_000, 1, 0).rows(&[0; 100]),
            too_many,
        ),
        HostileImage::new("PNG of 2^31 x 1", PngFile::new(0x7fff_ffff, 1, 1, 0).rows(&[0; 9]), too_many),
        HostileImage::new(
            "PNG with a side of 70000",
            PngFile::new(70_000, 1, 1, 0).rows(&[0; 8751]),
            too_many,
        ),
        HostileImage::new(
            "PNG of 49 MP, 8 bytes each",
            PngFile::new(7000, 7000, 16, 6).rows(&[0; 9]),
            too_many,
        ),
        HostileImage::new("PNG of 0 x 0", PngFile::new(0, 0, 8, 2).rows(&[]), corrupt),
        HostileImage::new(
            "PNG of 3000 x 3000, no pixels",
            PngFile::new(3000, 3000, 8, 2).rows(&[0; 9]),
            corrupt,
        ),
        HostileImage::new("JPEG of 65500 x 65500", jpeg(65_500, 65_500), too_many),
        HostileImage::new("JPEG of 0 x 0", jpeg(0, 0), corrupt),
        HostileImage::new("GIF of 65535 x 65535", gif((65_535, 65_535), (1, 1)), too_many),
        HostileImage::new("GIF with a huge frame", gif((4, 4), (65_535, 65_535)), Expected::DecodesOrFails),
        HostileImage::new("GIF of 0 x 0", gif((0, 0), (0, 0)), corrupt),
        HostileImage::new("BMP of 60000 x 60000", bmp(60_000, 60_000), too_many),
        HostileImage::new("BMP of 2000 x 2000, no pixels", bmp(2000, 2000), corrupt),
        HostileImage::new("BMP of 0 x 5", bmp(0, 5), Expected::DecodesOrFails),
        HostileImage::new("TIFF of 60000 x 60000", tiff(60_000, 60_000), too_many),
        HostileImage::new("TIFF of 2000 x 2000, no pixels", tiff(2000, 2000), corrupt),
        HostileImage::new("WebP of 16384 x 16384", webp((16_384, 16_384), (16_384, 16_384)), too_many),
        HostileImage::new("WebP with a huge frame", webp((4, 4), (16_384, 16_384)), corrupt),
    ]
}

/// A JPEG up to its first scan: one quantisation table, a frame of three channels, an empty scan, the end.
fn jpeg(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = b"\xff\xd8\xff\xdb\0\x43\0".to_vec();
    bytes.extend([1; 64]);
    bytes.extend(b"\xff\xc0\0\x11\x08");
    bytes.extend(height.to_be_bytes());
    bytes.extend(width.to_be_bytes());
    bytes.extend([3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]);
    bytes.extend(b"\xff\xda\0\x0c\x03\x01\0\x02\0\x03\0\0\x3f\0\xff\xd9");
    bytes
}

/// A GIF with a screen, and one frame whose pixels end at once.
fn gif(screen: (u16, u16), frame: (u16, u16)) -> Vec<u8> {
    let mut bytes = b"GIF89a".to_vec();
    bytes.extend(screen.0.to_le_bytes());
    bytes.extend(screen.1.to_le_bytes());
    bytes.extend(b"\x80\0\0\0\0\0\xff\xff\xff\x2c\0\0\0\0");
    bytes.extend(frame.0.to_le_bytes());
    bytes.extend(frame.1.to_le_bytes());
    bytes.extend(b"\0\x02\x02\x44\x01\0\x3b");
    bytes
}

/// A BMP's headers for 24 bits a pixel, and no pixels.
fn bmp(width: i32, height: i32) -> Vec<u8> {
    let mut bytes = b"BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec();
    bytes.extend(width.to_le_bytes());
    bytes.extend(height.to_le_bytes());
    bytes.extend(b"\x01\0\x18\0");
    bytes.extend([0; 24]);
    bytes
}

/// A TIFF's directory for 8-bit RGB in one strip that lies beyond the end of the file.
fn tiff(width: u32, height: u32) -> Vec<u8> {
    let entries: [(u16, u16, u32, u32); 9] = [
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, 1, 1000),
        (277, 3, 1, 1),
        (278, 4, 1, height),
        (279, 4, 1, width.wrapping_mul(height)),
    ];
    let mut bytes = b"II\x2a\0\x08\0\0\0".to_vec();
    bytes.extend((entries.len() as u16).to_le_bytes());
    for (tag, kind, count, value) in entries {
        bytes.extend(tag.to_le_bytes());
        bytes.extend(kind.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        bytes.extend(value.to_le_bytes());
    }
    bytes.extend([0; 4]);
    bytes
}

/// A WebP with a canvas, and a lossy frame of its own size without data.
fn webp(canvas: (u32, u32), frame: (u32, u32)) -> Vec<u8> {
    let mut chunks = b"VP8X\x0a\0\0\0\0\0\0\0".to_vec();
    chunks.extend(&(canvas.0 - 1).to_le_bytes()[..3]);
    chunks.extend(&(canvas.1 - 1).to_le_bytes()[..3]);
    // Lossy frames have 14 bits for a side.
    let side = |pixels: u32| (pixels.min(0x3fff) as u16).to_le_bytes();
    chunks.extend(b"VP8 \x12\0\0\0\x10\x01\0\x9d\x01\x2a");
    chunks.extend(side(frame.0));
    chunks.extend(side(frame.1));
    chunks.extend([0; 8]);
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((chunks.len() as u32 + 4).to_le_bytes());
    bytes.extend(b"WEBP");
    bytes.extend(chunks);
    bytes
}
