//! What a run does: hands the request to the engine of its kind, tells what that says, and writes what came of it. Nothing is computed here.

mod data_efficiency;
mod from_scratch;
mod head;
mod photos;

use std::path::Path;

use serde::Serialize;
use shared::training::{PhotoChoice, Proportion, RunRequest, RunResult};
use shared::{ModelInfo, ModelSlot};

use super::recorder::Recorder;
use super::run::{HeadRecord, Run};
use super::run_files::RESULT;
use super::state::Shared;
use crate::inference::DeviceModels;
use crate::safe_file;
use crate::stop_flag::StopFlag;
use crate::training::{TrainingError, bound_feature_cache};

/// Of a number in the cache of features.
const FEATURE_BYTES: u64 = 4;
/// Of a photo's hash beside its numbers.
const ADDRESS_BYTES: u64 = 80;

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
) -> Result<Outcome, TrainingError> {
    let mut work = Work { shared, run, models, stop, recorder: Recorder::new(run) };
    match run.status().request {
        RunRequest::Head { photos, backbone, recipe, fine_tuning } => {
            work.train_head(&head::HeadPlan { photos, backbone, recipe, fine_tuning })
        }
        RunRequest::DataEfficiency { photos, counts, repetitions, recipe } => {
            work.measure_efficiency(&data_efficiency::CurvePlan { photos, counts, repetitions, recipe })
        }
        RunRequest::FromScratch { photos, plan } => work.learn_from_scratch(&photos, &plan),
    }
}

impl Work<'_> {
    /// Sees to it that the features of these photos fit into the space of training: features of other models go first.
    fn make_room(&self, photos: &PhotoChoice, slots: &[ModelSlot]) -> Result<(), TrainingError> {
        let Some(cache) = self.shared.cache() else { return Ok(()) };
        let datasets = [Some(&photos.dataset), photos.test_dataset.as_ref()].into_iter().flatten();
        // One whose files are not looked at yet, just after a start, has been when the run was asked for.
        let known = datasets.filter_map(|id| self.shared.datasets.known(id).ok());
        let num_pictures: u64 = known.map(|dataset| dataset.num_pictures() as u64).sum();
        let infos: Vec<&ModelInfo> = slots.iter().map(|slot| &self.models.model(*slot).info).collect();
        let num_features = infos.iter().map(|info| info.architecture.num_features() as u64);
        let row_bytes: u64 = num_features.map(|count| count * FEATURE_BYTES + ADDRESS_BYTES).sum();
        let needed = num_pictures.saturating_mul(row_bytes);
        let disk = &self.shared.disk;
        if disk.room_for(needed).is_ok() {
            return Ok(());
        }
        // What there is of these models stays, and need not be computed again.
        let there = bound_feature_cache(&cache, 0, &infos)?;
        disk.has_changed();
        let room = disk.room_for(needed.saturating_sub(there));
        room.map(|_left| ()).map_err(|error| TrainingError::Recipe(error.to_string()))
    }

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
