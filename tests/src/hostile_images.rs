//! Pictures that a server meets sooner or later: damaged, cut, lying, huge, tiny, odd. One table of files and what shall
//! become of each, for the decoder's tests and for the routes' tests alike.

mod announced;
mod odd;
mod png_file;

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, RgbImage};
use shared::ErrorCode;

pub use odd::exif;
pub use png_file::PngFile;

/// A file and what shall become of it.
#[derive(Clone, Debug)]
pub struct HostileImage {
    /// What is odd about it; names it in a failing test.
    pub name: String,
    /// The file.
    pub bytes: Vec<u8>,
    /// What shall become of it.
    pub expected: Expected,
}

/// What shall become of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// It is a picture, this large once upright.
    Decodes {
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
    },
    /// It is refused with this code.
    Fails(ErrorCode),
    /// Either is right, as long as nothing panics, hangs or is blamed on the server.
    DecodesOrFails,
}

impl Expected {
    /// Whether a refusal with this code is right.
    pub fn allows(self, code: ErrorCode) -> bool {
        match self {
            Self::Decodes { .. } => false,
            Self::Fails(expected) => code == expected,
            Self::DecodesOrFails => matches!(
                code,
                ErrorCode::ImageCorrupt | ErrorCode::ImageFormatUnknown | ErrorCode::ImageTooManyPixels
            ),
        }
    }
}

impl HostileImage {
    fn new(name: impl Into<String>, bytes: impl Into<Vec<u8>>, expected: Expected) -> Self {
        Self { name: name.into(), bytes: bytes.into(), expected }
    }
}

/// The whole table.
pub fn table() -> Vec<HostileImage> {
    let mut table = no_pictures();
    table.extend(odd::pictures());
    table.extend(announced::pictures());
    table.extend(truncated());
    table
}

/// Small valid files, one for each format and way of storing that the decoder knows: name and bytes.
pub fn valid_files() -> Vec<(&'static str, Vec<u8>)> {
    macro_rules! goldens {
        ($($name:literal),* $(,)?) => {
            vec![$(($name, include_bytes!(concat!("../goldens/decode/", $name)).to_vec())),*]
        };
    }
    goldens!(
        "rgb_420.jpg",
        "progressive.jpg",
        "profile.jpg",
        "turned.jpg",
        "cmyk.jpg",
        "ycck.jpg",
        "palette.png",
        "transparent.png",
        "animated.png",
        "lossless.webp",
        "transparent.webp",
        "animated.webp",
        "animated.gif",
        "rgb.bmp",
        "palette.bmp",
        "lzw.tiff",
        "fax.tiff",
        "cmyk.tiff",
    )
}

/// `count` damaged copies of the valid files, a few bits flipped in each; always the same ones.
pub fn bit_flips(count: usize) -> impl Iterator<Item = HostileImage> {
    let files = valid_files();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    (0..count).map(move |index| {
        let (name, bytes) = &files[index % files.len()];
        let mut bytes = bytes.clone();
        for _ in 0..=random.below(8) {
            let at = random.below(bytes.len());
            bytes[at] ^= 1 << random.below(8);
        }
        HostileImage::new(format!("{name}, damage {index}"), bytes, Expected::DecodesOrFails)
    })
}

/// Marsaglia's xorshift: the same numbers on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }
}

fn no_pictures() -> Vec<HostileImage> {
    let unknown = Expected::Fails(ErrorCode::ImageFormatUnknown);
    vec![
        HostileImage::new("no bytes", [], Expected::Fails(ErrorCode::ImageMissing)),
        HostileImage::new("one byte", [0xff], unknown),
        HostileImage::new("a thousand zero bytes", [0; 1000], unknown),
        HostileImage::new("a text", "not a picture at all", unknown),
        HostileImage::new("a web page", "<!doctype html><title>photo.jpg</title>", unknown),
        HostileImage::new(
            "an SVG",
            "<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"/>",
            unknown,
        ),
        HostileImage::new("a PDF", "%PDF-1.7\n", unknown),
        HostileImage::new("a HEIC", *b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", unknown),
        HostileImage::new("an AVIF", *b"\0\0\0\x18ftypavif\0\0\0\0mif1avif", unknown),
        HostileImage::new("an MP4", *b"\0\0\0\x18ftypisom\0\0\0\0isommp41", unknown),
        HostileImage::new("an ICO", *b"\0\0\x01\0\x01\0\x10\x10\0\0\x01\0\x20\0", unknown),
        HostileImage::new("a PNM, which is not read", "P3 1 1 255 1 2 3", unknown),
    ]
}

/// Files that end early. Half of a file never holds the whole picture; other cuts may.
fn truncated() -> Vec<HostileImage> {
    let corrupt = Expected::Fails(ErrorCode::ImageCorrupt);
    let mut table = Vec::new();
    for (name, bytes) in valid_files() {
        // The first half of an animation may well hold its whole first frame.
        let of_half = if name.starts_with("animated") { Expected::DecodesOrFails } else { corrupt };
        let cuts = [
            (12, corrupt),
            (bytes.len() / 4, corrupt),
            (bytes.len() / 2, of_half),
            (bytes.len() * 3 / 4, Expected::DecodesOrFails),
            (bytes.len() - 1, Expected::DecodesOrFails),
        ];
        for (length, expected) in cuts {
            table.push(HostileImage::new(
                format!("{name} cut to {length} bytes"),
                &bytes[..length],
                expected,
            ));
        }
    }
    table
}

/// A picture without two equal corners, so that a turned one is told from another.
fn asymmetric(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| image::Rgb([(x * 40 % 256) as u8, (y * 40 % 256) as u8, 90]))
}

fn encode(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Vec::new();
    image
        .into()
        .write_to(&mut Cursor::new(&mut bytes), format)
        .expect("small and of a kind the format holds");
    bytes
}
