//! zip: entries by the directory at its end, stored or deflated. The library is built without decompression (checkpoints need none), so
//! the bytes are inflated here.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use flate2::Crc;
use flate2::bufread::DeflateDecoder;
use zip::{CompressionMethod, ZipArchive};

use super::ArchiveError;
use super::entry::Unpacking;

/// The end of the directory, and the longest comment behind it.
const END_BYTES: u64 = 22 + 65_535;
const END_SIGNATURE: [u8; 4] = *b"PK\x05\x06";
/// Where the number of entries stands in it.
const END_COUNT: usize = 10;
/// The same with larger numbers.
const LARGE_END_SIGNATURE: [u8; 4] = *b"PK\x06\x06";
const LARGE_END_COUNT: usize = 32;
/// What stands in the first for a number that stands in the second.
const ELSEWHERE: u64 = 0xffff;
/// The kind of file in a Unix mode.
const MODE_KIND: u32 = 0o170_000;
const MODE_FILE: u32 = 0o100_000;
const MODE_FOLDER: u32 = 0o040_000;

/// Unpacks all entries.
///
/// # Errors
/// As [`super::unpack`].
pub fn unpack(mut file: File, unpacking: &mut Unpacking<'_>) -> Result<(), ArchiveError> {
    let damaged = |error: io::Error| ArchiveError::Damaged(error.to_string());
    // The library reads the whole directory into memory, so what it announces is checked before.
    unpacking.check_count(announced_entries(&mut file).map_err(damaged)?)?;
    let mut archive = ZipArchive::new(file).map_err(|error| ArchiveError::Damaged(error.to_string()))?;
    unpacking.check_count(archive.len() as u64)?;
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(|error| ArchiveError::Damaged(error.to_string()))?;
        let name = entry.name_raw().to_owned();
        let Some(path) = unpacking.enter(&name)? else { continue };
        let shown = path.display().to_string();
        let kind = entry.unix_mode().map_or(0, |mode| mode & MODE_KIND);
        if entry.is_symlink() || !matches!(kind, 0 | MODE_FILE | MODE_FOLDER) {
            let kind = if entry.is_symlink() { "a link" } else { "something unknown" };
            return Err(ArchiveError::Kind { kind, path: shown });
        }
        if entry.is_dir() {
            unpacking.folder(&path)?;
            continue;
        }
        if entry.encrypted() {
            return Err(ArchiveError::Unreadable { path: shown, how: "encrypted".to_owned() });
        }
        let (packed, size, checksum) = (entry.compressed_size(), entry.size(), entry.crc32());
        let method = entry.compression();
        let buffered = BufReader::new(entry);
        let mut checked = match method {
            CompressionMethod::Stored => Checked::new(Box::new(buffered) as Box<dyn Read>),
            CompressionMethod::DEFLATE => Checked::new(Box::new(DeflateDecoder::new(buffered))),
            other => {
                return Err(ArchiveError::Unreadable { path: shown, how: format!("packed as {other}") });
            }
        };
        unpacking.file(&path, &mut checked, Some(packed))?;
        if checked.size != size || checked.crc.sum() != checksum {
            return Err(ArchiveError::Damaged(format!("{shown} is not what was packed")));
        }
    }
    Ok(())
}

/// The largest number of entries that anything that looks like the end of a directory announces.
fn announced_entries(file: &mut File) -> io::Result<u64> {
    let length = file.seek(SeekFrom::End(0))?;
    // The larger form and its locator stand in front of the end.
    file.seek(SeekFrom::Start(length.saturating_sub(2 * END_BYTES)))?;
    let mut tail = Vec::new();
    file.take(2 * END_BYTES).read_to_end(&mut tail)?;
    file.seek(SeekFrom::Start(0))?;
    let number = |start: usize, width: usize| -> Option<u64> {
        let bytes = tail.get(start..start + width)?;
        Some(bytes.iter().rev().fold(0, |number, byte| (number << 8) | u64::from(*byte)))
    };
    let mut largest = 0;
    for start in 0..tail.len().saturating_sub(END_SIGNATURE.len() - 1) {
        let signature = &tail[start..start + END_SIGNATURE.len()];
        let announced = if signature == END_SIGNATURE {
            number(start + END_COUNT, 2).filter(|count| *count != ELSEWHERE)
        } else if signature == LARGE_END_SIGNATURE {
            number(start + LARGE_END_COUNT, 8)
        } else {
            None
        };
        largest = largest.max(announced.unwrap_or(0));
    }
    Ok(largest)
}

struct Checked<'a> {
    reader: Box<dyn Read + 'a>,
    crc: Crc,
    size: u64,
}

impl<'a> Checked<'a> {
    fn new(reader: Box<dyn Read + 'a>) -> Self {
        Self { reader, crc: Crc::new(), size: 0 }
    }
}

impl Read for Checked<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.crc.update(&buffer[..count]);
        self.size += count as u64;
        Ok(count)
    }
}
