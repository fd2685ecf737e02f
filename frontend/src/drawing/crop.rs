//! What a crop leaves of a picture, and what a resize does to its proportions.

use shared::{CropBox, PixelSize};

/// The part of a picture that lies inside the crop, 0 to 1.
pub fn visible_part(crop: &CropBox, picture: PixelSize) -> f64 {
    let overlap = |start: f64, length: f64, side: f64| (start + length).min(side) - start.max(0.0);
    let (width, height) = (f64::from(picture.width), f64::from(picture.height));
    let area =
        overlap(crop.left, crop.width, width).max(0.0) * overlap(crop.top, crop.height, height).max(0.0);
    area / (width * height).max(1.0)
}

/// Width over height after a resize, as a part of the same before it; 1 keeps the proportions.
pub fn proportion(before: PixelSize, after: PixelSize) -> f64 {
    let ratio = |size: PixelSize| f64::from(size.width) / f64::from(size.height.max(1));
    ratio(after) / ratio(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crop_leaves_a_part() {
        let picture = PixelSize { width: 600, height: 400 };
        let crop = CropBox { left: 125.0, top: 25.0, width: 350.0, height: 350.0 };
        assert!((visible_part(&crop, picture) - 350.0 * 350.0 / 240_000.0).abs() < 1e-12);
        let beyond = CropBox { left: -100.0, top: -100.0, width: 800.0, height: 800.0 };
        assert_eq!(visible_part(&beyond, picture), 1.0);
        let beside = CropBox { left: 700.0, top: 0.0, width: 10.0, height: 10.0 };
        assert_eq!(visible_part(&beside, picture), 0.0);
    }

    #[test]
    fn squashing_changes_the_proportions() {
        let picture = PixelSize { width: 600, height: 400 };
        assert_eq!(proportion(picture, PixelSize { width: 300, height: 200 }), 1.0);
        assert!((proportion(picture, PixelSize { width: 256, height: 256 }) - 2.0 / 3.0).abs() < 1e-12);
    }
}
