//! Decoding against Pillow: the files of `goldens/decode`, made by the script there.

use std::path::{Path, PathBuf};

use image::{RgbImage, imageops};
use server::models::preprocess::{DecodeLimits, DecodedImage, decode};
use tests::hostile_images::{PngFile, exif};

fn goldens() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("goldens/decode")
}

fn decode_file(name: &str) -> DecodedImage {
    let bytes = std::fs::read(goldens().join(name)).expect("the goldens are in the repository");
    decode(&bytes, &DecodeLimits::default()).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Largest and mean difference of a channel, in levels of 255.
fn difference(ours: &RgbImage, golden: &RgbImage) -> (u8, f64) {
    assert_eq!(ours.dimensions(), golden.dimensions());
    let differences: Vec<u8> =
        ours.as_raw().iter().zip(golden.as_raw()).map(|(a, b)| a.abs_diff(*b)).collect();
    let sum: f64 = differences.iter().map(|level| f64::from(*level)).sum();
    (differences.iter().copied().max().unwrap_or(0), sum / differences.len() as f64)
}

#[test]
fn every_format_decodes_to_what_pillow_decodes() {
    // (file, format, channels, the only note, largest difference). Lossless formats and WebP are equal; of CMYK a half
    // may round the other way; a JPEG decoder may round its inverse transform and interpolate colours in its own way.
    let table = [
        ("animated.gif", "GIF", "palette of up to 256 colours", "animated: only the first frame is used", 0),
        ("animated.png", "PNG", "RGB, 8 bits a channel", "animated: only the first frame is used", 0),
        (
            "animated.webp",
            "WebP",
            "RGB + alpha, 8 bits a channel",
            "animated: only the first frame is used",
            0,
        ),
        ("cmyk.jpg", "JPEG", "CMYK, 8 bits a channel", "", 3),
        ("cmyk.tiff", "TIFF", "CMYK, 8 bits a channel", "", 1),
        ("fax.tiff", "TIFF", "grey, 1 bit a channel", "", 0),
        ("grey.jpg", "JPEG", "grey, 8 bits a channel", "", 3),
        ("grey_alpha.png", "PNG", "grey + alpha, 8 bits a channel", "transparency laid onto white", 0),
        ("lossless.webp", "WebP", "RGB, 8 bits a channel", "", 0),
        ("lossy.webp", "WebP", "RGB, 8 bits a channel", "", 0),
        ("lzw.tiff", "TIFF", "RGB, 8 bits a channel", "", 0),
        ("one_bit.png", "PNG", "grey, 1 bit a channel", "", 0),
        ("palette.bmp", "BMP", "palette of up to 256 colours", "", 0),
        ("palette.png", "PNG", "palette of up to 16 colours", "transparency laid onto white", 0),
        ("profile.jpg", "JPEG", "RGB, 8 bits a channel", "colour profile not applied: sRGB built-in", 3),
        ("progressive.jpg", "JPEG", "RGB, 8 bits a channel", "", 3),
        ("rgb.bmp", "BMP", "RGB, 8 bits a channel", "", 0),
        ("rgb_420.jpg", "JPEG", "RGB, 8 bits a channel", "", 3),
        ("rgb_444.jpg", "JPEG", "RGB, 8 bits a channel", "", 3),
        ("transparent.png", "PNG", "RGB + alpha, 8 bits a channel", "transparency laid onto white", 0),
        ("transparent.webp", "WebP", "RGB + alpha, 8 bits a channel", "transparency laid onto white", 0),
        ("turned.jpg", "JPEG", "RGB, 8 bits a channel", "turned upright by its EXIF orientation", 3),
        ("ycck.jpg", "JPEG", "CMYK, 8 bits a channel", "", 3),
    ];
    for (name, format, channels, note, tolerance) in table {
        let decoded = decode_file(name);
        assert_eq!((decoded.format.as_str(), decoded.channels.as_str()), (format, channels), "{name}");
        assert_eq!(decoded.notes.join("; "), note, "{name}");
        let golden =
            image::open(goldens().join(format!("{name}.expected.png"))).expect("a golden").into_rgb8();
        let (largest, mean) = difference(&decoded.pixels, &golden);
        assert!(largest <= tolerance, "{name} differs by {largest} of 255");
        assert!(mean < 0.5, "{name} differs by {mean} of 255 on average");
    }
}

#[test]
fn each_exif_orientation_ends_upright() {
    let upright = RgbImage::from_fn(3, 2, |x, y| image::Rgb([(x * 100) as u8, (y * 200) as u8, 7]));
    // How a camera stores the picture for each orientation, from 1 on (EXIF 2.32, 4.6.4 A).
    let stored = [
        upright.clone(),
        imageops::flip_horizontal(&upright),
        imageops::rotate180(&upright),
        imageops::flip_vertical(&upright),
        imageops::flip_horizontal(&imageops::rotate90(&upright)),
        imageops::rotate270(&upright),
        imageops::flip_horizontal(&imageops::rotate270(&upright)),
        imageops::rotate90(&upright),
    ];
    for (orientation, stored) in (1..).zip(stored) {
        let rows: Vec<u8> =
            stored.rows().flat_map(|row| std::iter::once(0).chain(row.flat_map(|pixel| pixel.0))).collect();
        let file = PngFile::new(stored.width(), stored.height(), 8, 2)
            .chunk(b"eXIf", &exif(orientation))
            .rows(&rows);
        let decoded = decode(&file, &DecodeLimits::default()).expect("a small PNG");
        assert_eq!(decoded.pixels, upright, "orientation {orientation}");
    }
}
