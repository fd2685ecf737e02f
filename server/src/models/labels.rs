//! The names of a model's classes: from a file, from the checkpoint, or by their number. A list that is one of the known
//! sets in its dataset's spelling (`001.ak47`, `BACKGROUND_Google`) is shown in the spelling of `assets/labels`.

use std::path::{Path, PathBuf};

use thiserror::Error;

/// Names of the classes, in the order of the logits, and where they come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labels {
    /// As many as the head has outputs.
    pub names: Vec<String>,
    /// In words, such as `Caltech-101, from the checkpoint`.
    pub source: String,
}

/// What names are known of a checkpoint's classes.
#[derive(Clone, Debug)]
pub struct LabelChoice<'choice> {
    /// Outputs of the head.
    pub num_classes: usize,
    /// A file that was chosen; it goes before everything else.
    pub file: Option<&'choice Path>,
    /// Names from the checkpoint or the config beside it.
    pub checkpoint: Option<&'choice [String]>,
    /// What the checkpoint calls its set of classes.
    pub checkpoint_set: Option<&'choice str>,
}

/// Why there are no names.
#[derive(Debug, Error)]
pub enum LabelError {
    /// The file cannot be read, or is not text.
    #[error("the labels in {} cannot be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file has another number of lines.
    #[error(
        "{} has {found} names, but the model's head has {expected} outputs; give a file with {expected} names, one a \
         line in the order of the outputs",
        path.display()
    )]
    Count {
        /// The file.
        path: PathBuf,
        /// Names in it.
        found: usize,
        /// Names that are needed.
        expected: usize,
    },
}

/// A dataset's classes, spelled for display.
struct KnownSet {
    name: &'static str,
    text: &'static str,
}

const KNOWN_SETS: [KnownSet; 3] = [
    KnownSet { name: "Caltech-101", text: include_str!("../../../assets/labels/caltech101.txt") },
    KnownSet { name: "Caltech-256", text: include_str!("../../../assets/labels/caltech256.txt") },
    KnownSet { name: "ImageNet-1k", text: include_str!("../../../assets/labels/imagenet.txt") },
];

/// The names of the classes: the file's, or the checkpoint's, or those of the known set of that size, or numbers.
///
/// # Errors
/// If the file cannot be read or has another number of names.
pub fn choose(choice: &LabelChoice<'_>) -> Result<Labels, LabelError> {
    if let Some(path) = choice.file {
        let names = read_file(path, choice.num_classes)?;
        let file_name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        return Ok(named(names, None, &format!("from {file_name}")));
    }
    if let Some(names) = choice.checkpoint {
        if names.len() == choice.num_classes {
            return Ok(named(names.to_vec(), choice.checkpoint_set, "from the checkpoint"));
        }
        tracing::warn!(
            names = names.len(),
            outputs = choice.num_classes,
            "the checkpoint names another number of classes than its head has; its names are passed over"
        );
    }
    Ok(by_count(choice.num_classes))
}

/// The names of a head's classes, which its file gives.
pub fn of_head(names: &[String]) -> Labels {
    named(names.to_vec(), None, "from the head")
}

/// Names of class folders as they are shown: those of a known set, or without the number in front and with spaces.
pub fn of_folders(folders: &[String]) -> Vec<String> {
    if let Some(known) = KNOWN_SETS.iter().find(|known| known.is(folders)) {
        return known.names();
    }
    folders.iter().map(|folder| without_number(folder).trim().replace('_', " ")).collect()
}

/// Names as they are shown: those of a known set if they are its, otherwise as given, with spaces for underscores.
fn named(names: Vec<String>, set: Option<&str>, origin: &str) -> Labels {
    let known = KNOWN_SETS.iter().find(|known| known.is(&names));
    let set = set.or(known.map(|known| known.name));
    let source = set.map_or_else(|| format!("names {origin}"), |set| format!("{set}, {origin}"));
    let names = match known {
        Some(known) => known.names(),
        None => names.iter().map(|name| name.trim().replace('_', " ")).collect(),
    };
    Labels { names, source }
}

