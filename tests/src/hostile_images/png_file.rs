//! Writes PNG files chunk by chunk, true or lying, without compressing anything.

/// A PNG in the making.
pub struct PngFile(Vec<u8>);

impl PngFile {
    /// Signature and `IHDR`. `colour_type` as in the format: 0 grey, 2 RGB, 3 palette, 4 grey + alpha, 6 RGB + alpha.
    pub fn new(width: u32, height: u32, bits: u8, colour_type: u8) -> Self {
        let mut header = Vec::from(width.to_be_bytes());
        header.extend(height.to_be_bytes());
        header.extend([bits, colour_type, 0, 0, 0]);
        Self(b"\x89PNG\r\n\x1a\n".to_vec()).chunk(b"IHDR", &header)
    }

    /// Any chunk, with a right checksum.
    pub fn chunk(mut self, kind: &[u8; 4], data: &[u8]) -> Self {
        let start = self.0.len() + 4;
        self.0.extend((data.len() as u32).to_be_bytes());
        self.0.extend(kind);
        self.0.extend(data);
        let checksum = crc32(&self.0[start..]);
        self.0.extend(checksum.to_be_bytes());
        self
    }

    /// `IDAT` and `IEND`: the rows as they are, each with its filter byte before it.
    pub fn rows(self, rows: &[u8]) -> Vec<u8> {
        self.chunk(b"IDAT", &stored(rows)).chunk(b"IEND", &[]).0
    }
}

/// A zlib stream that stores what it holds; `data` of at most 65,535 bytes.
fn stored(data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).expect("one stored block holds no more");
    let mut stream = vec![0x78, 0x01, 0x01];
    stream.extend(length.to_le_bytes());
    stream.extend((!length).to_le_bytes());
    stream.extend(data);
    stream.extend(adler32(data).to_be_bytes());
    stream
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |mut register, byte| {
        register ^= u32::from(*byte);
        for _ in 0..8 {
            register = (register >> 1) ^ if register & 1 == 1 { 0xedb8_8320 } else { 0 };
        }
        register
    })
}

fn adler32(bytes: &[u8]) -> u32 {
    let (low, high) = bytes.iter().fold((1_u32, 0_u32), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % 65_521;
        (low, (high + low) % 65_521)
    });
    high << 16 | low
}
