//! What a run does: hands the request to the engine of its kind, tells what that says, and writes what came of it. Nothing is computed here.

mod data_efficiency;
mod head;

use std::path::Path;

use serde::Serialize;
use shared::training::{Proportion, RunRequest, RunResult};

use super::recorder::Recorder;
use super::run::{HeadRecord, Run};
use super::run_files::RESULT;
use super::training::Shared;
use crate::inference::DeviceModels;
use crate::safe_file;
use crate::stop_flag::StopFlag;
use crate::training::TrainingError;

/// What came of a run, as far as its record says it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// A head that can be used.
    pub head: Option<HeadRecord>,
    /// Its id.
    pub head_id: Option<String>,
    /// On the test photos, where one head was measured.
    pub top1: Option<Proportion>,
}

/// What every kind of run needs.
struct Work<'a> {
    shared: &'a Shared,
    run: &'a Run,
    models: &'a DeviceModels,
    stop: &'a StopFlag,
    give_way: &'a (dyn Fn() + Sync),
    recorder: Recorder<'a>,
}

/// Does what a run asks for, or goes on with it, to its end.
///
/// # Errors
/// It fails, or the flag says to stop; what is done until then is kept.
pub fn carry_out(
    shared: &Shared,
    run: &Run,
    models: &DeviceModels,
    stop: &StopFlag,
    give_way: &(dyn Fn() + Sync),
) -> Result<Outcome, TrainingError> {
    let mut work = Work { shared, run, models, stop, give_way, recorder: Recorder::new(run) };
    match run.status().request {
        RunRequest::Head { photos, backbone, recipe, fine_tuning } => {
            work.train_head(&head::HeadPlan { photos, backbone, recipe, fine_tuning })
        }
        RunRequest::DataEfficiency { photos, counts, repetitions, recipe } => {
            work.measure_efficiency(&data_efficiency::CurvePlan { photos, counts, repetitions, recipe })
        }
        RunRequest::FromScratch { .. } => {
            Err(TrainingError::Recipe("models from scratch are trained by the command alone".to_owned()))
        }
    }
}

impl Work<'_> {
    /// What came of it, as it is handed out.
    fn write_result(&self, result: &RunResult) -> Result<(), TrainingError> {
        self.write(RESULT, &json(result))
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), TrainingError> {
        write(&self.run.folder().join(name), bytes)
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), TrainingError> {
    safe_file::replace(path, bytes).map_err(|source| TrainingError::File { path: path.to_owned(), source })
}

fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("names and numbers are JSON")
}
