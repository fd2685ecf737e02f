//! How much of the disk training takes, and how much it may.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::error::RunsError;

/// How long a measurement counts: looking at every file of a large data set takes a tenth of a second.
const COUNTS_FOR: Duration = Duration::from_secs(5);

/// A folder of bounded size.
#[derive(Debug)]
pub struct Disk {
    folder: Option<PathBuf>,
    max_bytes: u64,
    measured: Mutex<Option<(Instant, u64)>>,
}

impl Disk {
    /// What is below this folder may take so many bytes.
    pub fn new(folder: Option<PathBuf>, max_bytes: u64) -> Self {
        Self { folder, max_bytes, measured: Mutex::default() }
    }

    /// The limit.
    pub fn max_bytes(&self) -> u64 {
        self.max_bytes
    }

    /// What is taken, as it was a few seconds ago at most. Looks at every file, so it blocks.
    pub fn used_bytes(&self) -> u64 {
        let mut measured = self.measured.lock().expect("no holder of this lock panics");
        if let Some((_at, bytes)) = measured.filter(|(at, _bytes)| at.elapsed() < COUNTS_FOR) {
            return bytes;
        }
        let bytes = self.folder.as_deref().map_or(0, size_bytes);
        *measured = Some((Instant::now(), bytes));
        bytes
    }

    /// Has the next question look anew.
    pub fn has_changed(&self) {
        *self.measured.lock().expect("no holder of this lock panics") = None;
    }

    /// What is left. Blocks as [`Disk::used_bytes`].
    ///
    /// # Errors
    /// Nothing is, or less than is wanted.
    pub fn room_for(&self, wanted_bytes: u64) -> Result<u64, RunsError> {
        let (used_bytes, max_bytes) = (self.used_bytes(), self.max_bytes);
        let left = max_bytes.saturating_sub(used_bytes);
        if left == 0 || left < wanted_bytes {
            return Err(RunsError::DiskFull { used_bytes, max_bytes });
        }
        Ok(left)
    }
}

/// Bytes of all files below a folder; what goes while it is looked at counts as nothing.
fn size_bytes(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let size = |entry: fs::DirEntry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => size_bytes(&entry.path()),
        Ok(metadata) => metadata.len(),
        Err(_gone) => 0,
    };
    entries.flatten().map(size).sum()
}
