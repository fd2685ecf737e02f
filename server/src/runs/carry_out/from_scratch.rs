//! A run that trains small models from scratch.

use std::fs;

use shared::training::{PhotoChoice, RunEvent, RunResult, ScratchPlan};

use super::super::run_files::RunFile;
use super::photos::Photos;
use super::{Outcome, Work, json};
use crate::training::from_scratch::{RECORD_FILE, Settings, command, learn, num_models};
use crate::training::{TrainingError, scratch_csv};

impl Work<'_> {
    /// Trains both kinds of models, or goes on behind those that are finished.
    pub fn learn_from_scratch(
        &mut self,
        choice: &PhotoChoice,
        plan: &ScratchPlan,
    ) -> Result<Outcome, TrainingError> {
        let photos = self.photos(choice)?;
        let folder = self.run.folder();
        // What runs the models is the same for both.
        let [resnet, _vit] = &self.models.models;
        let settings = Settings {
            device: &self.models.device,
            device_name: &resnet.info.device,
            stop: self.stop,
            folder: Some(folder),
        };
        let (mut done, total, recorder) = (0, num_models(plan), &mut self.recorder);
        let mut outcome = learn(photos.data(), plan, &settings, &mut |epoch| {
            let is_finished = epoch.top1_percent.is_some();
            recorder.learner(epoch, is_finished);
            if is_finished {
                done += 1;
                recorder.tell(RunEvent::Models { done, total });
            }
        })?;
        outcome.command = told_command(&photos, choice, plan);
        self.write(RunFile::Split.name(), &json(&photos.split))?;
        self.write(RunFile::Efficiency.name(), scratch_csv(&outcome).as_bytes())?;
        self.write(RunFile::Report.name(), &json(&outcome))?;
        self.write_result(&RunResult::FromScratch(Box::new(outcome)))?;
        let record = folder.join(RECORD_FILE);
        fs::remove_file(&record).map_err(|source| TrainingError::File { path: record, source })?;
        Ok(Outcome::default())
    }
}

/// The command that does it again, with `PATH` for where the data sets lie.
fn told_command(photos: &Photos, choice: &PhotoChoice, plan: &ScratchPlan) -> String {
    let place = |name: &str| format!("PATH/{name}");
    let test = photos.test.as_ref().map(|test| place(&test.name));
    let test_percent = test.is_none().then(|| choice.test_percent.to_string());
    let named = [
        ("dataset", Some(place(&photos.dataset.name))),
        ("test", test),
        ("seed", Some(choice.seed.to_string())),
        ("validation-percent", Some(choice.validation_percent.to_string())),
        ("test-percent", test_percent),
    ];
    let named: Vec<(&str, &str)> =
        named.iter().filter_map(|(name, value)| Some((*name, value.as_deref()?))).collect();
    command(&named, plan)
}
