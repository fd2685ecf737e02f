//! Official lists: text files in a folder, one for each part, with one path a line below the data set's folder. Empty lines and those
//! that start with `#` count as none, `\` as `/`, and what stands behind a tab, such as a class number, is passed over.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::Dataset;
use super::error::{DatasetError, first};

/// Names of the files of training, validation and test; only the first must be there.
pub const FILES: [&str; 3] = ["train.txt", "validation.txt", "test.txt"];

/// The paths in each of the three lists. Files that are there and no pictures are left out; they are listed anyway.
///
/// # Errors
/// There is no list of training pictures, or one names a file that is not there or in two lists.
pub fn read(dataset: &Dataset, folder: &Path) -> Result<[Option<Vec<String>>; 3], DatasetError> {
    let pictures: HashSet<&str> = dataset.pictures.iter().map(|picture| picture.path.as_str()).collect();
    let skipped: HashSet<&str> = dataset.skipped.iter().map(|file| file.path.as_str()).collect();
    let mut lists: BTreeMap<String, PathBuf> = BTreeMap::new();
    let mut read = |name: &str| -> Result<Option<Vec<String>>, DatasetError> {
        let path = folder.join(name);
        let wrong = |reason: String| DatasetError::SplitFile { path: path.clone(), reason };
        let Some(paths) = lines(&path)? else { return Ok(None) };
        let missing: Vec<String> = paths
            .iter()
            .filter(|path| !pictures.contains(path.as_str()) && !skipped.contains(path.as_str()))
            .cloned()
            .collect();
        if !missing.is_empty() {
            return Err(wrong(format!(
                "it names files that the data set does not have: {}",
                first(&missing)
            )));
        }
        for path in &paths {
            if let Some(other) = lists.insert(path.clone(), folder.join(name)) {
                return Err(wrong(format!("{path} stands in {} too, or twice", other.display())));
            }
        }
        Ok(Some(paths.into_iter().filter(|path| pictures.contains(path.as_str())).collect()))
    };
    let [train, validation, test] = FILES;
    let Some(train) = read(train)? else {
        let reason = "there is no such list; it names the training pictures, one path a line".to_owned();
        return Err(DatasetError::SplitFile { path: folder.join(train), reason });
    };
    Ok([Some(train), read(validation)?, read(test)?])
}

fn lines(path: &Path) -> Result<Option<Vec<String>>, DatasetError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(DatasetError::File { path: path.to_owned(), source }),
    };
    let lines = text.trim_start_matches('\u{feff}').lines();
    let paths = lines.map(|line| line.split('\t').next().unwrap_or_default().trim());
    let paths = paths.filter(|line| !line.is_empty() && !line.starts_with('#'));
    Ok(Some(paths.map(|path| path.replace('\\', "/").trim_start_matches("./").to_owned()).collect()))
}
