//! Everything that a run brought, on its way into the head's file and the report.

use shared::training::{FineTuning, FineTuningReport, RunReport, TrainingTimings};
use shared::{Evaluation, SkippedFile, TrainingEvent};

use super::data::{Data, Parts};
use super::{TestOrigin, Trained, Watcher};
use crate::dataset::{Dataset, Picture};
use crate::models::checkpoint::head::{HeadCard, HeadMetrics, to_bytes};
use crate::models::tail::TailParameters;
use crate::models::with_head::with_tail;
use crate::training::error::TrainingError;
use crate::training::evaluate::{Answer, evaluate};
use crate::training::examples::{Examples, FittedHead, Head};
use crate::training::features::{Settings, Trunk, extract_tuned};
use crate::training::fine_tuning::Tuned;

/// What was measured and is written.
pub struct Outcome<'a> {
    /// What features were of.
    pub trunk: Trunk<'a>,
    /// The data sets.
    pub data: Data,
    /// Features of the checkpoint's own layers.
    pub parts: Parts,
    /// Files that could be read once and not again.
    pub skipped_later: Vec<SkippedFile>,
    /// The head on these features.
    pub fitted: FittedHead,
    /// The same with a tail that was trained with it.
    pub tuned: Option<TunedParts>,
    /// What took how long.
    pub timings: TrainingTimings,
}

/// A tail with its head, and what it makes of the pictures that it is measured on.
pub struct TunedParts {
    tuned: Tuned,
    plan: FineTuning,
    validation: Examples,
    test: Examples,
    skipped: Vec<SkippedFile>,
}

/// How good a head is, where there were pictures to measure it on, and its answers to them.
type Measured = (Option<Box<Evaluation>>, Vec<Answer>);

impl TunedParts {
    /// Runs the tuned layers, as visitors will get them, on validation and test pictures.
    ///
    /// # Errors
    /// The model does not run, or the flag says to stop.
    pub fn measure(
        trunk: Trunk<'_>,
        data: &Data,
        (tuned, plan): (Tuned, FineTuning),
        settings: &Settings<'_>,
    ) -> Result<Self, TrainingError> {
        let backbone =
            with_tail(trunk.backbone, &trunk.info.architecture, trunk.weights, tuned.tail.clone())?;
        let validation = data.split.rows(&data.train).validation;
        let (test_set, test) = data.test_pictures();
        let own = validation.iter().map(|row| (&data.train, &data.train.pictures[*row]));
        let other = test.iter().map(|row| (test_set, &test_set.pictures[*row]));
        let pictures: Vec<(&Dataset, &Picture)> = own.chain(other).collect();
        let extracted = extract_tuned(trunk, backbone, &pictures, settings, &mut |_progress| {})?;
        Ok(Self {
            validation: Examples::of(&extracted.table, &data.train, &validation, trunk.device)?,
            test: Examples::of(&extracted.table, test_set, &test, trunk.device)?,
            skipped: extracted.skipped,
            tuned,
            plan,
        })
    }
}

impl Outcome<'_> {
    /// Measures the head, and puts file and report together.
    ///
    /// # Errors
    /// The device fails.
    pub fn finish(mut self, watch: Watcher<'_>) -> Result<Trained, TrainingError> {
        let (mut validation, _answers) = self.measured(&self.fitted.head, &self.parts.validation)?;
        let (mut test, mut answers) = self.measured(&self.fitted.head, &self.parts.test)?;
        let mut head = self.fitted.head.clone();
        let (mut steps, mut epochs) = (self.fitted.steps.clone(), self.fitted.epochs.clone());
        let (mut tail, mut fine_tuning) = (TailParameters::new(), None);
        if let Some(parts) = self.tuned.take() {
            let (validation_after, _answers) = self.measured(&parts.tuned.head, &parts.validation)?;
            let (test_after, answers_after) = self.measured(&parts.tuned.head, &parts.test)?;
            let before = (
                std::mem::replace(&mut validation, validation_after),
                std::mem::replace(&mut test, test_after),
            );
            answers = answers_after;
            self.skipped_later.extend(parts.skipped.iter().cloned());
            fine_tuning = Some(self.fine_tuning(&parts, before));
            (head, tail) = (parts.tuned.head, parts.tuned.tail);
            (steps, epochs) = (parts.tuned.steps, parts.tuned.epochs);
        }
        if let Some(test) = &test {
            watch(TrainingEvent::Evaluated(test.clone()));
        }
        let card = self.card(test.as_deref(), fine_tuning.as_ref().map(|report| report.plan));
        let file = to_bytes(&head.weight, &head.bias, &tail, &card)?;
        let Self { trunk, data, skipped_later, fitted, timings, .. } = self;
        let test_origin = if data.test.is_some() { TestOrigin::Other } else { TestOrigin::Own };
        let report = RunReport {
            slot: card.slot,
            backbone: card.backbone,
            backbone_id: card.backbone_id,
            backbone_trained_on: trunk.info.checkpoint.trunk_trained_on().map(str::to_owned),
            preprocessing: card.preprocessing,
            head_id: blake3::hash(&file).to_hex().to_string(),
            dataset: data.train.summary(),
            split: data.counts(),
            test_dataset: data.test.as_ref().map(Dataset::summary),
            recipe: fitted.recipe,
            best_epoch: fitted.best_epoch,
            steps,
            epochs,
            validation,
            test,
            fine_tuning,
            skipped_later,
            timings,
        };
        Ok(Trained { head: file, answers, test_origin, split: data.split, report })
    }

    fn measured(&self, head: &Head, examples: &Examples) -> Result<Measured, TrainingError> {
        if examples.is_empty() {
            return Ok((None, Vec::new()));
        }
        let (evaluation, answers) = evaluate(head, examples, &self.data.train.class_names())?;
        Ok((Some(Box::new(evaluation)), answers))
    }

    fn fine_tuning(
        &self,
        parts: &TunedParts,
        (validation_before, test_before): (Option<Box<Evaluation>>, Option<Box<Evaluation>>),
    ) -> FineTuningReport {
        let TunedParts { tuned: Tuned { head, tail, name, best_epoch, seconds, .. }, plan, .. } = parts;
        let tensors = tail.values().chain([&head.weight, &head.bias]);
        FineTuningReport {
            plan: *plan,
            tuned: name.clone(),
            num_parameters: tensors.map(|tensor| tensor.elem_count() as u64).sum(),
            first_step: self.fitted.steps.len() as u64 + 1,
            first_epoch: self.fitted.epochs.len() as u64 + 1,
            best_epoch: *best_epoch,
            validation_before,
            test_before,
            seconds: *seconds,
        }
    }

    fn card(&self, test: Option<&Evaluation>, fine_tuning: Option<FineTuning>) -> HeadCard {
        let (info, data) = (self.trunk.info, &self.data);
        HeadCard {
            slot: info.slot,
            backbone_id: info.checkpoint.trunk_id().to_owned(),
            backbone: info.name.clone(),
            dataset: data.train.name.clone(),
            data_hash: data.train.hash.clone(),
            class_folders: data.train.class_folders(),
            recipe: self.fitted.recipe.clone(),
            fine_tuning,
            metrics: test.map(|test| HeadMetrics::of(test, data.test_name())),
            class_names: data.train.class_names(),
            preprocessing: info.preprocessing.clone(),
        }
    }
}
