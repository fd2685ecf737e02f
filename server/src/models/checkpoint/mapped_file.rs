//! A file's bytes without reading them: the operating system pages in what is touched. Gigabytes of weights are then
//! neither copied nor held twice. It knows no format.

use std::fs::File;
use std::ops::Deref;
use std::path::Path;

use memmap2::Mmap;

use super::error::CheckpointError;

/// The bytes of a file that is not empty.
#[derive(Debug)]
pub struct MappedFile(Mmap);

impl MappedFile {
    /// Maps a file.
    ///
    /// # Errors
    /// If there is no such file, it is a folder or cannot be read, or it is empty.
    pub fn open(path: &Path) -> Result<Self, CheckpointError> {
        let file = File::open(path).map_err(CheckpointError::Unreadable)?;
        let metadata = file.metadata().map_err(CheckpointError::Unreadable)?;
        if metadata.is_dir() {
            return Err(CheckpointError::Folder);
        }
        if metadata.len() == 0 {
            return Err(CheckpointError::Empty);
        }
        // SAFETY: the map is read only. Who writes into a checkpoint while it is in use gets other numbers, as with any
        // reader of such a file; every offset has been checked against the length that was mapped.
        let map = unsafe { Mmap::map(&file) }.map_err(CheckpointError::Unreadable)?;
        Ok(Self(map))
    }
}

impl Deref for MappedFile {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}
