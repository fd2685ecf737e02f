//! The whole way from a folder of photos to a head: read, divide, compute features, fit, measure. Whoever runs it is told of every event and
//! can ask it to stop; started again alike, it goes on: files that were looked at, features and steps are kept.

mod data;
mod fitting;
mod outcome;

use std::path::PathBuf;
use std::time::Instant;

use shared::training::{FineTuning, RunReport, TrainingTimings};
use shared::{HeadRecipe, TrainingEvent};

use super::error::TrainingError;
use super::evaluate::Answer;
use super::features::{Extraction, Settings, Trunk, extract};
use super::fine_tuning;
use crate::dataset::{Dataset, DatasetError, Split, SplitPlan};
use crate::stop_flag::StopFlag;
use data::Data;
use fitting::Fitting;
use outcome::{Outcome, TunedParts};

/// What is trained on, and how.
#[derive(Clone, Debug)]
pub struct Job {
    /// A folder of class folders.
    pub dataset: PathBuf,
    /// What it is called; none: as the folder.
    pub name: Option<String>,
    /// Another folder with the same classes, for the test; none: a part of the first.
    pub test: Option<PathBuf>,
    /// How the first is divided.
    pub split: SplitSource,
    /// How the head is made.
    pub recipe: HeadRecipe,
    /// How the tail of the backbone is trained with the head, once that is made; none: the backbone stays as it is.
    pub fine_tuning: Option<FineTuning>,
    /// Where features, and what was seen of files, are kept; none: nowhere.
    pub cache: Option<PathBuf>,
    /// Where the steps are kept until the head is done; none: nowhere.
    pub progress_file: Option<PathBuf>,
    /// How pictures go through the backbone.
    pub extraction: Extraction,
}

/// How a data set is divided.
#[derive(Clone, Debug)]
pub enum SplitSource {
    /// By a seed, class by class.
    Seeded(SplitPlan),
    /// By official lists in a folder; the plan is for what they leave open.
    Files(PathBuf, SplitPlan),
    /// As an earlier run did, whose file this is.
    Kept(PathBuf),
}

/// Which data set the test pictures belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestOrigin {
    /// The one that was trained on, of which they are a part.
    Own,
    /// Another one, [`Job::test`].
    Other,
}

/// What comes out.
#[derive(Debug)]
pub struct Trained {
    /// The head's file.
    pub head: Vec<u8>,
    /// One for each test picture.
    pub answers: Vec<Answer>,
    /// Where the pictures of the answers are found.
    pub test_origin: TestOrigin,
    /// How the data set was divided.
    pub split: Split,
    /// Everything else.
    pub report: RunReport,
}

/// Who is told what happens.
pub type Watcher<'a> = &'a mut dyn FnMut(TrainingEvent);

/// Trains a head on the features of a trunk.
///
/// # Errors
/// The data set cannot be used, the recipe cannot be followed, the device fails, or the flag says to stop; what is done until then is
/// kept.
pub fn train_head(
    trunk: Trunk<'_>,
    job: &Job,
    stop: &StopFlag,
    watch: Watcher<'_>,
) -> Result<Trained, TrainingError> {
    if let Some(plan) = &job.fine_tuning {
        fine_tuning::check(plan)?;
    }
    let mut timings = TrainingTimings { device: trunk.info.device.clone(), ..TrainingTimings::default() };
    let started = Instant::now();
    let data = Data::read(job, stop, watch)?;
    timings.reading_seconds = started.elapsed().as_secs_f64();
    watch(TrainingEvent::Dataset { summary: Box::new(data.train.summary()), split: data.counts() });

    let settings = Settings { extraction: job.extraction, cache: job.cache.as_deref(), stop };
    let extracted = extract(trunk, &data.pictures(), &settings, &mut |progress| {
        watch(TrainingEvent::Features(progress))
    })?;
    timings.features_seconds = extracted.seconds;
    timings.features_computed = extracted.num_computed;
    if extracted.num_computed > 0 {
        timings.pictures_per_second = extracted.num_computed as f64 / extracted.seconds;
    }

    let parts = data.examples(&extracted, trunk)?;
    let fitting = Fitting { trunk, job, data: &data, parts: &parts, stop };
    let skipped_later = extracted.skipped;
    let started = Instant::now();
    let (fitted, tuned) = match job.fine_tuning {
        None => {
            let fitted = fitting.run(watch)?;
            timings.fitting_seconds = started.elapsed().as_secs_f64();
            (fitted, None)
        }
        Some(plan) => {
            let mut fit = |watch: Watcher<'_>| {
                let fitted = fitting.run(watch)?;
                timings.fitting_seconds = started.elapsed().as_secs_f64();
                Ok(fitted)
            };
            let tuned = fitting.tune(plan, &settings, &mut fit, watch)?;
            (tuned.start.clone(), Some(TunedParts::measure(trunk, &data, (tuned, plan), &settings)?))
        }
    };
    Outcome { trunk, data, parts, skipped_later, fitted, tuned, timings }.finish(watch)
}

impl SplitSource {
    /// The data set, divided.
    ///
    /// # Errors
    /// The shares leave nothing, or a list or an earlier split does not go with the data set.
    pub fn divide(&self, dataset: &Dataset) -> Result<Split, DatasetError> {
        match self {
            Self::Seeded(plan) => Split::stratified(dataset, plan),
            Self::Files(folder, plan) => Split::from_files(dataset, folder, plan),
            Self::Kept(path) => Split::read(dataset, path),
        }
    }
}
