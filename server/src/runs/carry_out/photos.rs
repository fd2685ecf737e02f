//! The photos of a run that measures curves: read, and divided.

use shared::training::{PhotoChoice, RunEvent};

use super::super::validation::split_plan;
use super::Work;
use crate::dataset::{Dataset, Split, SplitRows};
use crate::training::TrainingError;
use crate::training::data_efficiency::EfficiencyData;

/// The photos of a run.
pub struct Photos {
    /// Those of training and validation are taken from.
    pub dataset: Dataset,
    /// Another data set for the test, under the same classes.
    pub test: Option<Dataset>,
    /// How the first is divided.
    pub split: Split,
    rows: SplitRows,
}

impl Photos {
    /// As the engines take them.
    pub fn data(&self) -> EfficiencyData<'_> {
        EfficiencyData { dataset: &self.dataset, rows: &self.rows, test: self.test.as_ref() }
    }

    /// Test photos.
    pub fn num_test(&self) -> u64 {
        match &self.test {
            Some(test) => test.pictures.len() as u64,
            None => self.split.counts().test,
        }
    }
}

impl Work<'_> {
    /// Reads and divides the photos, and tells how.
    pub fn photos(&mut self, choice: &PhotoChoice) -> Result<Photos, TrainingError> {
        let dataset = self.open(&choice.dataset)?;
        let test = choice.test_dataset.as_deref().map(|id| self.open(id)).transpose()?;
        let test = test.map(|test| test.with_classes_of(&dataset.class_folders())).transpose()?;
        let split = Split::stratified(&dataset, &split_plan(choice))?;
        let rows = split.rows(&dataset);
        let photos = Photos { dataset, test, split, rows };
        let mut counts = photos.split.counts();
        counts.test = photos.num_test();
        self.recorder.tell(RunEvent::Split(counts));
        Ok(photos)
    }

    fn open(&mut self, id: &str) -> Result<Dataset, TrainingError> {
        let place = self.shared.datasets.place(id);
        let (name, folder) = place.map_err(|error| TrainingError::Recipe(error.to_string()))?;
        let (cache, recorder) = (self.shared.cache(), &mut self.recorder);
        let mut watch = |progress| recorder.reading(progress);
        Ok(Dataset::open(&folder, cache.as_deref(), self.stop, &mut watch)?.named(Some(name)))
    }
}
