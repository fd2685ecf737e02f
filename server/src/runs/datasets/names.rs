//! What data sets are called in addresses, and where in an archive their class folders are.

use std::fs;
use std::path::{Path, PathBuf};

/// The longest that a slug gets.
const MAX_SLUG: usize = 40;
/// Folders around the class folders that an archive may have.
const MAX_WRAPPERS: usize = 3;

/// A name as it stands in an address: small letters and digits, with one `-` for whatever is between them.
pub fn slug(name: &str) -> String {
    let mut slug = String::new();
    for letter in name.chars().flat_map(char::to_lowercase) {
        if letter.is_ascii_alphanumeric() {
            slug.push(letter);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(MAX_SLUG);
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "dataset".to_owned() } else { slug.to_owned() }
}

/// The folder with the class folders: of an archive in which one folder holds everything, that one.
pub fn class_root(folder: &Path) -> PathBuf {
    let mut root = folder.to_owned();
    for _wrapper in 0..MAX_WRAPPERS {
        match visible(&root).as_slice() {
            [only] if visible(only).iter().any(|inner| inner.is_dir()) => root = only.clone(),
            _classes => break,
        }
    }
    root
}

/// What is in a folder and not hidden; nothing where it is none.
pub fn visible(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let entries = entries.flatten();
    entries
        .filter(|entry| !entry.file_name().as_encoded_bytes().starts_with(b"."))
        .map(|entry| entry.path())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_plain() {
        for (name, expected) in [
            ("Caltech-256", "caltech-256"),
            ("  My  photos (2026)! ", "my-photos-2026"),
            ("../../etc", "etc"),
            ("\u{5199}\u{771f}", "dataset"),
        ] {
            assert_eq!(slug(name), expected);
        }
        assert_eq!(slug(&"a".repeat(100)).len(), MAX_SLUG);
    }

    #[test]
    fn a_folder_around_the_class_folders_is_seen_through() {
        let archive = tempfile::TempDir::new().expect("a temporary folder");
        let root = archive.path();
        for class in ["caltech/a", "caltech/b", ".hidden"] {
            fs::create_dir_all(root.join(class)).expect("a temporary folder");
        }
        assert_eq!(class_root(root), root.join("caltech"));
        fs::write(root.join("caltech/a/1.png"), []).expect("a temporary file");
        assert_eq!(class_root(root), root.join("caltech"), "a class with files is no folder around classes");
        fs::create_dir(root.join("other")).expect("a temporary folder");
        assert_eq!(class_root(root), root);
    }
}
