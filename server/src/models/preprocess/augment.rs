//! Views of a photo as a model that learns sees them: a part of it at random, mirrored or not, in other light. What is drawn and what is done
//! with it are apart, so that a view can be told, and made again from its seed.
//!
//! # Source
//! torchvision, `RandomResizedCrop`, `RandomHorizontalFlip` and `ColorJitter` on Pillow's pictures: the part is cut out, then resized with
//! antialiasing; brightness, contrast and saturation follow in this order (torchvision shuffles them), each rounded to 8 bits, as
//! `PIL.ImageEnhance` has them.

use image::{RgbImage, imageops};
use shared::augmentation::{Augmentation, AugmentationRecipe};
use shared::permutation::Splitmix64;
use shared::{Interpolation, PixelSize};

use super::resample::{Window, resample};

/// Parts that are drawn before the middle of the photo is taken.
const TRIES: usize = 10;
/// Weights of red, green and blue in a grey, in units of 2^-16, as Pillow rounds those of ITU-R 601.
const GREY: [u32; 3] = [19_595, 38_470, 7_471];
const GREY_BITS: u32 = 16;

/// Draws a view of a photo of this size: the same for a seed on every machine.
///
/// A part that fits is one of up to ten; else it is the largest in the middle whose sides are not too far apart.
pub fn draw(seed: u64, size: PixelSize, recipe: &AugmentationRecipe) -> Augmentation {
    let mut numbers = Splitmix64::new(seed);
    let part = (0..TRIES).find_map(|_| draw_part(&mut numbers, size, recipe));
    let [left, top, width, height] = part.unwrap_or_else(|| middle(size, recipe.max_aspect));
    let is_flipped = numbers.uniform(0.0, 1.0) < recipe.flip_probability;
    let mut factor = || numbers.uniform((1.0 - recipe.jitter).max(0.0), 1.0 + recipe.jitter);
    let (brightness, contrast, saturation) = (factor(), factor(), factor());
    Augmentation { seed, left, top, width, height, is_flipped, brightness, contrast, saturation }
}

/// The view, as a square of `side` pixels.
///
/// # Panics
/// If the part is not inside of the photo.
pub fn augmented(photo: &RgbImage, drawn: &Augmentation, side: u32) -> RgbImage {
    let Augmentation { left, top, width, height, .. } = *drawn;
    assert!(
        u64::from(left) + u64::from(width) <= u64::from(photo.width())
            && u64::from(top) + u64::from(height) <= u64::from(photo.height()),
        "a part of the photo"
    );
    let part = imageops::crop_imm(photo, left, top, width, height).to_image();
    let size = PixelSize { width: side, height: side };
    let mut view = resample(&part, size, Interpolation::Bilinear, &Window::all(size));
    if drawn.is_flipped {
        imageops::flip_horizontal_in_place(&mut view);
    }
    change_brightness(&mut view, drawn.brightness);
    change_contrast(&mut view, drawn.contrast);
    change_saturation(&mut view, drawn.saturation);
    view
}

/// The whole photo with a shorter side of so many pixels; as it is where that is no more.
pub fn shrunk(photo: &RgbImage, shorter_side: u32) -> RgbImage {
    let shorter = photo.width().min(photo.height());
    if shorter <= shorter_side {
        return photo.clone();
    }
    let scaled = |side: u32| {
        let side = f64::from(side) * f64::from(shorter_side) / f64::from(shorter);
        (side.round() as u32).max(shorter_side)
    };
    let size = PixelSize { width: scaled(photo.width()), height: scaled(photo.height()) };
    resample(photo, size, Interpolation::Bilinear, &Window::all(size))
}

/// Mixes a picture with black.
pub fn change_brightness(picture: &mut RgbImage, factor: f64) {
    change(picture, factor, |_pixel| 0);
}

/// Mixes a picture with its mean grey, rounded.
pub fn change_contrast(picture: &mut RgbImage, factor: f64) {
    let count = u64::from(picture.width()) * u64::from(picture.height());
    let total: u64 = pixels(picture).iter().map(|pixel| u64::from(grey(*pixel))).sum();
    let mean = (total as f64 / count.max(1) as f64 + 0.5) as u8;
    change(picture, factor, |_pixel| mean);
}

/// Mixes a picture with its own grey.
pub fn change_saturation(picture: &mut RgbImage, factor: f64) {
    change(picture, factor, grey);
}

/// Left, top, width and height of a part; none if it does not fit.
fn draw_part(numbers: &mut Splitmix64, size: PixelSize, recipe: &AugmentationRecipe) -> Option<[u32; 4]> {
    let area = f64::from(size.width) * f64::from(size.height);
    let wanted = area * numbers.uniform(recipe.min_area, 1.0);
    let range = recipe.max_aspect.ln();
    let aspect = numbers.uniform(-range, range).exp();
    let side = |square: f64| square.sqrt().round_ties_even();
    let (width, height) = (side(wanted * aspect), side(wanted / aspect));
    let fits = |side: f64, whole: u32| side >= 1.0 && side <= f64::from(whole);
    if !fits(width, size.width) || !fits(height, size.height) {
        return None;
    }
    let (width, height) = (width as u32, height as u32);
    let top = numbers.below(u64::from(size.height - height) + 1) as u32;
    let left = numbers.below(u64::from(size.width - width) + 1) as u32;
    Some([left, top, width, height])
}

