//! Where a picture's pixels go on their way into a model: the size after the resize and the square that is cut from it.
//! Pure arithmetic for both sides: the server moves the pixels, the page draws the crop box. No pixel is touched here.

use serde::{Deserialize, Serialize};

use crate::model::{LongerSide, Preprocessing, Resize};

/// A size in whole pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PixelSize {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

/// Where the crop begins in the resized picture, in pixels. Negative where the picture is smaller than the crop: that
/// many columns or rows of padding come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CropOffset {
    /// Columns from the left edge.
    pub left: i64,
    /// Rows from the top edge.
    pub top: i64,
}

/// What the model sees of the original picture, in the original's pixels (not whole ones: the crop is made after the
/// resize). Reaches beyond the picture where the crop is padded.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CropBox {
    /// Distance of the left edge from the picture's left edge.
    pub left: f64,
    /// Distance of the top edge from the picture's top edge.
    pub top: f64,
    /// Width of the box.
    pub width: f64,
    /// Height of the box; differs from the width where the resize squashes.
    pub height: f64,
}

impl Preprocessing {
    /// The size of a picture of `width` x `height` pixels after the resize. An empty picture stays empty.
    ///
    /// # Source
    /// The longer side is `int(size * long / short)` in torchvision, timm and transformers, and `round` of it where the
    /// checkpoint says so: at most one column or row more, which alone can change an accuracy by a point.
    pub fn resized_size(&self, width: u32, height: u32) -> PixelSize {
        match self.resize {
            _ if width == 0 || height == 0 => PixelSize { width, height },
            Resize::Squash { width, height } => {
                PixelSize { width: saturating_u32(width as u64), height: saturating_u32(height as u64) }
            }
            Resize::ShorterSide { size } => {
                let (short, long) = (u64::from(width.min(height)), u64::from(width.max(height)));
                let resized_short = saturating_u32(size as u64);
                let product = (size as u64).saturating_mul(long);
                let resized_long = saturating_u32(match self.longer_side {
                    LongerSide::Truncated => product / short,
                    LongerSide::Rounded => rounded_quotient(product, short),
                });
                if width <= height {
                    PixelSize { width: resized_short, height: resized_long }
                } else {
                    PixelSize { width: resized_long, height: resized_short }
                }
            }
        }
    }

    /// Where the centre crop begins in a resized picture.
    ///
    /// # Source
    /// torchvision's `center_crop`: half of what is left over, a half pixel rounded to the even neighbour as Python's
    /// `round` does; where the picture is smaller, the smaller half of the padding comes first.
    pub fn crop_offset(&self, resized: PixelSize) -> CropOffset {
        CropOffset {
            left: centred_offset(resized.width, self.crop_size),
            top: centred_offset(resized.height, self.crop_size),
        }
    }

    /// What the model sees of a picture of `width` x `height` pixels, in that picture's own pixels.
    pub fn crop_box(&self, width: u32, height: u32) -> CropBox {
        let resized = self.resized_size(width, height);
        let offset = self.crop_offset(resized);
        let scale_x = f64::from(width) / f64::from(resized.width.max(1));
        let scale_y = f64::from(height) / f64::from(resized.height.max(1));
        CropBox {
            left: offset.left as f64 * scale_x,
            top: offset.top as f64 * scale_y,
            width: self.crop_size as f64 * scale_x,
            height: self.crop_size as f64 * scale_y,
        }
    }
}

impl CropOffset {
    /// The square of `crop_size` pixels that begins here, in the resized picture's pixels.
    pub fn crop_box(self, crop_size: usize) -> CropBox {
        let side = crop_size as f64;
        CropBox { left: self.left as f64, top: self.top as f64, width: side, height: side }
    }
}

/// The whole number that is nearest to a quotient; of two, the even one.
fn rounded_quotient(dividend: u64, divisor: u64) -> u64 {
    let (quotient, remainder) = (dividend / divisor, dividend % divisor);
    let doubled = remainder.saturating_mul(2);
    let is_up = doubled > divisor || (doubled == divisor && quotient % 2 == 1);
    quotient + u64::from(is_up)
}

