//! The runs of a server and the order in which they get a device.

use std::collections::VecDeque;
use std::sync::Arc;

use shared::training::RunState;

use super::error::RunsError;
use super::run::Run;

/// Runs that wait at most.
const MAX_QUEUED: usize = 8;

/// Runs and their order.
#[derive(Default)]
pub struct Desk {
    /// All of them, the oldest first.
    pub runs: Vec<Arc<Run>>,
    /// Those that wait, the next first.
    pub queue: VecDeque<Arc<Run>>,
    /// Those that have a device.
    pub num_running: usize,
    /// Whether the server stops.
    pub is_closed: bool,
}

impl Desk {
    /// A run.
    ///
    /// # Errors
    /// There is none of that id.
    pub fn find(&self, id: &str) -> Result<&Arc<Run>, RunsError> {
        self.runs.iter().find(|run| run.id() == id).ok_or_else(|| {
            RunsError::Unknown(format!("There is no run {id:?} on this server. /api/v1/training lists them."))
        })
    }

    /// # Errors
    /// As many runs are kept, or wait, as may.
    pub fn check_room(&self, max_runs: usize) -> Result<(), RunsError> {
        if self.runs.len() >= max_runs {
            return Err(RunsError::Conflict(format!(
                "This server keeps {max_runs} runs, and as many are there. Remove some first."
            )));
        }
        if self.queue.len() >= MAX_QUEUED {
            return Err(RunsError::Conflict(format!(
                "{MAX_QUEUED} runs wait already. Ask again when one of them has begun."
            )));
        }
        Ok(())
    }

    /// Has a run wait behind all others.
    pub fn enqueue(&mut self, run: Arc<Run>) {
        let ahead = (self.queue.len() + self.num_running) as u64;
        run.set_state(RunState::Queued { ahead });
        self.queue.push_back(run);
    }

    /// Tells each run that waits how many are before it, where that has changed.
    pub fn announce(&self) {
        for (place, run) in self.queue.iter().enumerate() {
            let state = RunState::Queued { ahead: (place + self.num_running) as u64 };
            if run.status().state != state {
                run.set_state(state);
            }
        }
    }
}
