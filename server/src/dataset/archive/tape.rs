//! tar, as a stream: one entry after another, and no byte of one is kept.

use std::io::Read;
use std::path::Path;

use tar::{Archive, Entry, EntryType};

use super::ArchiveError;
use super::entry::Unpacking;

/// Bytes of a path, or of what says more about an entry, that the stream may hold in front of it.
const MAX_EXTENSION_BYTES: u64 = 1_000_000;

/// Unpacks all entries.
///
/// # Errors
/// As [`super::unpack`].
pub fn unpack(reader: impl Read, unpacking: &mut Unpacking<'_>) -> Result<(), ArchiveError> {
    let mut archive = Archive::new(reader);
    let mut long_name = None;
    // Long names come as entries of their own, which the library would read into memory whatever their size is.
    for entry in archive.entries().map_err(damaged)?.raw(true) {
        let mut entry = entry.map_err(damaged)?;
        match entry.header().entry_type() {
            EntryType::GNULongName => {
                let mut name = extension(&mut entry)?;
                name.retain(|byte| *byte != 0);
                long_name = Some(name);
            }
            EntryType::XHeader => {
                let records = extension(&mut entry)?;
                long_name = pax_path(&records)?.or(long_name);
            }
            EntryType::GNULongLink | EntryType::XGlobalHeader => drop(extension(&mut entry)?),
            kind => {
                let name = long_name.take().unwrap_or_else(|| entry.path_bytes().into_owned());
                if let Some(path) = unpacking.enter(&name)? {
                    add(&path, kind, &mut entry, unpacking)?;
                }
            }
        }
    }
    Ok(())
}

fn add<R: Read>(
    path: &Path,
    kind: EntryType,
    entry: &mut Entry<'_, R>,
    unpacking: &mut Unpacking<'_>,
) -> Result<(), ArchiveError> {
    let kind = match kind {
        EntryType::Directory => return unpacking.folder(path),
        EntryType::Regular | EntryType::Continuous => {
            let announced = entry.size();
            let mut counted = Counted { reader: entry, count: 0 };
            unpacking.file(path, &mut counted, None)?;
            return match counted.count == announced {
                true => Ok(()),
                false => Err(ArchiveError::Damaged(format!("{} is cut short", path.display()))),
            };
        }
        EntryType::Symlink | EntryType::Link => "a link",
        EntryType::Char | EntryType::Block => "a device",
        EntryType::Fifo => "a pipe",
        _unknown => "something unknown",
    };
    Err(ArchiveError::Kind { kind, path: path.display().to_string() })
}

fn extension<R: Read>(entry: &mut Entry<'_, R>) -> Result<Vec<u8>, ArchiveError> {
    if entry.size() > MAX_EXTENSION_BYTES {
        return Err(ArchiveError::Damaged("a path in it is longer than any".to_owned()));
    }
    let mut bytes = Vec::new();
    entry.read_to_end(&mut bytes).map_err(damaged)?;
    Ok(bytes)
}

/// The path in records of the form `LENGTH KEY=VALUE\n`, LENGTH counting all of it.
///
/// # Source
/// POSIX.1-2001, pax interchange format.
fn pax_path(mut records: &[u8]) -> Result<Option<Vec<u8>>, ArchiveError> {
    let broken = || ArchiveError::Damaged("it has a broken pax header".to_owned());
    let mut path = None;
    while !records.is_empty() {
        let space = records.iter().position(|byte| *byte == b' ').ok_or_else(broken)?;
        let length = std::str::from_utf8(&records[..space]).ok().and_then(|text| text.parse::<usize>().ok());
        let length =
            length.filter(|length| (space + 2..=records.len()).contains(length)).ok_or_else(broken)?;
        let record = &records[space + 1..length - 1];
        if let Some(value) = record.strip_prefix(b"path=") {
            path = Some(value.to_owned());
        }
        // Another size than the block in front of the file says would move everything behind it.
        if record.starts_with(b"size=") || record.starts_with(b"GNU.sparse") {
            return Err(ArchiveError::Damaged("it has files of 8 GB or with holes".to_owned()));
        }
        records = &records[length..];
    }
    Ok(path)
}

fn damaged(error: std::io::Error) -> ArchiveError {
    ArchiveError::Damaged(error.to_string())
}

struct Counted<'a, R> {
    reader: &'a mut R,
    count: u64,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.count += count as u64;
        Ok(count)
    }
}
