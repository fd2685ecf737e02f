//! One entry after another, whichever format they come from: checked, and written below one folder.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::{ArchiveError, ArchiveLimits};
use crate::stop_flag::StopFlag;

/// Bytes that are written at once, and after which the flag is looked at.
const CHUNK_BYTES: usize = 64 * 1024;
/// A file may always have as many bytes, whatever its ratio is: small files compress well.
const RATIO_FREE_BYTES: u64 = 1_000_000;

/// Names that operating systems put beside photos; an archive may have them, and they are left out.
const LEFT_OUT: [&str; 3] = ["__MACOSX", "Thumbs.db", "desktop.ini"];

/// What came of an archive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unpacked {
    /// Files that were written.
    pub num_files: u64,
    /// Their bytes.
    pub num_bytes: u64,
}

/// Entries under way.
pub struct Unpacking<'a> {
    folder: &'a Path,
    archive_bytes: u64,
    limits: &'a ArchiveLimits,
    stop: &'a StopFlag,
    watch: &'a mut dyn FnMut(u64),
    num_entries: u64,
    unpacked: Unpacked,
}

impl<'a> Unpacking<'a> {
    /// Before the first entry; the folder is there and empty.
    pub fn new(
        folder: &'a Path,
        archive_bytes: u64,
        limits: &'a ArchiveLimits,
        stop: &'a StopFlag,
        watch: &'a mut dyn FnMut(u64),
    ) -> Self {
        Self { folder, archive_bytes, limits, stop, watch, num_entries: 0, unpacked: Unpacked::default() }
    }

    /// What came of it.
    pub fn finish(self) -> Unpacked {
        self.unpacked
    }

    /// Whether an archive may announce so many entries.
    ///
    /// # Errors
    /// It may not.
    pub fn check_count(&self, num_entries: u64) -> Result<(), ArchiveError> {
        let max = self.limits.max_entries;
        if num_entries > max { Err(ArchiveError::TooManyEntries { max }) } else { Ok(()) }
    }

    /// Counts an entry, and checks its path: `None` where it is left out.
    ///
    /// # Errors
    /// There are too many, or the path is not allowed.
    pub fn enter(&mut self, name: &[u8]) -> Result<Option<PathBuf>, ArchiveError> {
        self.stop.check()?;
        self.num_entries += 1;
        self.check_count(self.num_entries)?;
        relative_path(name, self.limits)
    }

    /// Makes a folder.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn folder(&mut self, path: &Path) -> Result<(), ArchiveError> {
        let path = self.folder.join(path);
        fs::create_dir_all(&path).map_err(|source| ArchiveError::File { path, source })
    }

    /// Writes a file; `packed_bytes` is what the archive has of it, where it says so.
    ///
    /// # Errors
    /// It is too large, stands there already, or cannot be read or written.
    pub fn file(
        &mut self,
        path: &Path,
        reader: &mut dyn Read,
        packed_bytes: Option<u64>,
    ) -> Result<(), ArchiveError> {
        if let Some(parent) = path.parent() {
            self.folder(parent)?;
        }
        let target = self.folder.join(path);
        let refused = |source: io::Error| match source.kind() {
            io::ErrorKind::AlreadyExists => named(path, "there are two of it"),
            _other => ArchiveError::File { path: target.clone(), source },
        };
        let mut file = OpenOptions::new().write(true).create_new(true).open(&target).map_err(refused)?;
        let mut chunk = vec![0; CHUNK_BYTES];
        let mut file_bytes = 0;
        loop {
            self.stop.check()?;
            let count = match reader.read(&mut chunk) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    return Err(ArchiveError::Damaged(format!("{}: {error}", path.display())));
                }
            };
            file_bytes += count as u64;
            self.unpacked.num_bytes += count as u64;
            self.check_size(path, file_bytes, packed_bytes)?;
            file.write_all(&chunk[..count]).map_err(refused)?;
            (self.watch)(self.unpacked.num_bytes);
        }
        self.unpacked.num_files += 1;
        Ok(())
    }

    fn check_size(
        &self,
        path: &Path,
        file_bytes: u64,
        packed_bytes: Option<u64>,
    ) -> Result<(), ArchiveError> {
        let ArchiveLimits { max_total_bytes, max_ratio, .. } = *self.limits;
        if self.unpacked.num_bytes > max_total_bytes {
            return Err(ArchiveError::TooLarge { max_bytes: max_total_bytes });
        }
        let is_above =
            |bytes: u64, packed: u64| bytes > RATIO_FREE_BYTES && bytes / max_ratio.max(1) > packed;
        if packed_bytes.is_some_and(|packed| is_above(file_bytes, packed))
            || is_above(self.unpacked.num_bytes, self.archive_bytes)
        {
            return Err(ArchiveError::Ratio { path: path.display().to_string(), max: max_ratio });
        }
        Ok(())
    }
}

/// A path below the folder, made of plain names; `None` where it is left out.
fn relative_path(name: &[u8], limits: &ArchiveLimits) -> Result<Option<PathBuf>, ArchiveError> {
    let lossy = String::from_utf8_lossy(name);
    let refuse = |reason| Err(named(Path::new(lossy.as_ref()), reason));
    let Ok(text) = std::str::from_utf8(name) else { return refuse("it is no UTF-8") };
    if text.len() > limits.max_path_bytes {
        return refuse("it is too long");
    }
    if text.starts_with('/') {
        return refuse("it does not start in the archive");
    }
    if text.contains(|letter: char| letter.is_control() || matches!(letter, '\\' | ':')) {
        return refuse("it has letters that not every system can write");
    }
    let names: Vec<&str> = text.split('/').filter(|name| !name.is_empty() && *name != ".").collect();
    if names.contains(&"..") {
        return refuse("it leads out of its folder");
    }
    if names.len() > limits.max_depth {
        return refuse("it is too deep");
    }
    let is_left_out = names.iter().any(|name| name.starts_with('.') || LEFT_OUT.contains(name));
    Ok((!is_left_out && !names.is_empty()).then(|| names.iter().collect()))
}

fn named(path: &Path, reason: &'static str) -> ArchiveError {
    /// Letters of a path that are shown.
    const SHOWN: usize = 200;
    ArchiveError::Path { path: path.display().to_string().chars().take(SHOWN).collect(), reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_paths_are_taken() {
        let limits = ArchiveLimits { max_depth: 3, max_path_bytes: 40, ..ArchiveLimits::default() };
        let path = |name: &[u8]| relative_path(name, &limits);
        for (name, expected) in [
            ("cats/a.jpg", Some("cats/a.jpg")),
            ("./cats//a.jpg", Some("cats/a.jpg")),
            ("cats/", Some("cats")),
            ("cats/.hidden", None),
            ("__MACOSX/cats/._a.jpg", None),
            ("./", None),
        ] {
            let ours = path(name.as_bytes()).expect("an allowed path");
            assert_eq!(ours, expected.map(PathBuf::from), "{name}");
        }
        let hostile: [&[u8]; 10] = [
            b"../a",
            b"cats/../../a",
            b"/etc/passwd",
            b"C:\\a",
            b"cats\\..\\a",
            b"a\0b",
            b"a\nb",
            b"\xff\xfe",
            b"1/2/3/4",
            b"0123456789012345678901234567890123456789a",
        ];
        for name in hostile {
            assert!(path(name).is_err(), "{:?}", String::from_utf8_lossy(name));
        }
    }
}
