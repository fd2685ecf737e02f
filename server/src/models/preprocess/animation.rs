//! Whether a file holds more than the one picture that is decoded from it. Only headers are walked.

use image::ImageFormat;

use super::webp_structure;

/// Whether a picture of this format is animated. A file that is damaged counts as still: the decoder will say so.
pub fn is_animated(format: ImageFormat, bytes: &[u8]) -> bool {
    match format {
        ImageFormat::Gif => gif_has_second_frame(bytes).unwrap_or(false),
        ImageFormat::Png => png_has_animation_control(bytes).unwrap_or(false),
        ImageFormat::WebP => webp_structure::read(bytes).is_animated,
        _ => false,
    }
}

/// Looks for `acTL` before the picture data; `None` where the chunks end early.
fn png_has_animation_control(bytes: &[u8]) -> Option<bool> {
    let mut position = 8;
    loop {
        let header = bytes.get(position..position + 8)?;
        let length = u32::from_be_bytes(header[..4].try_into().ok()?);
        match &header[4..] {
            b"acTL" => return Some(true),
            b"IDAT" => return Some(false),
            // Length, kind and checksum surround the data.
            _ => position = position.checked_add(usize::try_from(length).ok()?)?.checked_add(12)?,
        }
    }
}

/// Walks a GIF's blocks to its second image descriptor; `None` where they end early.
fn gif_has_second_frame(bytes: &[u8]) -> Option<bool> {
    let mut position = 13 + colour_table_bytes(*bytes.get(10)?);
    let mut num_frames = 0;
    loop {
        match bytes.get(position)? {
            0x2c if num_frames == 1 => return Some(true),
            0x2c => {
                num_frames += 1;
                // The descriptor, the frame's own colours, and the first code's size.
                position += 10 + colour_table_bytes(*bytes.get(position + 9)?) + 1;
            }
            0x21 => position += 2,
            _ => return Some(false),
        }
        position = skip_sub_blocks(bytes, position)?;
    }
}

/// Bytes of the table that a GIF's flags announce.
fn colour_table_bytes(flags: u8) -> usize {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 0b111) + 1) }
}

fn skip_sub_blocks(bytes: &[u8], mut position: usize) -> Option<usize> {
    loop {
        let size = usize::from(*bytes.get(position)?);
        position += size + 1;
        if size == 0 {
            return Some(position);
        }
    }
}
