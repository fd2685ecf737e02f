//! The whole way from a folder of photos to a head: read, divide, compute features, fit, measure. Whoever runs it is told of every event and
//! can ask it to stop; started again alike, it goes on: files that were looked at, features and steps are kept.

use std::path::PathBuf;
use std::time::Instant;

use shared::training::{Method, RunReport, Schedule, TrainingTimings};
use shared::{HeadRecipe, SkippedFile, SplitCounts, TrainingEvent};

use super::error::TrainingError;
use super::evaluate::{Answer, evaluate};
use super::examples::{Examples, Head, Scaling};
use super::features::{Extracted, Extraction, Settings, Trunk, extract};
use super::fit::{Fit, FitPlan, State};
use super::ridge::{Ridge, temperature};
use crate::dataset::{Dataset, DatasetError, Picture, Split, SplitPlan};
use crate::models::checkpoint::head::{HeadCard, HeadMetrics, to_bytes};
use crate::stop_flag::StopFlag;

/// Steps between two times that a run is kept.
const SAVE_EVERY: u64 = 100;

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

    let started = Instant::now();
    let parts = data.examples(&extracted, trunk)?;
    let fitted = Fitting { trunk, job, data: &data, parts: &parts, stop }.run(watch)?;
    timings.fitting_seconds = started.elapsed().as_secs_f64();
    let skipped_later = extracted.skipped;
    Outcome { trunk, data, parts, skipped_later, fitted, timings }.finish(watch)
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

/// Data sets and how they are divided.
struct Data {
    train: Dataset,
    split: Split,
    test: Option<Dataset>,
}

/// The pictures with their features.
struct Parts {
    train: Examples,
    validation: Examples,
    test: Examples,
}

/// A head for features as they are, and what it was chosen by.
struct Fitted {
    head: Head,
    recipe: HeadRecipe,
    state: State,
}

impl Data {
    fn read(job: &Job, stop: &StopFlag, watch: Watcher<'_>) -> Result<Self, TrainingError> {
        let cache = job.cache.as_deref();
        let mut reading = |progress| watch(TrainingEvent::Reading(progress));
        let train = Dataset::open(&job.dataset, cache, stop, &mut reading)?.named(job.name.clone());
        let test = match &job.test {
            Some(folder) => {
                let test = Dataset::open(folder, cache, stop, &mut reading)?;
                Some(test.with_classes_of(&train.class_folders())?)
            }
            None => None,
        };
        let split = job.split.divide(&train)?;
        Ok(Self { train, split, test })
    }

    fn counts(&self) -> SplitCounts {
        let mut counts = self.split.counts();
        if let Some(test) = &self.test {
            counts.test = test.pictures.len() as u64;
        }
        counts
    }

    /// All pictures that features are needed of.
    fn pictures(&self) -> Vec<(&Dataset, &Picture)> {
        let rows = self.split.rows(&self.train);
        let own_test = if self.test.is_some() { &[][..] } else { &rows.test };
        let own = rows.train.iter().chain(&rows.validation).chain(own_test);
        let own = own.map(|row| (&self.train, &self.train.pictures[*row]));
        let other =
            self.test.iter().flat_map(|test| test.pictures.iter().map(move |picture| (test, picture)));
        own.chain(other).collect()
    }

    fn examples(&self, extracted: &Extracted, trunk: Trunk<'_>) -> Result<Parts, TrainingError> {
        let rows = self.split.rows(&self.train);
        let of = |dataset, rows: &[usize]| Examples::of(&extracted.table, dataset, rows, trunk.device);
        let test = match &self.test {
            Some(test) => of(test, &(0..test.pictures.len()).collect::<Vec<_>>())?,
            None => of(&self.train, &rows.test)?,
        };
        Ok(Parts {
            train: of(&self.train, &rows.train)?,
            validation: of(&self.train, &rows.validation)?,
            test,
        })
    }

    /// What the test pictures are called.
    fn test_name(&self) -> String {
        match &self.test {
            Some(test) => format!("{}, {}", self.train.name, test.name),
            None => format!("{}, test part", self.train.name),
        }
    }
}

struct Fitting<'a> {
    trunk: Trunk<'a>,
    job: &'a Job,
    data: &'a Data,
    parts: &'a Parts,
    stop: &'a StopFlag,
}

