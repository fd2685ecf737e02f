//! From features to a head, and on to a tail that is trained with it.

use std::time::Instant;

use shared::training::{ClassWeights, FineTuning, Method, Schedule};
use shared::{HeadRecipe, TrainingEvent};

use super::data::{Data, Parts};
use super::{Job, Watcher};
use crate::fingerprint::fingerprint;
use crate::stop_flag::StopFlag;
use crate::training::error::TrainingError;
use crate::training::examples::{Examples, FittedHead, Scaling};
use crate::training::features::{Settings, Trunk};
use crate::training::fine_tuning::{Pictures, Tuned, Tuning, TuningPlan};
use crate::training::fit::{Fit, FitPlan, State};
use crate::training::objective::Objective;
use crate::training::ridge::{Ridge, temperature};

/// Steps between two times that a run is kept.
const SAVE_EVERY: u64 = 100;

/// A head on its way.
pub struct Fitting<'a> {
    /// What features are of.
    pub trunk: Trunk<'a>,
    /// What was asked for.
    pub job: &'a Job,
    /// The data sets.
    pub data: &'a Data,
    /// Their features.
    pub parts: &'a Parts,
    /// Looked at between steps.
    pub stop: &'a StopFlag,
}

impl Fitting<'_> {
    /// The head, step by step or at once.
    ///
    /// # Errors
    /// The recipe cannot be followed, the device fails, or the flag says to stop.
    pub fn run(&self, watch: Watcher<'_>) -> Result<FittedHead, TrainingError> {
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
    ) -> Result<FittedHead, TrainingError> {
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
        let State { steps, epochs, best_epoch, .. } = fit.state().clone();
        let recipe = self.job.recipe.clone();
        Ok(FittedHead { head: fit.head().clone(), recipe, steps, epochs, best_epoch })
    }

    fn at_once(
        &self,
        penalty: Option<f64>,
        train: &Examples,
        validation: &Examples,
    ) -> Result<FittedHead, TrainingError> {
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
        Ok(FittedHead { head, recipe, steps: Vec::new(), epochs: Vec::new(), best_epoch: None })
    }

    /// Changes with everything that the steps depend on, this program's version among it.
    fn fingerprint(&self, train: &Examples, validation: &Examples) -> String {
        let info = self.trunk.info;
        let parts = (
            (env!("CARGO_PKG_VERSION"), info.checkpoint.trunk_id(), &info.preprocessing, &info.device),
            (&self.job.recipe, self.data.train.classes.len()),
            (&train.contents, &train.labels, &validation.contents, &validation.labels),
        );
        fingerprint(&parts)
    }

    /// Trains the tail together with the head that `fit` makes, or goes on with that.
    ///
    /// # Errors
    /// What `fit` returns; a picture cannot be read any more, the device fails, or the flag says to stop.
    pub fn tune(
        &self,
        plan: FineTuning,
        settings: &Settings<'_>,
        fit: &mut dyn FnMut(Watcher<'_>) -> Result<FittedHead, TrainingError>,
        watch: Watcher<'_>,
    ) -> Result<Tuned, TrainingError> {
        let Parts { train, validation, .. } = self.parts;
        let num_classes = self.data.train.classes.len();
        let (choice, smoothing) = match &self.job.recipe.method {
            Method::Gradient(schedule) => (schedule.class_weights, schedule.label_smoothing),
            Method::Ridge { .. } => (ClassWeights::Uniform, 0.0),
        };
        let weights = Objective::weights(choice, &train.class_counts(num_classes));
        let pictures = |examples| Pictures::of(&self.data.train, examples);
        let plan = TuningPlan {
            trunk: self.trunk,
            plan,
            objective: Objective::new(weights, smoothing),
            recipe: self.job.recipe.clone(),
            train: pictures(train),
            validation: pictures(validation),
            settings: *settings,
            progress_file: self.job.progress_file.as_deref(),
            fingerprint: fingerprint(&("fine-tuning", self.fingerprint(train, validation), plan)),
        };
        let tuning = Tuning::open(plan, || fit(watch))?;
        if let Some(step) = tuning.resumed_at() {
            watch(TrainingEvent::Resumed { step });
        }
        tuning.run(watch)
    }
}
