//! From whatever a decoder gives (grey, alpha, 16 bits, floats) to 8-bit RGB: deeper channels are scaled by their full
//! range and rounded, and what is transparent is laid onto white, as a page would show it.

use image::{DynamicImage, ImageBuffer, Pixel, RgbImage};

/// A picture without alpha, and whether any of it was transparent.
pub struct Flattened {
    /// 8-bit RGB.
    pub pixels: RgbImage,
    /// Whether white shows anywhere through the picture.
    pub was_transparent: bool,
}

/// Brings any decoded picture to 8-bit RGB.
pub fn onto_white(image: DynamicImage) -> Flattened {
    match image {
        DynamicImage::ImageRgb8(pixels) => Flattened { pixels, was_transparent: false },
        DynamicImage::ImageLuma8(pixels) => opaque(&pixels, |[grey]: [u8; 1]| [grey; 3]),
        DynamicImage::ImageLuma16(pixels) => opaque(&pixels, |[grey]: [u16; 1]| [narrow(grey); 3]),
        DynamicImage::ImageRgb16(pixels) => opaque(&pixels, |colour: [u16; 3]| colour.map(narrow)),
        DynamicImage::ImageRgb32F(pixels) => opaque(&pixels, |colour: [f32; 3]| colour.map(quantise)),
        DynamicImage::ImageLumaA8(pixels) => {
            transparent(&pixels, |[grey, alpha]: [u8; 2]| ([blend_u8(grey, alpha); 3], alpha < u8::MAX))
        }
        DynamicImage::ImageRgba8(pixels) => transparent(&pixels, |[red, green, blue, alpha]: [u8; 4]| {
            ([red, green, blue].map(|channel| blend_u8(channel, alpha)), alpha < u8::MAX)
        }),
        DynamicImage::ImageLumaA16(pixels) => {
            transparent(&pixels, |[grey, alpha]: [u16; 2]| ([blend_u16(grey, alpha); 3], alpha < u16::MAX))
        }
        DynamicImage::ImageRgba16(pixels) => transparent(&pixels, |[red, green, blue, alpha]: [u16; 4]| {
            ([red, green, blue].map(|channel| blend_u16(channel, alpha)), alpha < u16::MAX)
        }),
        DynamicImage::ImageRgba32F(pixels) => transparent(&pixels, |[red, green, blue, alpha]: [f32; 4]| {
            ([red, green, blue].map(|channel| blend_f32(channel, alpha)), alpha < 1.0)
        }),
        // `DynamicImage` may gain kinds; its own conversion is right for all but the white ground.
        other => Flattened { pixels: other.to_rgb8(), was_transparent: false },
    }
}

fn opaque<P, const N: usize>(
    image: &ImageBuffer<P, Vec<P::Subpixel>>,
    to_rgb: impl Fn([P::Subpixel; N]) -> [u8; 3],
) -> Flattened
where
    P: Pixel,
{
    transparent(image, |pixel| (to_rgb(pixel), false))
}

fn transparent<P, const N: usize>(
    image: &ImageBuffer<P, Vec<P::Subpixel>>,
    to_rgb: impl Fn([P::Subpixel; N]) -> ([u8; 3], bool),
) -> Flattened
where
    P: Pixel,
{
    let mut pixels = RgbImage::new(image.width(), image.height());
    let mut was_transparent = false;
    let (sources, _) = image.as_raw().as_chunks::<N>();
    for (source, target) in sources.iter().zip(pixels.as_chunks_mut::<3>().0) {
        let (colour, shows_white) = to_rgb(*source);
        *target = colour;
        was_transparent |= shows_white;
    }
    Flattened { pixels, was_transparent }
}

/// 16 to 8 bits: 65535 / 255 is 257 exactly; rounded to the nearest.
fn narrow(value: u16) -> u8 {
    ((u32::from(value) + 128) / 257) as u8
}

/// A float in 0..1 to 8 bits; what lies outside is clamped and "not a number" is black.
fn quantise(value: f32) -> u8 {
    // A float-to-integer cast saturates and turns NaN into 0.
    (value * 255.0).round() as u8
}

fn blend_u8(channel: u8, alpha: u8) -> u8 {
    let (channel, alpha) = (u32::from(channel), u32::from(alpha));
    ((channel * alpha + 255 * (255 - alpha) + 127) / 255) as u8
}

fn blend_u16(channel: u16, alpha: u16) -> u8 {
    let (channel, alpha, full) = (u64::from(channel), u64::from(alpha), u64::from(u16::MAX));
    narrow(((channel * alpha + full * (full - alpha) + full / 2) / full) as u16)
}

fn blend_f32(channel: f32, alpha: f32) -> u8 {
    let alpha = alpha.clamp(0.0, 1.0);
    quantise(channel.clamp(0.0, 1.0) * alpha + (1.0 - alpha))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_bits_round_to_the_nearest_of_eight() {
        for (deep, expected) in
            [(0, 0), (128, 0), (129, 1), (257, 1), (0x8000, 128), (65_406, 254), (65_407, 255)]
        {
            assert_eq!(narrow(deep), expected, "{deep}");
        }
    }

    #[test]
    fn alpha_shows_white() {
        for (channel, alpha, expected) in
            [(0, 0, 255), (0, 255, 0), (200, 255, 200), (0, 128, 127), (100, 51, 224)]
        {
            assert_eq!(blend_u8(channel, alpha), expected, "{channel} at {alpha}");
            let (deep_channel, deep_alpha) = (u16::from(channel) * 257, u16::from(alpha) * 257);
            assert_eq!(blend_u16(deep_channel, deep_alpha), expected, "{channel} at {alpha}, 16 bits");
        }
    }

    #[test]
    fn odd_floats_stay_in_range() {
        for (value, expected) in [(f32::NAN, 0), (f32::INFINITY, 255), (-1.0, 0), (0.5, 128), (1.5, 255)] {
            assert_eq!(quantise(value), expected, "{value}");
        }
    }
}
