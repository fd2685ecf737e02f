//! The runs of a server and the queue before its devices: asked for, stopped, gone on with, removed. Each device has a thread that takes one run
//! after another.

use std::fmt;
use std::sync::{Arc, Condvar, Mutex, OnceLock};
use std::thread::{self, JoinHandle};

use shared::training::{RunRequest, RunState, RunStatus};
use tokio::sync::Semaphore;

use super::datasets::Datasets;
use super::desk::Desk;
use super::disk::Disk;
use super::error::RunsError;
use super::folder::{TrainingFolder, remove_folder};
use super::run::Run;
use super::settings::TrainingSettings;
use super::state::Shared;
use super::worker::Worker;
use super::{listing, validation};
use crate::inference::DeviceModels;

/// Runs that are kept at most.
const MAX_RUNS: usize = 200;

/// Says whether visitors wait for the models.
pub type IsBusy = Arc<dyn Fn() -> bool + Send + Sync>;

/// Data sets and runs of a server.
pub struct Training {
    shared: Arc<Shared>,
    workers: Mutex<Vec<JoinHandle<()>>>,
}

impl Training {
    /// Nothing: no data sets, and nobody may train.
    pub fn off() -> Arc<Self> {
        Self::open(TrainingSettings::default()).expect("without a folder there is nothing to open")
    }

    /// What these settings allow, with the runs and uploads of before. Runs that waited wait again; what had a device was interrupted.
    ///
    /// # Errors
    /// The folder cannot be written, or another server has it.
    pub fn open(settings: TrainingSettings) -> Result<Arc<Self>, RunsError> {
        let kept = settings.folder.as_deref().filter(|_folder| settings.admin_token.is_some());
        let folder = kept.map(TrainingFolder::take).transpose()?;
        let uploads = folder.as_ref().map(TrainingFolder::uploads);
        let datasets = Datasets::open(&settings, uploads.as_deref())?;
        let runs = folder.as_ref().map(|folder| listing::restore(&folder.runs())).transpose()?;
        let mut desk = Desk { runs: runs.unwrap_or_default(), ..Desk::default() };
        desk.queue = desk.runs.iter().filter(|run| run.status().state.is_under_way()).cloned().collect();
        desk.announce();
        let shared = Shared {
            disk: Disk::new(settings.folder.clone(), settings.max_disk_bytes),
            settings,
            folder,
            datasets,
            uploading: Arc::new(Semaphore::new(1)),
            models: OnceLock::new(),
            desk: Mutex::new(desk),
            changed: Condvar::new(),
        };
        Ok(Arc::new(Self { shared: Arc::new(shared), workers: Mutex::default() }))
    }

    /// What may be done.
    pub fn settings(&self) -> &TrainingSettings {
        &self.shared.settings
    }

    /// Its data sets.
    pub fn datasets(&self) -> &Datasets {
        &self.shared.datasets
    }

    pub(super) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// From here on runs get these models, as they were at the start, one run a device. Only the first call counts.
    pub fn start_runs(&self, models: Arc<[DeviceModels]>, is_busy: IsBusy) {
        if self.shared.folder.is_none() || self.shared.models.set(Arc::clone(&models)).is_err() {
            return;
        }
        let mut workers = self.workers.lock().expect("no holder of this lock panics");
        for device_index in 0..models.len() {
            let (shared, models) = (Arc::clone(&self.shared), Arc::clone(&models));
            let worker = Worker { shared, models, device_index, is_busy: Arc::clone(&is_busy) };
            let name = format!("training-{device_index}");
            match thread::Builder::new().name(name).spawn(move || worker.run()) {
                Ok(thread) => workers.push(thread),
                Err(error) => tracing::error!(%error, "no thread for training: its runs will wait"),
            }
        }
    }

    /// Asks for a run.
    ///
    /// # Errors
    /// It cannot be followed, or there is no room.
    pub fn ask(&self, request: RunRequest) -> Result<RunStatus, RunsError> {
        let folder = self.shared.folder()?;
        let models = self.shared.models.get().ok_or(RunsError::NotReady)?;
        let first = models.first().ok_or(RunsError::NotReady)?;
        let dataset_name = validation::check(&request, &self.shared.datasets)?;
        self.shared.disk.room_for(0)?;
        let mut desk = self.shared.lock();
        desk.check_room(MAX_RUNS)?;
        let backbones = listing::backbones(&request);
        let status = RunStatus {
            id: listing::new_id(&request),
            dataset_name,
            backbones: backbones.iter().map(|slot| first.model(*slot).info.name.clone()).collect(),
            created_ms: listing::now_ms(),
            state: RunState::Queued { ahead: (desk.queue.len() + desk.num_running) as u64 },
            request,
        };
        let run = Arc::new(Run::create(&folder.runs(), status)?);
        desk.runs.push(Arc::clone(&run));
        desk.enqueue(Arc::clone(&run));
        self.shared.changed.notify_one();
        Ok(run.status())
    }

