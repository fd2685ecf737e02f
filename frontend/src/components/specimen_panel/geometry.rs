//! Where a point of the picture's frame lies in the square that a model sees, and back. Pure arithmetic.

use shared::CropBox;

/// A size in any unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    /// From left to right.
    pub width: f64,
    /// From top to bottom.
    pub height: f64,
}

/// From a point of the frame to the picture's own pixels. The picture is shown whole, centred, in its own proportions.
pub fn frame_to_picture(point: (f64, f64), frame: Size, picture: Size) -> (f64, f64) {
    let scale = (frame.width / picture.width).min(frame.height / picture.height);
    let left = (frame.width - picture.width * scale) / 2.0;
    let top = (frame.height - picture.height * scale) / 2.0;
    ((point.0 - left) / scale, (point.1 - top) / scale)
}

/// From the picture's pixels to the square that the model sees, 0 to 1 on each axis.
pub fn picture_to_crop(point: (f64, f64), crop: &CropBox) -> (f64, f64) {
    ((point.0 - crop.left) / crop.width, (point.1 - crop.top) / crop.height)
}

/// From the square that the model sees to the picture's pixels.
pub fn crop_to_picture(point: (f64, f64), crop: &CropBox) -> (f64, f64) {
    (crop.left + point.0 * crop.width, crop.top + point.1 * crop.height)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wide_picture_has_bars_above_and_below() {
        let (frame, picture) = (Size { width: 300.0, height: 300.0 }, Size { width: 600.0, height: 400.0 });
        assert_eq!(frame_to_picture((0.0, 50.0), frame, picture), (0.0, 0.0));
        assert_eq!(frame_to_picture((300.0, 250.0), frame, picture), (600.0, 400.0));
        assert_eq!(frame_to_picture((150.0, 150.0), frame, picture), (300.0, 200.0));
    }

    #[test]
    fn the_crop_runs_from_zero_to_one() {
        let crop = CropBox { left: 125.0, top: 25.0, width: 350.0, height: 350.0 };
        assert_eq!(picture_to_crop((125.0, 25.0), &crop), (0.0, 0.0));
        assert_eq!(picture_to_crop((475.0, 375.0), &crop), (1.0, 1.0));
        assert_eq!(crop_to_picture((0.5, 0.5), &crop), (300.0, 200.0));
    }
}