fn saturating_u32(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

fn centred_offset(side: u32, crop_size: usize) -> i64 {
    let left_over = i64::from(side) - i64::try_from(crop_size).unwrap_or(i64::MAX);
    if left_over < 0 {
        return -(left_over.saturating_neg() / 2);
    }
    let half = left_over / 2;
    // An odd remainder leaves exactly a half pixel, which goes to the even neighbour.
    if left_over % 2 == 1 && half % 2 == 1 { half + 1 } else { half }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shorter_side(size: usize) -> Preprocessing {
        Preprocessing { resize: Resize::ShorterSide { size }, ..Preprocessing::default() }
    }

    #[test]
    fn resized_size_is_torchvisions() {
        // (size, width, height) -> (width, height) of torchvision 0.29's `_compute_resized_output_size`.
        let table = [
            ((256, 600, 400), (384, 256)),
            ((256, 400, 600), (256, 384)),
            ((256, 640, 427), (383, 256)),
            ((256, 427, 640), (256, 383)),
            ((256, 300, 300), (256, 256)),
            ((232, 451, 300), (348, 232)),
            ((256, 1, 20_000), (256, 5_120_000)),
            ((256, 1, 1), (256, 256)),
            ((224, 4032, 3024), (298, 224)),
        ];
        for ((size, width, height), expected) in table {
            let resized = shorter_side(size).resized_size(width, height);
            assert_eq!((resized.width, resized.height), expected, "{width} x {height} to {size}");
        }
    }

    #[test]
    fn a_longer_side_is_rounded_where_the_checkpoint_says_so() {
        // (size, width, height) -> width: `round(size * width / height)` of Python.
        let table = [
            ((256, 640, 427), 384),
            ((256, 600, 400), 384),
            ((224, 4032, 3024), 299),
            ((100, 201, 40), 502),
            ((100, 203, 40), 508),
            ((256, 1, 1), 256),
        ];
        for ((size, width, height), expected) in table {
            let rounded = Preprocessing { longer_side: LongerSide::Rounded, ..shorter_side(size) };
            assert_eq!(rounded.resized_size(width, height).width, expected, "{width} x {height} to {size}");
        }
    }

    #[test]
    fn squash_ignores_the_aspect_ratio() {
        let preprocessing = Preprocessing {
            resize: Resize::Squash { width: 224, height: 192 },
            crop_size: 192,
            ..Preprocessing::default()
        };
        assert_eq!(preprocessing.resized_size(1000, 10), PixelSize { width: 224, height: 192 });
        let crop_box = preprocessing.crop_box(1000, 10);
        assert!((crop_box.width - 1000.0 * 192.0 / 224.0).abs() < 1e-9);
        assert_eq!((crop_box.top, crop_box.height), (0.0, 10.0));
    }

    #[test]
    fn crop_offset_is_torchvisions() {
        // (side, crop) -> offset: `int(round((side - crop) / 2))`, or minus the padding `(crop - side) // 2`.
        let table = [
            ((256, 224), 16),
            ((257, 224), 16),
            ((259, 224), 18),
            ((225, 224), 0),
            ((227, 224), 2),
            ((224, 224), 0),
            ((223, 224), 0),
            ((221, 224), -1),
            ((100, 224), -62),
        ];
        for ((side, crop_size), expected) in table {
            let preprocessing = Preprocessing { crop_size, ..Preprocessing::default() };
            let offset = preprocessing.crop_offset(PixelSize { width: side, height: 256 });
            assert_eq!(offset.left, expected, "{crop_size} of {side}");
        }
    }

    #[test]
    fn crop_box_is_in_the_original_pixels() {
        let crop_box = Preprocessing::default().crop_box(600, 400);
        assert_eq!(crop_box, CropBox { left: 125.0, top: 25.0, width: 350.0, height: 350.0 });
        let padded = Preprocessing { crop_size: 320, ..Preprocessing::default() }.crop_box(512, 512);
        assert_eq!(padded, CropBox { left: -64.0, top: -64.0, width: 640.0, height: 640.0 });
    }
}
