//! A run that trains a head.

use std::fs;
use std::io;

use shared::training::{AnsweredPhoto, FineTuning, PhotoChoice, RunResult};
use shared::{HeadRecipe, ModelSlot};

use super::super::run::HeadRecord;
use super::super::run_files::{ANSWERS, PROGRESS, RunFile};
use super::super::validation::split_plan;
use super::{Outcome, Work, json};
use crate::training::{
    Extraction, Job, SplitSource, TestOrigin, Trained, TrainingError, Trunk, classes_csv, curve_csv,
    train_head,
};

/// What is asked for.
pub struct HeadPlan {
    /// The photos.
    pub photos: PhotoChoice,
    /// Whose features.
    pub backbone: ModelSlot,
    /// How the head is made.
    pub recipe: HeadRecipe,
    /// Whether the backbone's end is trained too.
    pub fine_tuning: Option<FineTuning>,
}

impl Work<'_> {
    /// Trains a head, or goes on with it.
    pub fn train_head(&mut self, plan: &HeadPlan) -> Result<Outcome, TrainingError> {
        self.make_room(&plan.photos, &[plan.backbone])?;
        let progress_file = self.run.folder().join(PROGRESS);
        let job = self.job(plan)?;
        let trunk = Trunk::of(self.models.model(plan.backbone), &self.models.device);
        let recorder = &mut self.recorder;
        let trained =
            train_head(trunk, &job, self.stop, &mut |event| recorder.training(plan.backbone, event))?;
        self.recorder.flush();
        self.write_head(plan, &trained)?;
        match fs::remove_file(&progress_file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(TrainingError::File { path: progress_file, source: error });
            }
            _gone => {}
        }
        let report = &trained.report;
        let top1 = report.test.as_ref().map(|test| test.top1);
        let head = HeadRecord {
            id: report.head_id.clone(),
            slot: report.slot,
            backbone_id: report.backbone_id.clone(),
            dataset: report.dataset.name.clone(),
            num_classes: report.dataset.classes.len(),
            top1,
        };
        Ok(Outcome { head_id: Some(head.id.clone()), head: Some(head), top1 })
    }

    fn job(&self, plan: &HeadPlan) -> Result<Job, TrainingError> {
        let place = |id: &str| {
            self.shared.datasets.place(id).map_err(|error| TrainingError::Recipe(error.to_string()))
        };
        let (name, dataset) = place(&plan.photos.dataset)?;
        let test = plan.photos.test_dataset.as_deref().map(place).transpose()?;
        Ok(Job {
            dataset,
            name: Some(name),
            test: test.map(|(_name, folder)| folder),
            split: SplitSource::Seeded(split_plan(&plan.photos)),
            recipe: plan.recipe.clone(),
            fine_tuning: plan.fine_tuning,
            cache: self.shared.cache(),
            progress_file: Some(self.run.folder().join(PROGRESS)),
            extraction: Extraction::on(&self.models.device),
        })
    }

    fn write_head(&self, plan: &HeadPlan, trained: &Trained) -> Result<(), TrainingError> {
        let report = &trained.report;
        self.write(RunFile::Curve.name(), curve_csv(report).as_bytes())?;
        if let Some(test) = &report.test {
            self.write(RunFile::Classes.name(), classes_csv(test).as_bytes())?;
        }
        let dataset = match (trained.test_origin, &plan.photos.test_dataset) {
            (TestOrigin::Other, Some(test)) => test,
            _own => &plan.photos.dataset,
        };
        let answers = trained.answers.iter().map(|answer| AnsweredPhoto {
            photo_id: answer.photo_id.clone(),
            dataset: dataset.clone(),
            class_index: answer.class_index,
            answer_index: answer.answer_index,
            probability: answer.probability,
        });
        self.write(ANSWERS, &json(&answers.collect::<Vec<_>>()))?;
        self.write(RunFile::Split.name(), &json(&trained.split))?;
        self.write(RunFile::Head.name(), &trained.head)?;
        self.write(RunFile::Report.name(), &json(report))?;
        self.write_result(&RunResult::Head { report: Box::new(report.clone()) })
    }
}
