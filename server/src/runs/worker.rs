//! The thread of a device: takes one run after another and says how each ended. Whatever happens to one, the next has its turn.

use std::any::Any;
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use shared::training::RunState;

use super::carry_out::{Outcome, carry_out};
use super::run::{Record, Run};
use super::state::Shared;
use super::training::IsBusy;
use crate::inference::DeviceModels;
use crate::stop_flag::StopFlag;
use crate::training::TrainingError;

/// What a step waits for visitors at most.
const MAX_PATIENCE: Duration = Duration::from_secs(1);
/// And in proportion to what the one before took, so that training has its share of the time in a full hall too.
const WAITS_PER_WORK: u32 = 8;
/// Between two looks at whether visitors wait.
const LOOKS_EVERY: Duration = Duration::from_millis(2);

/// The thread of a device.
pub struct Worker {
    /// The queue.
    pub shared: Arc<Shared>,
    /// As they were at the start, on each device.
    pub models: Arc<[DeviceModels]>,
    /// Which of them.
    pub device_index: usize,
    /// Whether visitors wait.
    pub is_busy: IsBusy,
}

impl Worker {
    /// Works until the server stops.
    pub fn run(self) {
        loop {
            let stop = self.stop_flag();
            let Some(run) = self.shared.next(&stop) else { return };
            let started = Instant::now();
            let id = run.id();
            tracing::info!(run = %id, "a run begins");
            let outcome = catch_unwind(AssertUnwindSafe(|| self.carry_out(&run, &stop)));
            let outcome = outcome.unwrap_or_else(|panic| Err(Ending::Failed(panicked(&*panic))));
            let seconds = started.elapsed().as_secs_f64();
            self.shared.finish(&run, seconds, |record| end(record, outcome));
            tracing::info!(run = %id, state = ?run.status().state, "a run has ended");
        }
    }

    fn carry_out(&self, run: &Run, stop: &StopFlag) -> Result<Outcome, Ending> {
        let models = &self.models[self.device_index];
        carry_out(&self.shared, run, models, stop).map_err(|error| match error {
            TrainingError::Stopped(_stopped) => Ending::Stopped,
            error => {
                tracing::warn!(run = %run.id(), error = &error as &dyn Error, "a run has failed");
                Ending::Failed(self.without_paths(run, &with_causes(&error)))
            }
        })
    }

    /// A flag that lets visitors go first between two steps.
    fn stop_flag(&self) -> StopFlag {
        let is_busy = Arc::clone(&self.is_busy);
        let worked_since = Mutex::new(Instant::now());
        StopFlag::giving_way(move || {
            let mut worked_since = worked_since.lock().expect("no holder of this lock panics");
            let (begun, patience) = (Instant::now(), patience(worked_since.elapsed()));
            while is_busy() && begun.elapsed() < patience {
                thread::sleep(LOOKS_EVERY);
            }
            *worked_since = Instant::now();
        })
    }

    /// Everybody can read why a run has failed; where things lie on this machine is nobody's business.
    fn without_paths(&self, run: &Run, message: &str) -> String {
        let request = run.status().request;
        let places = super::listing::datasets(&request);
        let places = places.into_iter().filter_map(|id| self.shared.datasets.place(id).ok());
        let mut message = message.to_owned();
        for (name, folder) in places {
            message = message.replace(&folder.display().to_string(), &name);
        }
        match &self.shared.settings.folder {
            Some(folder) => message.replace(&folder.display().to_string(), "the folder of training"),
            None => message,
        }
    }
}

fn patience(worked: Duration) -> Duration {
    worked.saturating_mul(WAITS_PER_WORK).min(MAX_PATIENCE)
}

/// How a run ended that did not come to its end.
enum Ending {
    Stopped,
    Failed(String),
}

fn end(record: &mut Record, outcome: Result<Outcome, Ending>) {
    record.status.state = match outcome {
        Ok(Outcome { head, head_id, top1 }) => {
            record.head = head;
            RunState::Done { head_id, top1, seconds: record.seconds }
        }
        Err(Ending::Stopped) => RunState::Stopped,
        Err(Ending::Failed(message)) => RunState::Failed { message },
    };
}

fn panicked(panic: &(dyn Any + Send)) -> String {
    // The panic hook has reported where.
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or_default();
    tracing::error!(text, "a run panicked");
    "something went wrong on the server; its log says what".to_owned()
}

fn with_causes(error: &dyn Error) -> String {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if !message.contains(&text) {
            message.push_str(": ");
            message.push_str(&text);
        }
        cause = error.source();
    }
    message
}
