//! What a JPEG's markers say before any pixel is decoded: how many channels, whether progressive (which costs memory),
//! and whether the file is complete. The decoder itself fills what a cut file lacks with grey and says nothing.
//! No pixels are decoded here.

/// The facts of a JPEG's markers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JpegStructure {
    /// Colour channels of the frame; 0 where no frame header was found.
    pub num_components: u8,
    /// Bits of a channel.
    pub bits: u8,
    /// Whether the coefficients of the whole picture are held until its last scan.
    pub is_progressive: bool,
    /// Whether the end marker was found.
    pub is_complete: bool,
}

const END_OF_IMAGE: u8 = 0xd9;
const START_OF_SCAN: u8 = 0xda;

/// Walks the markers of a JPEG file.
pub fn read(bytes: &[u8]) -> JpegStructure {
    let mut structure = JpegStructure::default();
    let mut position = 2;
    while let Some((marker, after_marker)) = next_marker(bytes, position) {
        if marker == END_OF_IMAGE {
            structure.is_complete = true;
            break;
        }
        if matches!(marker, 0x01 | 0xd0..=0xd8) {
            position = after_marker;
            continue;
        }
        let Some(&[high, low]) = bytes.get(after_marker..after_marker + 2) else { break };
        let length = usize::from(u16::from_be_bytes([high, low]));
        if is_frame(marker) && structure.num_components == 0 {
            structure.is_progressive = matches!(marker, 0xc2 | 0xc6 | 0xca | 0xce);
            structure.bits = bytes.get(after_marker + 2).copied().unwrap_or_default();
            structure.num_components = bytes.get(after_marker + 7).copied().unwrap_or_default();
        }
        position = after_marker + length.max(2);
        if marker == START_OF_SCAN {
            position = skip_scan(bytes, position);
        }
    }
    structure
}

/// The next marker at or after `position` and where its segment begins. Fill bytes and stray bytes between segments are
/// passed over, as decoders do.
fn next_marker(bytes: &[u8], position: usize) -> Option<(u8, usize)> {
    let tail = bytes.get(position..)?;
    let offset = tail.windows(2).position(|pair| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0xff))?;
    Some((tail[offset + 1], position + offset + 2))
}

/// The end of a scan's entropy-coded data: the first marker that is neither a stuffed 0xff nor a restart.
fn skip_scan(bytes: &[u8], position: usize) -> usize {
    let Some(tail) = bytes.get(position..) else { return bytes.len() };
    let ends_scan = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0xd0..=0xd7 | 0xff);
    tail.windows(2).position(ends_scan).map_or(bytes.len(), |offset| position + offset)
}

/// SOF0 to SOF15 without DHT, JPG and DAC, which lie among them.
fn is_frame(marker: u8) -> bool {
    matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc)
}
