//! Resize and crop against Pillow and torchvision: the pictures of `goldens/resize`, made by the script there.

use std::path::{Path, PathBuf};

use image::RgbImage;
use server::models::preprocess::{crop, crop_resized, resize};
use shared::{Interpolation, Preprocessing, Resize};

/// Of 255; the project's promise for a resize. Weights are rounded to 22 bits, so a tie may fall the other way.
const TOLERANCE_LEVELS: u8 = 1;

fn goldens() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("goldens/resize")
}

fn open(path: &Path) -> RgbImage {
    image::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).into_rgb8()
}

/// The largest difference of a channel, in levels of 255.
fn largest_difference(ours: &RgbImage, golden: &RgbImage) -> u8 {
    assert_eq!(ours.dimensions(), golden.dimensions());
    ours.as_raw().iter().zip(golden.as_raw()).map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(0)
}

/// Every golden whose name has `num_parts` parts between dots: path and parts.
fn named_in_parts(num_parts: usize) -> Vec<(PathBuf, Vec<String>)> {
    let entries = std::fs::read_dir(goldens()).expect("the goldens are in the repository");
    entries
        .map(|entry| entry.expect("a readable entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "png"))
        .map(|path| {
            let stem = path.file_stem().expect("a name").to_string_lossy().into_owned();
            (path, stem.split('.').map(str::to_owned).collect::<Vec<_>>())
        })
        .filter(|(_, parts)| parts.len() == num_parts)
        .collect()
}

#[test]
fn resize_equals_pillow_for_every_filter() {
    let cases = named_in_parts(3);
    assert_eq!(cases.len(), 3 * 4 * 5, "three sources, four filters, five sizes");
    for (path, parts) in cases {
        let golden = open(&path);
        let interpolation = match parts[1].as_str() {
            "nearest" => Interpolation::Nearest,
            "bilinear" => Interpolation::Bilinear,
            "bicubic" => Interpolation::Bicubic,
            "lanczos" => Interpolation::Lanczos,
            other => panic!("no filter {other:?}"),
        };
        let (width, height) = (golden.width() as usize, golden.height() as usize);
        let preprocessing = Preprocessing {
            resize: Resize::Squash { width, height },
            interpolation,
            ..Preprocessing::default()
        };
        let source = open(&goldens().join(format!("{}.png", parts[0])));
        let ours = resize(&preprocessing, &source).expect("small");
        let difference = largest_difference(&ours, &golden);
        assert!(difference <= TOLERANCE_LEVELS, "{parts:?} differs by {difference} of 255");
    }
}

#[test]
fn shorter_side_and_centre_crop_equal_torchvision() {
    let cases = named_in_parts(4);
    assert_eq!(cases.len(), 4 * 2 * 2, "four pairs of sizes, two sources, upright and turned");
    for (path, parts) in cases {
        let source = open(&goldens().join(format!("{}.png", parts[0])));
        let source = if parts[1] == "turned" { image::imageops::rotate270(&source) } else { source };
        let size = parts[2].trim_start_matches("resize").parse().expect("a number");
        let crop_size = parts[3].trim_start_matches("crop").parse().expect("a number");
        let preprocessing = Preprocessing {
            resize: Resize::ShorterSide { size },
            interpolation: Interpolation::Bicubic,
            crop_size,
            ..Preprocessing::default()
        };
        let golden = open(&path);
        let by_steps = crop(&preprocessing, &resize(&preprocessing, &source).expect("small"));
        let difference = largest_difference(&by_steps, &golden);
        assert!(difference <= TOLERANCE_LEVELS, "{parts:?} differs by {difference} of 255");
        assert_eq!(crop_resized(&preprocessing, &source), by_steps, "{parts:?}: the window alone");
    }
}

#[test]
fn an_elongated_picture_costs_only_its_middle() {
    let preprocessing = Preprocessing::default();
    for (width, height) in [(1, 20_000), (20_000, 1)] {
        let image = RgbImage::from_fn(width, height, |x, y| image::Rgb([((x + y) / 100) as u8; 3]));
        let refusal = resize(&preprocessing, &image).expect_err("five million pixels long");
        assert_eq!(refusal.width.max(refusal.height), 5_120_000);
        let square = crop_resized(&preprocessing, &image);
        assert_eq!(square.dimensions(), (224, 224));
        assert!((99..=100).contains(&square.get_pixel(112, 112)[0]), "the middle of the ramp");
    }
}
