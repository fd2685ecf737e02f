//! Views of a photo against Pillow, and what is drawn against the same rules in Python: `goldens/augmentation`, made by the script there.

use std::fs;
use std::path::{Path, PathBuf};

use image::RgbImage;
use serde::Deserialize;
use server::models::preprocess::augment::{augmented, draw};
use shared::PixelSize;
use shared::augmentation::{Augmentation, AugmentationRecipe};

/// Of 255. Python's doubles and these round alike, so that only a tie of the resize could fall the other way.
const TOLERANCE_LEVELS: u8 = 1;
/// Of drawn factors, which come from the same bits.
const TOLERANCE: f64 = 1e-12;

#[derive(Deserialize)]
struct Goldens {
    side: u32,
    views: Vec<Augmentation>,
    drawn: Vec<Drawn>,
}

#[derive(Deserialize)]
struct Drawn {
    size: [u32; 2],
    drawn: Augmentation,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("goldens")
}

fn goldens() -> Goldens {
    let text = fs::read(folder().join("augmentation/views.json")).expect("the goldens are in the repository");
    serde_json::from_slice(&text).expect("views")
}

fn open(name: &str) -> RgbImage {
    image::open(folder().join(name)).expect("the goldens are in the repository").into_rgb8()
}

#[test]
fn every_view_is_pillows() {
    let Goldens { side, views, .. } = goldens();
    let photo = open("resize/photo.png");
    assert_eq!(views.len(), 16);
    for (index, drawn) in views.iter().enumerate() {
        let (ours, golden) = (augmented(&photo, drawn, side), open(&format!("augmentation/{index:02}.png")));
        assert_eq!(ours.dimensions(), golden.dimensions());
        let differences =
            ours.as_raw().iter().zip(golden.as_raw()).map(|(ours, golden)| ours.abs_diff(*golden));
        let largest = differences.max().expect("pixels");
        assert!(largest <= TOLERANCE_LEVELS, "view {index} is off by {largest} levels: {drawn:?}");
    }
}

#[test]
fn what_is_drawn_is_what_torchvisions_rules_draw() {
    let Goldens { drawn, .. } = goldens();
    assert_eq!(drawn.len(), 18);
    for Drawn { size: [width, height], drawn: golden } in drawn {
        let ours = draw(golden.seed, PixelSize { width, height }, &AugmentationRecipe::default());
        let whole = |view: &Augmentation| (view.left, view.top, view.width, view.height, view.is_flipped);
        assert_eq!(whole(&ours), whole(&golden), "{width} x {height}, seed {}", golden.seed);
        let factors = |view: &Augmentation| [view.brightness, view.contrast, view.saturation];
        for (ours, golden) in factors(&ours).into_iter().zip(factors(&golden)) {
            assert!((ours - golden).abs() < TOLERANCE, "{ours} and {golden}");
        }
    }
}