    /// A run.
    ///
    /// # Errors
    /// There is none of that id.
    pub fn run(&self, id: &str) -> Result<Arc<Run>, RunsError> {
        let desk = self.shared.lock();
        desk.find(id).cloned()
    }

    /// All runs, the oldest first.
    pub fn runs(&self) -> Vec<Arc<Run>> {
        self.shared.lock().runs.clone()
    }

    /// Asks a run to end. One that works ends behind its step or batch.
    ///
    /// # Errors
    /// There is none of that id, or it has ended.
    pub fn stop(&self, id: &str) -> Result<RunStatus, RunsError> {
        let mut desk = self.shared.lock();
        let run = Arc::clone(desk.find(id)?);
        match run.status().state {
            RunState::Queued { .. } => {
                desk.queue.retain(|queued| !Arc::ptr_eq(queued, &run));
                run.set_state(RunState::Stopped);
                desk.announce();
            }
            RunState::Running => run.stop(),
            _ended => {
                return Err(RunsError::Conflict("This run has ended; there is nothing to stop.".to_owned()));
            }
        }
        Ok(run.status())
    }

    /// Asks a run to go on from what was kept.
    ///
    /// # Errors
    /// There is none of that id, it cannot go on, or there is no room.
    pub fn resume(&self, id: &str) -> Result<RunStatus, RunsError> {
        self.shared.disk.room_for(0)?;
        let mut desk = self.shared.lock();
        let run = Arc::clone(desk.find(id)?);
        let status = run.status();
        if !status.state.can_resume() {
            let message = "This run waits, works or is done; only one that was stopped, interrupted or has failed can go on.";
            return Err(RunsError::Conflict(message.to_owned()));
        }
        for dataset in listing::datasets(&status.request) {
            self.shared.datasets.place(dataset)?;
        }
        desk.check_room(usize::MAX)?;
        desk.enqueue(Arc::clone(&run));
        self.shared.changed.notify_one();
        Ok(run.status())
    }

    /// Removes a run with its files.
    ///
    /// # Errors
    /// There is none of that id, or it is under way.
    pub fn remove(&self, id: &str) -> Result<(), RunsError> {
        let folder = {
            let mut desk = self.shared.lock();
            let run = Arc::clone(desk.find(id)?);
            if run.status().state.is_under_way() {
                let message = "This run waits or works. Stop it before it is removed.";
                return Err(RunsError::Conflict(message.to_owned()));
            }
            desk.runs.retain(|known| !Arc::ptr_eq(known, &run));
            run.folder().to_owned()
        };
        remove_folder(&folder).map_err(RunsError::file(folder))?;
        self.shared.disk.has_changed();
        Ok(())
    }

    /// Removes a data set that came as an archive.
    ///
    /// # Errors
    /// There is none of that id, it was named at the start, or a run that is under way needs it.
    pub fn remove_dataset(&self, id: &str) -> Result<(), RunsError> {
        let uploads = self.shared.folder()?.uploads();
        let is_used = || {
            let runs = self.runs();
            let mut under_way =
                runs.iter().map(|run| run.status()).filter(|status| status.state.is_under_way());
            under_way.any(|status| listing::datasets(&status.request).contains(&id))
        };
        self.shared.datasets.remove(id, &uploads, &self.shared.disk, is_used)
    }

    /// What uploads, features and runs take, and may take, in bytes. Blocks for a moment.
    pub fn disk_bytes(&self) -> (u64, u64) {
        (self.shared.disk.used_bytes(), self.shared.disk.max_bytes())
    }

    /// Runs that wait or work.
    pub fn num_under_way(&self) -> usize {
        let desk = self.shared.lock();
        desk.queue.len() + desk.num_running
    }

    /// Ends what works, which then counts as interrupted, and takes nothing more. Blocks until it has ended.
    pub fn close(&self) {
        {
            let mut desk = self.shared.lock();
            desk.is_closed = true;
            desk.runs.iter().for_each(|run| run.stop());
            self.shared.changed.notify_all();
        }
        let workers = std::mem::take(&mut *self.workers.lock().expect("no holder of this lock panics"));
        for worker in workers {
            // The last one to hold this may be a worker itself.
            if worker.thread().id() != thread::current().id() && worker.join().is_err() {
                tracing::error!("a thread of training panicked");
            }
        }
    }
}

impl Drop for Training {
    fn drop(&mut self) {
        self.close();
    }
}

impl fmt::Debug for Training {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Training").field("settings", &self.shared.settings).finish_non_exhaustive()
    }
}