fn by_count(num_classes: usize) -> Labels {
    match KNOWN_SETS.iter().find(|known| known.names().len() == num_classes) {
        Some(known) => Labels {
            names: known.names(),
            source: format!("{}, as the head has {num_classes} outputs", known.name),
        },
        None => Labels {
            names: (0..num_classes).map(|index| format!("class {index}")).collect(),
            source: "numbers, as the checkpoint names no classes".to_owned(),
        },
    }
}

fn read_file(path: &Path, expected: usize) -> Result<Vec<String>, LabelError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| LabelError::Unreadable { path: path.to_owned(), source })?;
    let names: Vec<String> = lines(&text).map(str::to_owned).collect();
    if names.len() != expected {
        return Err(LabelError::Count { path: path.to_owned(), found: names.len(), expected });
    }
    Ok(names)
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.trim_start_matches('\u{feff}').lines().map(str::trim).filter(|line| !line.is_empty())
}

impl KnownSet {
    fn names(&self) -> Vec<String> {
        lines(self.text).map(str::to_owned).collect()
    }

    /// Whether a list is this set in another spelling. A few names may differ in more than that: ImageNet's lists name
    /// some classes by other synonyms.
    fn is(&self, names: &[String]) -> bool {
        let own: Vec<&str> = lines(self.text).collect();
        let alike = own.iter().zip(names).filter(|(own, name)| essence(own) == essence(name)).count();
        own.len() == names.len() && alike * 10 >= own.len() * 9
    }
}

/// What two spellings of a class have in common: the first synonym's letters and digits, without number and suffix.
fn essence(name: &str) -> String {
    let first = name.split(',').next().unwrap_or(name);
    let first = without_number(first);
    let first = first.strip_suffix("-101").unwrap_or(first);
    first.chars().filter(|sign| sign.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// `001.ak47` is `ak47`.
fn without_number(name: &str) -> &str {
    match name.split_once('.') {
        Some((number, rest))
            if !rest.is_empty() && !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            rest
        }
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(num_classes: usize) -> LabelChoice<'static> {
        LabelChoice { num_classes, file: None, checkpoint: None, checkpoint_set: None }
    }

    #[test]
    fn a_bare_head_is_named_by_its_size() {
        let table = [
            (102, 31, "cup", "Caltech-101, as the head has 102 outputs"),
            (257, 256, "clutter", "Caltech-256, as the head has 257 outputs"),
            (1000, 0, "tench", "ImageNet-1k, as the head has 1000 outputs"),
            (20, 17, "class 17", "numbers, as the checkpoint names no classes"),
        ];
        for (num_classes, index, name, source) in table {
            let labels = choose(&choice(num_classes)).expect("no file is read");
            assert_eq!((labels.names.len(), labels.names[index].as_str()), (num_classes, name));
            assert_eq!(labels.source, source);
        }
    }

    #[test]
    fn a_known_set_is_known_in_its_datasets_spelling() {
        let folders: Vec<String> = by_count(257)
            .names
            .iter()
            .enumerate()
            .map(|(index, name)| format!("{:03}.{}-101", index + 1, name.to_lowercase().replace(' ', "-")))
            .collect();
        let labels = choose(&LabelChoice { checkpoint: Some(&folders), ..choice(257) }).expect("names");
        assert_eq!(labels, Labels { source: "Caltech-256, from the checkpoint".to_owned(), ..by_count(257) });
    }

    #[test]
    fn other_names_stay_as_they_are() {
        let names = ["Paris, France", "wild_cat"].map(str::to_owned);
        let labels = choose(&LabelChoice { checkpoint: Some(&names), ..choice(2) }).expect("names");
        assert_eq!(labels.names, ["Paris, France", "wild cat"]);
        assert_eq!(labels.source, "names from the checkpoint");
    }

    #[test]
    fn names_of_another_head_are_passed_over() {
        let names = ["one".to_owned()];
        let labels = choose(&LabelChoice { checkpoint: Some(&names), ..choice(2) }).expect("numbers");
        assert_eq!(labels.names, ["class 0", "class 1"]);
    }
}
