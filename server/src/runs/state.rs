//! What the threads of a server's devices share: what may be done, where it is kept, and the runs in their order.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock};

use shared::training::RunState;
use tokio::sync::Semaphore;

use super::datasets::Datasets;
use super::desk::Desk;
use super::disk::Disk;
use super::error::RunsError;
use super::folder::{self, TrainingFolder};
use super::run::{Record, Run};
use super::settings::TrainingSettings;
use crate::inference::DeviceModels;
use crate::stop_flag::StopFlag;

/// What the threads of the devices share.
pub struct Shared {
    /// What may be done.
    pub settings: TrainingSettings,
    /// Where everything is kept.
    pub folder: Option<TrainingFolder>,
    /// What that takes.
    pub disk: Disk,
    /// On what.
    pub datasets: Datasets,
    /// One archive at a time.
    pub uploading: Arc<Semaphore>,
    /// As they were at the start, on each device.
    pub models: OnceLock<Arc<[DeviceModels]>>,
    /// Runs and their order.
    pub desk: Mutex<Desk>,
    /// A run waits, or the server stops.
    pub changed: Condvar,
}

impl Shared {
    /// The folder of training.
    ///
    /// # Errors
    /// There is none.
    pub fn folder(&self) -> Result<&TrainingFolder, RunsError> {
        self.folder.as_ref().ok_or_else(|| RunsError::Conflict("Training is off on this server.".to_owned()))
    }

    /// Where features are kept.
    pub fn cache(&self) -> Option<PathBuf> {
        self.settings.folder.as_deref().map(folder::cache)
    }

    /// That the disk is full.
    pub fn disk_full(&self) -> RunsError {
        self.disk.has_changed();
        RunsError::DiskFull { used_bytes: self.disk.used_bytes(), max_bytes: self.disk.max_bytes() }
    }

    /// The next run, which has a device from now on and ends by this flag; `None` once the server stops.
    pub fn next(&self, stop: &StopFlag) -> Option<Arc<Run>> {
        let mut desk = self.lock();
        loop {
            if desk.is_closed {
                return None;
            }
            if let Some(run) = desk.queue.pop_front() {
                desk.num_running += 1;
                run.begin(stop.clone());
                run.set_state(RunState::Running);
                desk.announce();
                return Some(run);
            }
            desk = self.changed.wait(desk).expect("no holder of this lock panics");
        }
    }

    /// Gives a run's device back. One that was stopped because the server stops was interrupted.
    pub fn finish(&self, run: &Run, seconds: f64, change: impl FnOnce(&mut Record)) {
        let mut desk = self.lock();
        desk.num_running -= 1;
        let is_closed = desk.is_closed;
        run.change(|record| {
            record.seconds += seconds;
            change(record);
            if is_closed && record.status.state == RunState::Stopped {
                record.status.state = RunState::Interrupted;
            }
        });
        desk.announce();
        drop(desk);
        self.disk.has_changed();
    }

    /// Runs and their order, for a moment.
    pub fn lock(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().expect("no holder of this lock panics")
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Shared").field("settings", &self.settings).finish_non_exhaustive()
    }
}