impl Fitting<'_> {
    fn run(&self, watch: Watcher<'_>) -> Result<Fitted, TrainingError> {
        let recipe = &self.job.recipe;
        let scaling = Scaling::of(recipe.scaling, &self.parts.train)?;
        let train = scaling.apply(&self.parts.train)?;
        let validation = scaling.apply(&self.parts.validation)?;
        let mut fitted = match &recipe.method {
            Method::Gradient(schedule) => self.by_steps(schedule, train, validation, watch)?,
            Method::Ridge { penalty } => self.at_once(*penalty, &train, &validation)?,
        };
        fitted.head = scaling.undo(&fitted.head)?;
        Ok(fitted)
    }

    fn by_steps(
        &self,
        schedule: &Schedule,
        train: Examples,
        validation: Examples,
        watch: Watcher<'_>,
    ) -> Result<Fitted, TrainingError> {
        let fingerprint = self.fingerprint(&train, &validation);
        let mut fit = Fit::open(FitPlan {
            schedule: schedule.clone(),
            seed: self.job.recipe.seed,
            num_classes: self.data.train.classes.len(),
            train,
            validation: Some(validation),
            progress_file: self.job.progress_file.clone(),
            save_every: SAVE_EVERY,
            fingerprint,
        })?;
        if fit.num_done() > 0 {
            watch(TrainingEvent::Resumed { step: fit.num_done() });
        }
        let (started, done_before) = (Instant::now(), fit.num_done());
        while !fit.is_done() {
            if let Err(stopped) = self.stop.check() {
                fit.save()?;
                return Err(stopped.into());
            }
            let outcome = fit.step()?;
            let pictures = (fit.num_done() - done_before) as f64 * schedule.batch_size as f64;
            let pictures_per_second = pictures / started.elapsed().as_secs_f64().max(f64::MIN_POSITIVE);
            watch(TrainingEvent::Step { point: outcome.step, pictures_per_second });
            if let Some(epoch) = outcome.epoch {
                watch(TrainingEvent::Epoch(epoch));
            }
        }
        fit.save()?;
        Ok(Fitted { head: fit.head().clone(), recipe: self.job.recipe.clone(), state: fit.state().clone() })
    }

    fn at_once(
        &self,
        penalty: Option<f64>,
        train: &Examples,
        validation: &Examples,
    ) -> Result<Fitted, TrainingError> {
        let num_classes = self.data.train.classes.len();
        let found = train.class_counts(num_classes).iter().filter(|count| **count > 0).count();
        if found < 2 {
            return Err(TrainingError::TooFewClasses { found });
        }
        let ridge = Ridge::new(train, num_classes)?;
        let (head, penalty) = match penalty {
            Some(penalty) => (ridge.solve(penalty)?, penalty),
            None => ridge.best(train.len(), Some(validation))?,
        };
        let head = temperature(&head, if validation.is_empty() { train } else { validation })?;
        let recipe =
            HeadRecipe { method: Method::Ridge { penalty: Some(penalty) }, ..self.job.recipe.clone() };
        Ok(Fitted { head, recipe, state: State::default() })
    }

    /// Changes with everything that the steps depend on, this program's version among it.
    fn fingerprint(&self, train: &Examples, validation: &Examples) -> String {
        let info = self.trunk.info;
        let parts = (
            (env!("CARGO_PKG_VERSION"), info.checkpoint.trunk_id(), &info.preprocessing, &info.device),
            (&self.job.recipe, self.data.train.classes.len()),
            (&train.contents, &train.labels, &validation.contents, &validation.labels),
        );
        let described = serde_json::to_vec(&parts).expect("names and numbers are JSON");
        blake3::hash(&described).to_hex().to_string()
    }
}

/// Everything that a run brought, on its way into the head's file and the report.
struct Outcome<'a> {
    trunk: Trunk<'a>,
    data: Data,
    parts: Parts,
    skipped_later: Vec<SkippedFile>,
    fitted: Fitted,
    timings: TrainingTimings,
}

impl Outcome<'_> {
    fn finish(self, watch: Watcher<'_>) -> Result<Trained, TrainingError> {
        let Self { trunk, data, parts, skipped_later, fitted, timings } = self;
        let class_names = data.train.class_names();
        let measured = |examples: &Examples| -> Result<_, TrainingError> {
            if examples.is_empty() {
                return Ok(None);
            }
            let (evaluation, answers) = evaluate(&fitted.head, examples, &class_names)?;
            Ok(Some((Box::new(evaluation), answers)))
        };
        let validation = measured(&parts.validation)?.map(|(evaluation, _answers)| evaluation);
        let (test, answers) = measured(&parts.test)?.unzip();
        let test_origin = if data.test.is_some() { TestOrigin::Other } else { TestOrigin::Own };
        if let Some(test) = &test {
            watch(TrainingEvent::Evaluated(test.clone()));
        }
        let metrics = test.as_ref().map(|test| HeadMetrics::of(test, data.test_name()));
        let info = trunk.info;
        let card = HeadCard {
            slot: info.slot,
            backbone_id: info.checkpoint.trunk_id().to_owned(),
            backbone: info.name.clone(),
            dataset: data.train.name.clone(),
            data_hash: data.train.hash.clone(),
            class_folders: data.train.class_folders(),
            recipe: fitted.recipe.clone(),
            metrics,
            class_names,
            preprocessing: info.preprocessing.clone(),
        };
        let head = to_bytes(&fitted.head.weight, &fitted.head.bias, &card)?;
        let report = RunReport {
            slot: info.slot,
            backbone: info.name.clone(),
            backbone_id: card.backbone_id,
            backbone_trained_on: info.checkpoint.trained_on.clone(),
            preprocessing: card.preprocessing,
            head_id: blake3::hash(&head).to_hex().to_string(),
            dataset: data.train.summary(),
            split: data.counts(),
            test_dataset: data.test.as_ref().map(Dataset::summary),
            recipe: fitted.recipe,
            best_epoch: fitted.state.best_epoch,
            steps: fitted.state.steps,
            epochs: fitted.state.epochs,
            validation,
            test,
            skipped_later,
            timings,
        };
        Ok(Trained { head, answers: answers.unwrap_or_default(), test_origin, split: data.split, report })
    }
}