fn middle(size: PixelSize, max_aspect: f64) -> [u32; 4] {
    let PixelSize { width: whole_width, height: whole_height } = size;
    let longest = |shorter: u32, whole: u32| {
        let side = (f64::from(shorter) * max_aspect).round_ties_even();
        (side as u32).clamp(1, whole)
    };
    let width = longest(whole_height, whole_width);
    let height = longest(whole_width, whole_height);
    [(whole_width - width) / 2, (whole_height - height) / 2, width, height]
}

/// `degenerate + factor (value - degenerate)`, cut to a byte, as Pillow's `blend` rounds it.
fn change(picture: &mut RgbImage, factor: f64, degenerate: impl Fn([u8; 3]) -> u8) {
    let factor = factor as f32;
    let (pixels, _rest) = picture.as_chunks_mut::<3>();
    for pixel in pixels {
        let other = f32::from(degenerate(*pixel));
        for value in pixel {
            // A cast to a byte cuts what lies outside.
            *value = (other + factor * (f32::from(*value) - other)) as u8;
        }
    }
}

fn pixels(picture: &RgbImage) -> &[[u8; 3]] {
    picture.as_chunks::<3>().0
}

fn grey([red, green, blue]: [u8; 3]) -> u8 {
    let sum: u32 = GREY.iter().zip([red, green, blue]).map(|(weight, value)| weight * u32::from(value)).sum();
    ((sum + (1 << (GREY_BITS - 1))) >> GREY_BITS) as u8
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_drawn_lies_in_the_recipes_ranges(
            seed in any::<u64>(), width in 1_u32..3000, height in 1_u32..3000, jitter in 0.0..1.5_f64
        ) {
            let recipe = AugmentationRecipe { jitter, ..AugmentationRecipe::default() };
            let size = PixelSize { width, height };
            let drawn = draw(seed, size, &recipe);
            prop_assert_eq!(drawn, draw(seed, size, &recipe));
            prop_assert!(drawn.width >= 1 && drawn.height >= 1);
            prop_assert!(drawn.left + drawn.width <= width && drawn.top + drawn.height <= height);
            for factor in [drawn.brightness, drawn.contrast, drawn.saturation] {
                prop_assert!((1.0 - jitter).max(0.0) <= factor && factor <= 1.0 + jitter);
            }
            // Sides are rounded to whole pixels, which is much of a small one.
            if width.min(height) > 200 && width.max(height) < 2 * width.min(height) {
                let aspect = f64::from(drawn.width) / f64::from(drawn.height);
                prop_assert!(aspect < recipe.max_aspect * 1.02 && aspect > 0.98 / recipe.max_aspect);
                let area = f64::from(drawn.width) * f64::from(drawn.height);
                prop_assert!(area > 0.98 * recipe.min_area * f64::from(width) * f64::from(height));
            }
        }
    }

    #[test]
    fn everything_is_drawn_anew_for_another_seed() {
        let size = PixelSize { width: 300, height: 200 };
        let drawn: Vec<Augmentation> =
            (0..400).map(|seed| draw(seed, size, &AugmentationRecipe::default())).collect();
        let mirrored = drawn.iter().filter(|drawn| drawn.is_flipped).count();
        assert!((150..250).contains(&mirrored), "{mirrored} of 400 are mirrored");
        let spread = |of: fn(&Augmentation) -> f64| {
            let values = drawn.iter().map(of);
            values.clone().fold(f64::MIN, f64::max) - values.fold(f64::MAX, f64::min)
        };
        assert!(spread(|drawn| f64::from(drawn.left)) > 80.0 && spread(|drawn| f64::from(drawn.top)) > 50.0);
        assert!(spread(|drawn| f64::from(drawn.width)) > 100.0, "parts are of many sizes");
        for of in
            [|d: &Augmentation| d.brightness, |d: &Augmentation| d.contrast, |d: &Augmentation| d.saturation]
        {
            assert!(spread(of) > 0.35, "a jitter of 0.2 spans 0.4");
        }
    }

    #[test]
    fn where_no_part_fits_the_middle_is_taken() {
        // Of 10 : 1, no part of a third of the area has sides of 3 : 4.
        let drawn = draw(1, PixelSize { width: 1000, height: 100 }, &AugmentationRecipe::default());
        assert_eq!([drawn.left, drawn.top, drawn.width, drawn.height], [433, 0, 133, 100]);
        let drawn = draw(1, PixelSize { width: 1, height: 9 }, &AugmentationRecipe::default());
        assert_eq!((drawn.width, drawn.height), (1, 1));
    }

    #[test]
    fn without_a_change_the_photo_is_what_it_was() {
        let photo = RgbImage::from_fn(40, 40, |x, y| image::Rgb([x as u8 * 6, y as u8 * 6, (x * y) as u8]));
        let whole = Augmentation {
            seed: 0,
            left: 0,
            top: 0,
            width: 40,
            height: 40,
            is_flipped: false,
            brightness: 1.0,
            contrast: 1.0,
            saturation: 1.0,
        };
        assert!(augmented(&photo, &whole, 40) == photo);
        let mirrored = augmented(&photo, &Augmentation { is_flipped: true, ..whole }, 40);
        assert_eq!(mirrored.get_pixel(0, 7), photo.get_pixel(39, 7));
    }
}
