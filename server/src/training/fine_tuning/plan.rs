//! What fine-tuning is given, and what comes out of it.

use std::collections::HashMap;
use std::path::Path;

use shared::HeadRecipe;
use shared::training::{EpochPoint, FineTuning, StepPoint};

use crate::dataset::{Dataset, Picture};
use crate::models::tail::TailParameters;
use crate::training::error::TrainingError;
use crate::training::examples::{Examples, FittedHead, Head};
use crate::training::features::{Settings, Trunk};
use crate::training::objective::Objective;

/// What is trained, on what and how.
pub struct TuningPlan<'a> {
    /// The model.
    pub trunk: Trunk<'a>,
    /// The steps.
    pub plan: FineTuning,
    /// How the head before is made.
    pub recipe: HeadRecipe,
    /// What the loss is.
    pub objective: Objective,
    /// Trained on.
    pub train: Pictures<'a>,
    /// What the best epoch is chosen by; none, or no pictures: the last is taken.
    pub validation: Pictures<'a>,
    /// Threads, and the flag.
    pub settings: Settings<'a>,
    /// Where the run is kept; none: nowhere.
    pub progress_file: Option<&'a Path>,
    /// Changes with everything that the steps depend on.
    pub fingerprint: String,
}

/// Pictures of a data set.
#[derive(Clone, Debug)]
pub struct Pictures<'a> {
    /// The data set.
    pub dataset: &'a Dataset,
    /// Their positions in it.
    pub rows: Vec<usize>,
}

/// What comes out.
#[derive(Debug)]
pub struct Tuned {
    /// What it started from.
    pub start: FittedHead,
    /// Of the best epoch where there are validation pictures, else of the last.
    pub head: Head,
    /// The same.
    pub tail: TailParameters,
    /// What was trained, in words.
    pub name: String,
    /// Those of the start, and behind them its own.
    pub steps: Vec<StepPoint>,
    /// The same.
    pub epochs: Vec<EpochPoint>,
    /// The epoch that was kept.
    pub best_epoch: Option<u64>,
    /// What it took, without pauses.
    pub seconds: f64,
}

/// Says what is wrong with a plan.
///
/// # Errors
/// It cannot be followed.
pub fn check(plan: &FineTuning) -> Result<(), TrainingError> {
    let FineTuning { epochs, learning_rate, batch_size, weight_decay } = *plan;
    let wrong = |reason: &str| Err(TrainingError::Recipe(format!("fine-tuning: {reason}")));
    if epochs == 0 || batch_size == 0 {
        return wrong("it takes at least one epoch, and a step at least one photo");
    }
    if !(learning_rate.is_finite() && learning_rate > 0.0) {
        return wrong("the learning rate must be above 0");
    }
    if !(weight_decay.is_finite() && weight_decay >= 0.0) {
        return wrong("the weight decay must not be below 0");
    }
    Ok(())
}

impl<'a> Pictures<'a> {
    /// Those of some examples.
    pub fn of(dataset: &'a Dataset, examples: &Examples) -> Self {
        let places: HashMap<&str, usize> =
            dataset.pictures.iter().enumerate().map(|(row, picture)| (picture.path.as_str(), row)).collect();
        Self {
            dataset,
            rows: examples.paths.iter().filter_map(|path| places.get(path.as_str()).copied()).collect(),
        }
    }

    /// Those at these places, with the folder that their paths are below.
    pub fn listed(&self, order: impl IntoIterator<Item = usize>) -> Vec<(&'a Path, &'a Picture)> {
        let pictures = order.into_iter().map(|place| &self.dataset.pictures[self.rows[place]]);
        pictures.map(|picture| (self.dataset.folder.as_path(), picture)).collect()
    }
}
