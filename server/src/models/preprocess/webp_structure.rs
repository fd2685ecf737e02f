//! What a WebP's chunks say before any pixel is decoded. A file may announce a small canvas and hold a huge frame, for
//! which the decoder reserves memory before it compares the two; so they are compared here. No pixels are decoded here.

/// The facts of a WebP's chunks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WebpStructure {
    /// More than one frame.
    pub is_animated: bool,
    /// Width and height of the first frame's bit stream, where one was found.
    pub first_frame: Option<(u32, u32)>,
}

/// Length of `RIFF....WEBP`.
const FILE_HEADER: usize = 12;
/// Fields of an `ANMF` chunk before the chunks of its frame.
const ANIMATION_FRAME_HEADER: usize = 16;

/// Walks the chunks of a WebP file up to its first frame.
pub fn read(bytes: &[u8]) -> WebpStructure {
    let mut structure = WebpStructure::default();
    let mut position = FILE_HEADER;
    while let Some((kind, size)) = chunk_header(bytes, position) {
        let payload = position + 8;
        match kind {
            b"VP8X" => {
                structure.is_animated = bytes.get(payload).is_some_and(|flags| flags & 0b10 != 0);
            }
            b"VP8 " => {
                structure.first_frame = lossy_size(bytes, payload);
                break;
            }
            b"VP8L" => {
                structure.first_frame = lossless_size(bytes, payload);
                break;
            }
            b"ANMF" => {
                position = payload + ANIMATION_FRAME_HEADER;
                continue;
            }
            _ => {}
        }
        // Chunks are padded to even sizes.
        position = payload.saturating_add(size).saturating_add(size % 2);
    }
    structure
}

fn chunk_header(bytes: &[u8], position: usize) -> Option<(&[u8; 4], usize)> {
    let header = bytes.get(position..position.checked_add(8)?)?;
    let (kind, size) = header.split_first_chunk::<4>()?;
    let size = u32::from_le_bytes(size.try_into().ok()?);
    Some((kind, usize::try_from(size).ok()?))
}

/// Size in a VP8 key frame: 3 bytes of tag, 3 of start code, then twice 14 bits and 2 bits of upscaling.
fn lossy_size(bytes: &[u8], payload: usize) -> Option<(u32, u32)> {
    let &[width_low, width_high, height_low, height_high] = bytes.get(payload + 6..payload + 10)? else {
        return None;
    };
    let side = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3fff);
    Some((side(width_low, width_high), side(height_low, height_high)))
}

/// Size in a VP8L stream: a signature byte, then twice 14 bits, each one less than the side.
fn lossless_size(bytes: &[u8], payload: usize) -> Option<(u32, u32)> {
    let packed = u32::from_le_bytes(bytes.get(payload + 1..payload + 5)?.try_into().ok()?);
    Some(((packed & 0x3fff) + 1, ((packed >> 14) & 0x3fff) + 1))
}
