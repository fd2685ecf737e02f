//! Which pictures are trained on, which choices are made by, and which nothing is chosen by. Divided by a seed, class by class, or by
//! official lists; kept as JSON, so that a later run divides alike.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use shared::SplitCounts;

use super::error::DatasetError;
use super::{Dataset, Picture, split_files};
use crate::safe_file;

/// How a data set is divided.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SplitPlan {
    /// What the pictures of a class are shuffled with.
    pub seed: u64,
    /// Of each class, in percent.
    pub validation_percent: f64,
    /// Of each class, in percent; 0 where the test pictures are another data set.
    pub test_percent: f64,
}

/// A divided data set, by the paths of its pictures.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Split {
    /// Of the data set.
    pub data_hash: String,
    /// How it came to be, in words.
    pub origin: String,
    /// That weights are fitted to.
    pub train: Vec<String>,
    /// That choices are made by.
    pub validation: Vec<String>,
    /// That nothing is chosen by.
    pub test: Vec<String>,
}

/// A divided data set, by the positions of its pictures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SplitRows {
    /// That weights are fitted to.
    pub train: Vec<usize>,
    /// That choices are made by.
    pub validation: Vec<usize>,
    /// That nothing is chosen by.
    pub test: Vec<usize>,
}

impl SplitPlan {
    /// # Errors
    /// A share is negative, or nothing is left to train on.
    pub fn check(&self) -> Result<(), DatasetError> {
        let (validation_percent, test_percent) = (self.validation_percent, self.test_percent);
        let is_share = |percent: f64| (0.0..100.0).contains(&percent);
        if is_share(validation_percent) && is_share(test_percent) && validation_percent + test_percent < 100.0
        {
            return Ok(());
        }
        Err(DatasetError::Shares { validation_percent, test_percent })
    }
}

impl Split {
    /// Divides each class by itself, in an order that depends on the seed and the pictures' content alone: neither the other classes
    /// nor the names of files change it.
    ///
    /// # Errors
    /// The shares leave nothing to train on.
    pub fn stratified(dataset: &Dataset, plan: &SplitPlan) -> Result<Self, DatasetError> {
        plan.check()?;
        let SplitPlan { seed, validation_percent, test_percent } = *plan;
        let mut split = Self {
            data_hash: dataset.hash.clone(),
            origin: format!(
                "each class divided by seed {seed}: {validation_percent} % validation, {test_percent} % test"
            ),
            ..Self::default()
        };
        for class_index in 0..dataset.classes.len() {
            let pictures: Vec<&Picture> =
                dataset.pictures.iter().filter(|picture| picture.class_index == class_index).collect();
            split.divide(shuffled(pictures, seed), plan);
        }
        split.sort();
        Ok(split)
    }

    /// Divides as official lists say; where there is none for the validation, a share of the training pictures is taken.
    ///
    /// # Errors
    /// There is no list of training pictures, or one names a file that is not there or in two lists.
    pub fn from_files(dataset: &Dataset, folder: &Path, plan: &SplitPlan) -> Result<Self, DatasetError> {
        let [train, validation, test] = split_files::read(dataset, folder)?;
        let mut split = Self {
            data_hash: dataset.hash.clone(),
            origin: format!(
                "lists in {}",
                folder.file_name().unwrap_or(folder.as_os_str()).to_string_lossy()
            ),
            train: train.unwrap_or_default(),
            validation: validation.clone().unwrap_or_default(),
            test: test.unwrap_or_default(),
        };
        if validation.is_none() && plan.validation_percent > 0.0 {
            split.hold_out(dataset, plan)?;
        }
        split.sort();
        Ok(split)
    }

    /// Reads a split that was kept.
    ///
    /// # Errors
    /// It is none, or one of other pictures.
    pub fn read(dataset: &Dataset, path: &Path) -> Result<Self, DatasetError> {
        let file = |source| DatasetError::File { path: path.to_owned(), source };
        let bytes = fs::read(path).map_err(file)?;
        let split: Self = serde_json::from_slice(&bytes).map_err(|error| file(error.into()))?;
        if split.data_hash != dataset.hash {
            return Err(DatasetError::SplitOfOtherData { path: path.to_owned() });
        }
        Ok(split)
    }

    /// Keeps it.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), DatasetError> {
        let mut bytes = serde_json::to_vec_pretty(self).expect("paths are JSON");
        bytes.push(b'\n');
        safe_file::replace(path, &bytes)
            .map_err(|source| DatasetError::File { path: path.to_owned(), source })
    }

    /// Pictures of each part.
    pub fn counts(&self) -> SplitCounts {
        SplitCounts {
            train: self.train.len() as u64,
            validation: self.validation.len() as u64,
            test: self.test.len() as u64,
        }
    }

    /// The positions of the pictures; a path that the data set does not have is left out.
    pub fn rows(&self, dataset: &Dataset) -> SplitRows {
        let places: HashMap<&str, usize> =
            dataset.pictures.iter().enumerate().map(|(row, picture)| (picture.path.as_str(), row)).collect();
        let rows =
            |paths: &[String]| paths.iter().filter_map(|path| places.get(path.as_str()).copied()).collect();
        SplitRows { train: rows(&self.train), validation: rows(&self.validation), test: rows(&self.test) }
    }

    /// The first of the shuffled pictures are the test's, the next the validation's.
    fn divide(&mut self, pictures: Vec<&Picture>, plan: &SplitPlan) {
        let count = pictures.len();
        let num_test = share(count, plan.test_percent);
        let num_validation = share(count, plan.validation_percent).min(count.saturating_sub(num_test + 1));
        for (position, picture) in pictures.into_iter().enumerate() {
            let part = if position < num_test {
                &mut self.test
            } else if position < num_test + num_validation {
                &mut self.validation
            } else {
                &mut self.train
            };
            part.push(picture.path.clone());
        }
    }

    /// Takes the validation pictures from those of the training.
    fn hold_out(&mut self, dataset: &Dataset, plan: &SplitPlan) -> Result<(), DatasetError> {
        let plan = SplitPlan { test_percent: 0.0, ..*plan };
        plan.check()?;
        let rows = self.rows(dataset).train;
        let (train, test) = (std::mem::take(&mut self.train), std::mem::take(&mut self.test));
        drop(train);
        for class_index in 0..dataset.classes.len() {
            let pictures = rows.iter().map(|row| &dataset.pictures[*row]);
            let pictures = pictures.filter(|picture| picture.class_index == class_index).collect();
            self.divide(shuffled(pictures, plan.seed), &plan);
        }
        self.test = test;
        Ok(())
    }

    fn sort(&mut self) {
        for part in [&mut self.train, &mut self.validation, &mut self.test] {
            part.sort();
        }
    }
}

/// A hash of seed and content shuffles without a generator; pictures of the same content stay together.
pub fn shuffled(mut pictures: Vec<&Picture>, seed: u64) -> Vec<&Picture> {
    pictures.sort_by_cached_key(|picture| {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&seed.to_le_bytes()).update(picture.content.as_bytes());
        (*hasher.finalize().as_bytes(), picture.path.clone())
    });
    pictures
}

/// So many of `count`, rounded; of three and more at least one, and never all.
fn share(count: usize, percent: f64) -> usize {
    const FEW: usize = 3;
    if percent <= 0.0 || count < 2 {
        return 0;
    }
    let rounded = (count as f64 * percent / 100.0).round() as usize;
    rounded.max(usize::from(count >= FEW)).min(count - 1)
}
