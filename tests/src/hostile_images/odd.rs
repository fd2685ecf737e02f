//! Valid pictures that trip naive readers: extreme shapes, deep channels, palettes, CMYK, animations, EXIF true and false.

use image::{DynamicImage, ImageBuffer, ImageFormat, Luma, LumaA, Rgb, Rgba};
use shared::ErrorCode;

use super::png_file::PngFile;
use super::{Expected, HostileImage, asymmetric, encode, valid_files};

/// The pictures of the goldens, before they are turned.
const GOLDEN_SIZE: (u32, u32) = (53, 41);

/// Pictures that decode, however odd they are.
pub fn pictures() -> Vec<HostileImage> {
    let mut table = shapes();
    table.extend(kinds_of_channels());
    table.extend(goldens());
    table.extend((1..=8).map(turned_jpeg));
    table.extend(lying_exif());
    table.push(HostileImage::new(
        "a PNG that calls itself photo.jpg",
        encode(asymmetric(6, 4), ImageFormat::Png),
        Expected::Decodes { width: 6, height: 4 },
    ));
    table.push(jpeg_of_many_scans());
    table
}

fn shapes() -> Vec<HostileImage> {
    let sizes = [(1, 1), (1, 20_000), (20_000, 1), (2, 300)];
    let shape = |(width, height)| {
        let picture = encode(asymmetric(width, height), ImageFormat::Png);
        HostileImage::new(format!("{width} x {height}"), picture, Expected::Decodes { width, height })
    };
    sizes.into_iter().map(shape).collect()
}

fn kinds_of_channels() -> Vec<HostileImage> {
    let expected = Expected::Decodes { width: 5, height: 3 };
    let deep = |x: u32, y: u32| (x * 9000 + y * 257) as u16;
    let deep_grey = ImageBuffer::from_fn(5, 3, |x, y| Luma([deep(x, y)]));
    let deep_grey_alpha = ImageBuffer::from_fn(5, 3, |x, y| LumaA([deep(x, y), deep(y, x)]));
    let deep_rgb = ImageBuffer::from_fn(5, 3, |x, y| Rgb([deep(x, y), deep(y, x), 65_535]));
    let deep_rgba = ImageBuffer::from_fn(5, 3, |x, y| Rgba([deep(x, y), deep(y, x), 0, deep(x, x)]));
    let grey_alpha = ImageBuffer::from_fn(5, 3, |x, y| LumaA([(x * 50) as u8, (y * 100) as u8]));
    let float = ImageBuffer::from_fn(5, 3, |x, y| Rgb([x as f32 / 4.0, f32::NAN, y as f32 * 1e30]));
    let png = |image: DynamicImage| encode(image, ImageFormat::Png);
    let palette = PngFile::new(5, 3, 2, 3).chunk(b"PLTE", &[255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9]);
    let see_through = PngFile::new(5, 3, 8, 0).chunk(b"tRNS", &[0, 7]);
    vec![
        HostileImage::new("16-bit grey", png(deep_grey.into()), expected),
        HostileImage::new("16-bit grey + alpha", png(deep_grey_alpha.into()), expected),
        HostileImage::new("16-bit RGB", png(deep_rgb.into()), expected),
        HostileImage::new("16-bit RGB + alpha", png(deep_rgba.into()), expected),
        HostileImage::new("grey + alpha", png(grey_alpha.into()), expected),
        HostileImage::new("floats, some not numbers", encode(float, ImageFormat::Tiff), expected),
        HostileImage::new("palette of four", palette.rows(&[0, 0x1b, 0, 0, 0xe4, 0x40, 0, 0, 0]), expected),
        HostileImage::new(
            "one grey is transparent",
            see_through.rows(&[0, 7, 7, 8, 9, 7].repeat(3)),
            expected,
        ),
    ]
}

fn goldens() -> Vec<HostileImage> {
    let (width, height) = GOLDEN_SIZE;
    let upright = |name: &str| {
        if name == "turned.jpg" {
            Expected::Decodes { width: height, height: width }
        } else {
            Expected::Decodes { width, height }
        }
    };
    valid_files().into_iter().map(|(name, bytes)| HostileImage::new(name, bytes, upright(name))).collect()
}

/// The EXIF block that a camera writes for an orientation.
pub fn exif(orientation: u16) -> Vec<u8> {
    let mut block = b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01".to_vec();
    block.extend(orientation.to_be_bytes());
    block.extend([0; 6]);
    block
}

/// A JPEG with a block of EXIF behind its first marker.
fn jpeg_with_exif(block: &[u8]) -> Vec<u8> {
    let plain = encode(asymmetric(6, 4), ImageFormat::Jpeg);
    let mut bytes = plain[..2].to_vec();
    bytes.extend([0xff, 0xe1]);
    bytes.extend((block.len() as u16 + 8).to_be_bytes());
    bytes.extend(b"Exif\0\0");
    bytes.extend(block);
    bytes.extend(&plain[2..]);
    bytes
}

fn turned_jpeg(orientation: u16) -> HostileImage {
    let (width, height) = if orientation >= 5 { (4, 6) } else { (6, 4) };
    let name = format!("EXIF orientation {orientation}");
    HostileImage::new(name, jpeg_with_exif(&exif(orientation)), Expected::Decodes { width, height })
}

fn lying_exif() -> Vec<HostileImage> {
    let upright = Expected::Decodes { width: 6, height: 4 };
    vec![
        HostileImage::new("EXIF orientation 0", jpeg_with_exif(&exif(0)), upright),
        HostileImage::new("EXIF orientation 9", jpeg_with_exif(&exif(9)), upright),
        HostileImage::new("EXIF that is cut", jpeg_with_exif(&exif(6)[..11]), upright),
        HostileImage::new("EXIF that points outside", jpeg_with_exif(b"II\x2a\0\xff\xff\xff\x7f"), upright),
        HostileImage::new("EXIF of 65,535 entries", jpeg_with_exif(b"II\x2a\0\x08\0\0\0\xff\xff"), upright),
        HostileImage::new("EXIF of nothing", jpeg_with_exif(b""), upright),
    ]
}

/// Each scan of a progressive JPEG goes over the whole picture again, and a scan may be a few bytes long.
fn jpeg_of_many_scans() -> HostileImage {
    let bytes = include_bytes!("../../goldens/decode/progressive.jpg");
    let is_scan = |pair: &[u8]| pair == [0xff, 0xda];
    let start = bytes.windows(2).position(is_scan).expect("a JPEG has scans");
    let ends_scan = |pair: &[u8]| pair[0] == 0xff && pair[1] != 0;
    let end =
        start + 2 + bytes[start + 2..].windows(2).position(ends_scan).expect("a scan ends with a marker");
    let mut many = bytes[..start].to_vec();
    for _ in 0..1000 {
        many.extend(&bytes[start..end]);
    }
    many.extend(&bytes[end..]);
    HostileImage::new("a JPEG of 1000 scans", many, Expected::Fails(ErrorCode::ImageCorrupt))
}
