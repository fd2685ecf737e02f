//! Which files belong to which class: those below each folder, in the order of torchvision's ImageFolder (code points of their names).

use std::fs::{self, DirEntry};
use std::path::Path;

use shared::SkippedFile;

use super::error::DatasetError;

/// Files below class folders.
pub struct Found {
    /// Names of the class folders, sorted.
    pub classes: Vec<String>,
    /// Class by class, sorted by path.
    pub files: Vec<FoundFile>,
    /// Files beside the class folders.
    pub outside: Vec<SkippedFile>,
}

/// A file of a class.
#[derive(Clone, Debug)]
pub struct FoundFile {
    /// Below the data set's folder, with `/` on every system.
    pub path: String,
    /// Position of its class.
    pub class_index: usize,
}

/// All files below a folder whose names do not start with a dot. A link to a folder is not followed: it could lead back.
///
/// # Errors
/// A folder cannot be read, or there is none in it.
pub fn find(folder: &Path) -> Result<Found, DatasetError> {
    let mut found = Found { classes: Vec::new(), files: Vec::new(), outside: Vec::new() };
    for (name, is_folder) in entries(folder)? {
        if is_folder {
            found.classes.push(name);
        } else {
            found.outside.push(SkippedFile { path: name, reason: "it lies in no class folder".to_owned() });
        }
    }
    if found.classes.is_empty() {
        return Err(DatasetError::NoClasses { path: folder.to_owned() });
    }
    for (class_index, class) in found.classes.iter().enumerate() {
        let mut paths = Vec::new();
        collect(&folder.join(class), class, &mut paths)?;
        paths.sort();
        found.files.extend(paths.into_iter().map(|path| FoundFile { path, class_index }));
    }
    Ok(found)
}

fn collect(folder: &Path, prefix: &str, paths: &mut Vec<String>) -> Result<(), DatasetError> {
    for (name, is_folder) in entries(folder)? {
        let path = format!("{prefix}/{name}");
        if is_folder {
            collect(&folder.join(&name), &path, paths)?;
        } else {
            paths.push(path);
        }
    }
    Ok(())
}

/// Names in a folder, sorted, and whether each is a folder. Those that are no text are left out.
fn entries(folder: &Path) -> Result<Vec<(String, bool)>, DatasetError> {
    let unreadable = |source| DatasetError::FolderUnreadable { path: folder.to_owned(), source };
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry: DirEntry = entry.map_err(unreadable)?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let is_folder = entry.file_type().map_err(unreadable)?.is_dir();
        if !name.starts_with('.') && (is_folder || entry.path().is_file()) {
            names.push((name, is_folder));
        }
    }
    names.sort();
    Ok(names)
}
