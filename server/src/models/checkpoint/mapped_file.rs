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

    /// Gives back the memory that holds what was touched. Whoever touches it again gets it from the file.
    pub fn let_go(&self) {
        #[cfg(unix)]
        {
            // SAFETY: the map is read only and of a file, whose pages come back as they are there.
            let advised = unsafe { self.0.unchecked_advise(memmap2::UncheckedAdvice::DontNeed) };
            if let Err(error) = advised {
                tracing::debug!(cause = %error, "the checkpoint's pages stay in memory");
            }
        }
    }
}

impl Deref for MappedFile {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// Bytes of a map that are in this process's memory.
    #[cfg(target_os = "linux")]
    fn resident(map: &MappedFile) -> usize {
        let maps = std::fs::read_to_string("/proc/self/smaps").expect("this process's maps");
        let start = format!("{:x}-", map.as_ptr().addr());
        let of_map = maps.lines().skip_while(|line| !line.starts_with(&start));
        let line = of_map.take(8).find_map(|line| line.strip_prefix("Rss:")).expect("its size");
        line.trim().trim_end_matches(" kB").parse::<usize>().expect("a number") << 10
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_was_read_can_be_given_back_and_read_again() {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(&vec![7; 1 << 20]).expect("room");
        let map = MappedFile::open(file.path()).expect("a map");
        let sum = || map.iter().map(|byte| usize::from(*byte)).sum::<usize>();
        assert_eq!(sum(), 7 << 20);
        assert_eq!(resident(&map), 1 << 20);
        map.let_go();
        assert_eq!(resident(&map), 0);
        assert_eq!(sum(), 7 << 20);
    }
}
