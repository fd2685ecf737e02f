//! Where things lie in the checkout and outside of it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Every package but this one, for cargo: what is built with the same packages is not compiled twice with other features.
pub const ALL_BUT_THIS: [&str; 3] = ["--workspace", "--exclude", "xtask"];

/// The checkout's root. `cargo xtask` is never installed, so that the path it was compiled at is the path it works on.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the workspace")
}

/// What cargo builds into; `CARGO_TARGET_DIR` is honoured.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |target| root().join(target))
}

/// A file or folder of the frontend.
pub fn frontend(path: &str) -> PathBuf {
    root().join("frontend").join(path)
}

/// A folder for what is expensive to make and belongs to no checkout, below the user's cache.
///
/// # Errors
/// There is no home.
pub fn cache(name: &str) -> Result<PathBuf> {
    let base = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let base = match base {
        Some(base) => base,
        None => Path::new(&std::env::var_os("HOME").context("neither HOME nor XDG_CACHE_HOME is set")?)
            .join(".cache"),
    };
    Ok(base.join("backbone-explorer").join(name))
}

/// Reads a file; a failure names it.
///
/// # Errors
/// The file cannot be read.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Reads a text; a failure names it.
///
/// # Errors
/// The file cannot be read or is no text.
pub fn read_text(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Writes a file and the folders above it; a failure names it.
///
/// # Errors
/// The file cannot be written.
pub fn write(path: &Path, content: impl AsRef<[u8]>) -> Result<()> {
    let folder = path.parent().expect("a file lies in a folder");
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(path, content))
        .with_context(|| format!("cannot write {}", path.display()))
}
