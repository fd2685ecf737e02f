//! Whether a request can be followed, before it waits for a device: what would fail after an hour is refused at once.

use shared::HeadRecipe;
use shared::training::{FineTuning, Method, PhotoChoice, RunRequest, Schedule, ScratchPlan};

use super::datasets::Datasets;
use super::error::RunsError;
use super::listing;
use crate::dataset::SplitPlan;
use crate::training::from_scratch;

/// Passes over the photos.
const MAX_EPOCHS: u64 = 10_000;
/// Steps of a run, each of which is kept.
const MAX_STEPS: u64 = 1_000_000;
/// Photos of a step.
const MAX_BATCH: usize = 65_536;
/// Places of a curve.
const MAX_COUNTS: usize = 20;
/// Choices of photos for each place.
const MAX_SEEDS: u64 = 20;

/// What the data set is called, if the request can be followed.
///
/// # Errors
/// Says what cannot.
pub fn check(request: &RunRequest, datasets: &Datasets) -> Result<String, RunsError> {
    let photos = listing::photos(request);
    let num_pictures = check_photos(photos, datasets)?;
    match request {
        RunRequest::Head { recipe, fine_tuning, .. } => {
            check_recipe(recipe, num_pictures)?;
            fine_tuning.as_ref().map_or(Ok(()), check_fine_tuning)?;
        }
        RunRequest::DataEfficiency { counts, repetitions, recipe, .. } => {
            check_counts(counts)?;
            if !(1..=MAX_SEEDS).contains(repetitions) {
                return invalid(format!("Photos are chosen 1 to {MAX_SEEDS} times, not {repetitions}."));
            }
            check_recipe(recipe, num_pictures)?;
        }
        RunRequest::FromScratch { plan, .. } => check_plan(plan)?,
    }
    Ok(datasets.place(&photos.dataset)?.0)
}

/// How many pictures the data set has.
fn check_photos(photos: &PhotoChoice, datasets: &Datasets) -> Result<u64, RunsError> {
    let dataset = datasets.known(&photos.dataset)?;
    if let Some(test) = &photos.test_dataset {
        let (own, folders) = (dataset.class_folders(), datasets.known(test)?.class_folders());
        if let Some(other) = folders.iter().find(|folder| !own.contains(folder)) {
            return invalid(format!(
                "The data set for the test has a class folder {other:?} that the other one does not have."
            ));
        }
    }
    if dataset.num_classes() < 2 {
        return invalid("This data set has one class; a head takes two to tell apart.".to_owned());
    }
    let plan = split_plan(photos);
    plan.check().map_err(|error| RunsError::Invalid(format!("{error}.")))?;
    Ok(dataset.num_pictures() as u64)
}

/// How the data set is divided.
pub fn split_plan(photos: &PhotoChoice) -> SplitPlan {
    SplitPlan {
        seed: photos.seed,
        validation_percent: photos.validation_percent,
        test_percent: if photos.test_dataset.is_some() { 0.0 } else { photos.test_percent },
    }
}

fn check_recipe(recipe: &HeadRecipe, num_pictures: u64) -> Result<(), RunsError> {
    match &recipe.method {
        Method::Ridge { penalty } => match penalty {
            Some(penalty) if !(penalty.is_finite() && *penalty > 0.0) => {
                invalid(format!("The penalty of a ridge is a number above 0, not {penalty}."))
            }
            _usable => Ok(()),
        },
        Method::Gradient(schedule) => check_schedule(schedule, num_pictures),
    }
}

fn check_schedule(schedule: &Schedule, num_pictures: u64) -> Result<(), RunsError> {
    let Schedule { learning_rate, epochs, batch_size, weight_decay, label_smoothing, .. } = schedule;
    check_steps(*epochs, *batch_size, *learning_rate, *weight_decay)?;
    if !(0.0..1.0).contains(label_smoothing) {
        return invalid(format!("Label smoothing is a share from 0 to below 1, not {label_smoothing}."));
    }
    let num_steps = num_pictures.div_ceil(*batch_size as u64).saturating_mul(*epochs);
    if num_steps > MAX_STEPS {
        return invalid(format!(
            "This would be {num_steps} steps, and a run has {MAX_STEPS} at most: take fewer epochs or larger steps."
        ));
    }
    Ok(())
}

fn check_steps(
    epochs: u64,
    batch_size: usize,
    learning_rate: f64,
    weight_decay: f64,
) -> Result<(), RunsError> {
    if !(1..=MAX_EPOCHS).contains(&epochs) {
        return invalid(format!("A run has 1 to {MAX_EPOCHS} epochs, not {epochs}."));
    }
    if !(1..=MAX_BATCH).contains(&batch_size) {
        return invalid(format!("A step has 1 to {MAX_BATCH} photos, not {batch_size}."));
    }
    if !(learning_rate.is_finite() && learning_rate > 0.0) {
        return invalid(format!("The learning rate is a number above 0, not {learning_rate}."));
    }
    if !(weight_decay.is_finite() && weight_decay >= 0.0) {
        return invalid(format!("The weight decay is a number from 0, not {weight_decay}."));
    }
    Ok(())
}

fn check_fine_tuning(tuning: &FineTuning) -> Result<(), RunsError> {
    check_steps(tuning.epochs, tuning.batch_size, tuning.learning_rate, tuning.weight_decay)
}

fn check_counts(counts: &[u64]) -> Result<(), RunsError> {
    let is_rising = counts.windows(2).all(|pair| pair[0] < pair[1]);
    if counts.len() > MAX_COUNTS || counts.first() == Some(&0) || !is_rising {
        return invalid(format!(
            "The numbers of photos a class are at most {MAX_COUNTS}, rising, from 1; all photos come last by themselves."
        ));
    }
    Ok(())
}

fn check_plan(plan: &ScratchPlan) -> Result<(), RunsError> {
    from_scratch::check(plan).map_err(|error| RunsError::Invalid(format!("{error}.")))?;
    check_counts(&plan.counts)?;
    if plan.seeds.len() as u64 > MAX_SEEDS || plan.learning_rates.len() > MAX_COUNTS {
        return invalid(format!(
            "There are at most {MAX_SEEDS} seeds and {MAX_COUNTS} learning rates to try."
        ));
    }
    Ok(())
}

fn invalid<T>(message: String) -> Result<T, RunsError> {
    Err(RunsError::Invalid(message))
}
