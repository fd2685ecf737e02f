//! The pictures to be measured with, and which of a model's outputs each one's folder means.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail, ensure};
use shared::ClassScore;

/// A picture whose class is known.
#[derive(Clone, Debug)]
pub struct Picture {
    /// The file.
    pub path: PathBuf,
    /// The name of the folder that it lies in.
    pub class: String,
}

/// All pictures of a folder of class folders, by class and then by name.
///
/// # Errors
/// Where the folder is not one of class folders.
pub fn find(folder: &Path) -> Result<Vec<Picture>> {
    let mut pictures = Vec::new();
    for class_folder in entries(folder)?.into_iter().filter(|path| path.is_dir()) {
        let class = class_folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let files = entries(&class_folder)?.into_iter().filter(|path| path.is_file());
        pictures.extend(files.map(|path| Picture { path, class: class.clone() }));
    }
    ensure!(!pictures.is_empty(), "{} has no class folders with pictures in them", folder.display());
    Ok(pictures)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read the folder {}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    paths.retain(|path| !path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')));
    paths.sort();
    Ok(paths)
}

/// Which output each class folder means.
#[derive(Debug)]
pub struct ClassOrder(HashMap<String, usize>);

impl ClassOrder {
    /// Matches folders with a model's labels by name; where the names differ but the counts agree, by alphabetical order,
    /// which is how folders of classes become outputs in torchvision's `ImageFolder`.
    ///
    /// # Errors
    /// Where neither fits; names a few folders without a label.
    pub fn of(pictures: &[Picture], classes: &[ClassScore]) -> Result<Self> {
        let folders: BTreeSet<&str> = pictures.iter().map(|picture| picture.class.as_str()).collect();
        let by_label: HashMap<String, usize> =
            classes.iter().map(|class| (plain(&class.label), class.index)).collect();
        let unnamed: Vec<&str> =
            folders.iter().filter(|folder| !by_label.contains_key(&plain(folder))).copied().collect();
        if unnamed.is_empty() {
            return Ok(Self(
                folders.iter().map(|folder| ((*folder).to_owned(), by_label[&plain(folder)])).collect(),
            ));
        }
        if folders.len() == classes.len() {
            return Ok(Self(
                folders.iter().enumerate().map(|(index, folder)| ((*folder).to_owned(), index)).collect(),
            ));
        }
        let some: Vec<&str> = unnamed.iter().take(5).copied().collect();
        bail!(
            "{} of {} folders are named like none of the model's {} labels, such as {}",
            unnamed.len(),
            folders.len(),
            classes.len(),
            some.join(", ")
        )
    }

    /// The output that a folder means.
    ///
    /// # Errors
    /// Where the folder was not there when the order was made.
    pub fn index_of(&self, class: &str) -> Result<usize> {
        self.0.get(class).copied().ok_or_else(|| anyhow!("no class {class}"))
    }
}

/// A name without case, spaces, punctuation and leading numbers: `001.ak47`, `AK47` and `ak-47` are the same.
fn plain(name: &str) -> String {
    let (number, rest) = name.split_once('.').unwrap_or(("", name));
    let name = if number.bytes().all(|byte| byte.is_ascii_digit()) { rest } else { name };
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pictures(classes: &[&str]) -> Vec<Picture> {
        classes.iter().map(|class| Picture { path: PathBuf::new(), class: (*class).to_owned() }).collect()
    }

    fn scores(labels: &[&str]) -> Vec<ClassScore> {
        let score = |(index, label): (usize, &&str)| ClassScore {
            index,
            label: (*label).to_owned(),
            probability: 0.0,
            logit: 0.0,
        };
        // A model's answer is ranked, not in the order of its outputs.
        labels.iter().enumerate().map(score).rev().collect()
    }

    #[test]
    fn folders_are_matched_by_name_first() {
        let order = ClassOrder::of(&pictures(&["car_side", "Faces"]), &scores(&["faces", "car side", "x"]))
            .expect("all");
        assert_eq!((order.index_of("Faces").expect("it"), order.index_of("car_side").expect("it")), (0, 1));
    }

    #[test]
    fn folders_are_matched_by_order_where_only_the_count_agrees() {
        let order = ClassOrder::of(&pictures(&["b", "a"]), &scores(&["first", "second"])).expect("both");
        assert_eq!((order.index_of("a").expect("it"), order.index_of("b").expect("it")), (0, 1));
    }

    #[test]
    fn folders_of_another_data_set_are_refused() {
        let error = ClassOrder::of(&pictures(&["cup", "zebra"]), &scores(&["cup", "cat", "dog"]))
            .expect_err("no zebra");
        assert!(error.to_string().contains("zebra"), "{error}");
    }

    #[test]
    fn names_are_compared_without_their_dress() {
        for (left, right) in
            [("001.ak47", "AK-47"), ("water_lilly", "water lilly"), ("Faces_easy", "faces easy")]
        {
            assert_eq!(plain(left), plain(right));
        }
        assert_ne!(plain("v1.5 engine"), plain("5 engine"));
    }
}
