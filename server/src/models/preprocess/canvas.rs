//! A resized picture in which the crop can be moved: what the shift experiment slides in. At no shift it gives the ordinary crop,
//! bit by bit.

use std::ops::Range;

use image::{GenericImageView, RgbImage};
use shared::{CropOffset, PixelSize, Preprocessing};

use super::Placement;
use super::resample::{Window, resample};

/// The part of a resized picture that a crop reaches which moves by at most so many pixels.
#[derive(Clone, Debug)]
pub struct Canvas {
    preprocessing: Preprocessing,
    size: PixelSize,
    /// Where `pixels` lies in the resized picture.
    window: Window,
    pixels: RgbImage,
}

impl Canvas {
    /// Resizes a picture, as far as a crop reaches that moves by at most `margin_px`, in x and in y.
    pub fn of(preprocessing: &Preprocessing, image: &RgbImage, margin_px: [u32; 2]) -> Self {
        let size = preprocessing.resized_size(image.width(), image.height());
        let Window { columns, rows } = Placement::of(preprocessing, size).window;
        let [margin_x, margin_y] = margin_px;
        let window = Window {
            columns: widened(&columns, margin_x, size.width),
            rows: widened(&rows, margin_y, size.height),
        };
        let pixels = resample(image, size, preprocessing.interpolation, &window);
        Self { preprocessing: preprocessing.clone(), size, window, pixels }
    }

    /// How far the centre crop of a picture can move to either side without leaving it, in x and in y. Nothing where it is padded.
    pub fn room_px(preprocessing: &Preprocessing, width: u32, height: u32) -> [u32; 2] {
        let size = preprocessing.resized_size(width, height);
        let CropOffset { left, top } = preprocessing.crop_offset(size);
        let crop_size = i64::try_from(preprocessing.crop_size).unwrap_or(i64::MAX);
        let room = |offset: i64, side: u32| {
            let behind = i64::from(side).saturating_sub(crop_size).saturating_sub(offset);
            u32::try_from(offset.min(behind)).unwrap_or(0)
        };
        [room(left, size.width), room(top, size.height)]
    }

    /// What the checkpoint's preprocessing is.
    pub fn preprocessing(&self) -> &Preprocessing {
        &self.preprocessing
    }

    /// The crop, moved by so many pixels to the right and down. The picture then seems to move to the left and up.
    ///
    /// # Panics
    /// If that is further than the canvas was made for.
    pub fn crop(&self, [right, down]: [i32; 2]) -> RgbImage {
        let CropOffset { left, top } = self.preprocessing.crop_offset(self.size);
        let offset = CropOffset { left: left + i64::from(right), top: top + i64::from(down) };
        let placement = Placement::at(offset, &self.preprocessing, self.size);
        let Window { columns, rows } = &placement.window;
        let (x, y) = (columns.start - self.window.columns.start, rows.start - self.window.rows.start);
        let visible = self.pixels.view(x, y, columns.len() as u32, rows.len() as u32);
        placement.pad(visible.to_image())
    }
}

fn widened(range: &Range<u32>, margin: u32, side: u32) -> Range<u32> {
    range.start.saturating_sub(margin)..range.end.saturating_add(margin).min(side)
}

#[cfg(test)]
mod tests {
    use image::Rgb;
    use shared::Resize;

    use super::super::{crop, crop_resized, resize};
    use super::*;

    fn picture(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| {
            Rgb([(x * 7 + y) as u8, (x * y % 251) as u8, (x + y * 13) as u8])
        })
    }

    fn preprocessing(size: usize) -> Preprocessing {
        Preprocessing { resize: Resize::ShorterSide { size }, crop_size: 40, ..Preprocessing::default() }
    }

    #[test]
    fn at_no_shift_it_is_the_ordinary_crop() {
        for (width, height) in [(90, 60), (60, 90), (31, 31), (200, 3)] {
            for size in [30, 40, 49, 50] {
                let (preprocessing, image) = (preprocessing(size), picture(width, height));
                let room = Canvas::room_px(&preprocessing, width, height);
                let canvas = Canvas::of(&preprocessing, &image, room);
                assert_eq!(
                    canvas.crop([0, 0]),
                    crop_resized(&preprocessing, &image),
                    "{width} {height} {size}"
                );
            }
        }
    }

    #[test]
    fn a_shift_moves_the_crop_in_the_resized_picture() {
        let (preprocessing, image) = (preprocessing(50), picture(90, 60));
        assert_eq!(Canvas::room_px(&preprocessing, 90, 60), [17, 5]);
        let whole = resize(&preprocessing, &image).expect("a small picture");
        let canvas = Canvas::of(&preprocessing, &image, [17, 5]);
        assert_eq!(canvas.crop([0, 0]), crop(&preprocessing, &whole));
        // The crop of 75 x 50 begins at column 18, the even neighbour of 17.5, and row 5.
        for shift in [[17, 5], [-17, -5], [3, -4]] {
            let expected = whole.view((18 + shift[0]) as u32, (5 + shift[1]) as u32, 40, 40).to_image();
            assert_eq!(canvas.crop(shift), expected, "{shift:?}");
        }
    }
}
