//! Files that are replaced as a whole: who reads one, or finds it after a run was killed, has the old one or the new one.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Writes beside the file first, then puts it in its place.
///
/// # Errors
/// The folder cannot be written.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let part = beside(path, ".part");
    fs::write(&part, bytes)?;
    fs::rename(&part, path)
}

/// The path with something behind its name.
pub fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}
