//! Archives of photos from outside, unpacked into a folder of their own: zip, tar and tar.gz. Every entry is hostile until checked: its
//! path is made of plain names, it is a file or a folder, and names, count, depth, bytes and the ratio to what was sent are limited before
//! and while it is written. A folder appears under its name when everything is in it, and otherwise not at all.

mod entry;
mod tape;
mod zipped;

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::safe_file;
use crate::stop_flag::{StopFlag, Stopped};

pub use entry::Unpacked;

use entry::Unpacking;

/// Where the name of the tar format stands in its first block.
const TAR_MAGIC_OFFSET: usize = 257;

/// What an archive may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArchiveLimits {
    /// Files and folders.
    pub max_entries: u64,
    /// Bytes of all files when they are unpacked.
    pub max_total_bytes: u64,
    /// Bytes of a file, or of all, over the bytes that they have in the archive.
    pub max_ratio: u64,
    /// Bytes of a path.
    pub max_path_bytes: usize,
    /// Names of a path.
    pub max_depth: usize,
}

/// Why an archive is not unpacked.
#[derive(Debug, Error)]
pub enum ArchiveError {
    /// Neither zip nor tar.
    #[error(
        "it is no archive that is read: send a .zip, a .tar or a .tar.gz with one folder of photos for each class"
    )]
    UnknownFormat,
    /// An archive that contradicts itself.
    #[error("the archive is damaged: {0}")]
    Damaged(String),
    /// A path that leads elsewhere, or that not every system can write.
    #[error("the archive has an entry whose path is not allowed, {path:?}: {reason}")]
    Path {
        /// The path.
        path: String,
        /// What is wrong.
        reason: &'static str,
    },
    /// A link, a device.
    #[error("the archive holds {kind}, {path:?}: only files and folders are taken")]
    Kind {
        /// What it is.
        kind: &'static str,
        /// Where.
        path: String,
    },
    /// Encrypted, or compressed in another way.
    #[error("{path:?} in the archive is {how}: pack it again without encryption, deflated or stored")]
    Unreadable {
        /// Where.
        path: String,
        /// How it was packed.
        how: String,
    },
    /// Files and folders.
    #[error("the archive has more than {max} entries")]
    TooManyEntries {
        /// The limit.
        max: u64,
    },
    /// Bytes.
    #[error("the archive has more than {} MB when it is unpacked", max_bytes / 1_000_000)]
    TooLarge {
        /// The limit.
        max_bytes: u64,
    },
    /// A bomb.
    #[error("{path:?} in the archive unpacks to more than {max} times its size, which no photos do")]
    Ratio {
        /// Where.
        path: String,
        /// The limit.
        max: u64,
    },
    /// The folder is there already.
    #[error("there is already a data set at {}", path.display())]
    Exists {
        /// The folder.
        path: PathBuf,
    },
    /// The disk.
    #[error("{} cannot be read or written", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The flag.
    #[error(transparent)]
    Stopped(#[from] Stopped),
}

/// 200,000 entries, 2 GB, 200 times, as a data set of photos never has.
impl Default for ArchiveLimits {
    fn default() -> Self {
        Self {
            max_entries: 200_000,
            max_total_bytes: 2_000_000_000,
            max_ratio: 200,
            max_path_bytes: 512,
            max_depth: 8,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Zip,
    Gzip,
    Tar,
}

/// Unpacks an archive into a folder that does not exist yet. `watch` is told of the bytes that are written.
///
/// # Errors
/// Says what is wrong with the archive. Nothing is left then, not outside of the folder and not of it.
pub fn unpack(
    archive: &Path,
    folder: &Path,
    limits: &ArchiveLimits,
    stop: &StopFlag,
    watch: &mut dyn FnMut(u64),
) -> Result<Unpacked, ArchiveError> {
    if folder.exists() {
        return Err(ArchiveError::Exists { path: folder.to_owned() });
    }
    let unreadable = |source| ArchiveError::File { path: archive.to_owned(), source };
    let mut file = File::open(archive).map_err(unreadable)?;
    let archive_bytes = file.metadata().map_err(unreadable)?.len();
    let format = sniff(&mut file).map_err(unreadable)?.ok_or(ArchiveError::UnknownFormat)?;
    let part = PartFolder::new(safe_file::beside(folder, ".part"))?;
    let mut unpacking = Unpacking::new(&part.path, archive_bytes, limits, stop, watch);
    match format {
        Format::Zip => zipped::unpack(file, &mut unpacking)?,
        Format::Tar => tape::unpack(file, &mut unpacking)?,
        Format::Gzip => tape::unpack(flate2::read::MultiGzDecoder::new(file), &mut unpacking)?,
    }
    let unpacked = unpacking.finish();
    fs::rename(&part.path, folder)
        .map_err(|source| ArchiveError::File { path: folder.to_owned(), source })?;
    Ok(unpacked)
}

/// What a file is, by its first bytes; its name says nothing.
fn sniff(file: &mut File) -> io::Result<Option<Format>> {
    let mut start = Vec::new();
    file.take(TAR_MAGIC_OFFSET as u64 + 5).read_to_end(&mut start)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(match start.as_slice() {
        [b'P', b'K', 3 | 5, 4 | 6, ..] => Some(Format::Zip),
        [0x1f, 0x8b, ..] => Some(Format::Gzip),
        start if start.get(TAR_MAGIC_OFFSET..) == Some(b"ustar") => Some(Format::Tar),
        _ => None,
    })
}

/// A folder that goes when it is dropped, unless it was renamed.
struct PartFolder {
    path: PathBuf,
}

impl PartFolder {
    /// What a killed process has left there goes first.
    fn new(path: PathBuf) -> Result<Self, ArchiveError> {
        let made = match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _gone => fs::create_dir_all(&path),
        };
        made.map_err(|source| ArchiveError::File { path: path.clone(), source })?;
        Ok(Self { path })
    }
}

impl Drop for PartFolder {
    fn drop(&mut self) {
        match fs::remove_dir_all(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::error!(path = %self.path.display(), %error, "an unfinished data set is left on the disk");
            }
            _gone => {}
        }
    }
}
