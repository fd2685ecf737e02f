//! The data sets of a job, and the features of their parts.

use shared::SplitCounts;

use super::{Job, Watcher};
use crate::dataset::{Dataset, Picture, Split};
use crate::stop_flag::StopFlag;
use crate::training::error::TrainingError;
use crate::training::examples::Examples;
use crate::training::features::{Extracted, Trunk};
use shared::TrainingEvent;

/// Data sets and how they are divided.
pub struct Data {
    /// Trained on.
    pub train: Dataset,
    /// How it is divided.
    pub split: Split,
    /// Another one for the test.
    pub test: Option<Dataset>,
}

/// The pictures with their features.
pub struct Parts {
    /// That weights are fitted to.
    pub train: Examples,
    /// That choices are made by.
    pub validation: Examples,
    /// That nothing is chosen by.
    pub test: Examples,
}

impl Data {
    /// Reads and divides it.
    ///
    /// # Errors
    /// A data set cannot be used, or the flag says to stop.
    pub fn read(job: &Job, stop: &StopFlag, watch: Watcher<'_>) -> Result<Self, TrainingError> {
        let mut reading = |progress| watch(TrainingEvent::Reading(progress));
        let (test, cache) = (job.test.as_deref(), job.cache.as_deref());
        let (train, test) = Dataset::open_with_test(&job.dataset, test, cache, stop, &mut reading)?;
        let train = train.named(job.name.clone());
        let split = job.split.divide(&train)?;
        Ok(Self { train, split, test })
    }

    /// Pictures of each part.
    pub fn counts(&self) -> SplitCounts {
        let mut counts = self.split.counts();
        if let Some(test) = &self.test {
            counts.test = test.pictures.len() as u64;
        }
        counts
    }

    /// All pictures that features are needed of.
    pub fn pictures(&self) -> Vec<(&Dataset, &Picture)> {
        let rows = self.split.rows(&self.train);
        let own = rows.train.iter().chain(&rows.validation);
        let own = own.map(|row| (&self.train, &self.train.pictures[*row]));
        let (test, test_rows) = self.test_pictures();
        own.chain(test_rows.into_iter().map(|row| (test, &test.pictures[row]))).collect()
    }

    /// Those that nothing is chosen by: their data set, and their positions in it.
    pub fn test_pictures(&self) -> (&Dataset, Vec<usize>) {
        match &self.test {
            Some(test) => (test, (0..test.pictures.len()).collect()),
            None => (&self.train, self.split.rows(&self.train).test),
        }
    }

    /// The parts with their features; pictures that have none are left out.
    ///
    /// # Errors
    /// The device has no room.
    pub fn examples(&self, extracted: &Extracted, trunk: Trunk<'_>) -> Result<Parts, TrainingError> {
        let rows = self.split.rows(&self.train);
        let of = |dataset, rows: &[usize]| Examples::of(&extracted.table, dataset, rows, trunk.device);
        let (test, test_rows) = self.test_pictures();
        Ok(Parts {
            train: of(&self.train, &rows.train)?,
            validation: of(&self.train, &rows.validation)?,
            test: of(test, &test_rows)?,
        })
    }

    /// What the test pictures are called.
    pub fn test_name(&self) -> String {
        match &self.test {
            Some(test) => format!("{}, {}", self.train.name, test.name),
            None => format!("{}, test part", self.train.name),
        }
    }
}
