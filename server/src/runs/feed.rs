//! What a run tells: its history to who comes, and each event to who is there. Whoever reads slowly misses events and gets the history anew;
//! the run never waits.

use std::sync::{Mutex, MutexGuard};

use shared::training::{RunEvent, RunHistory};
use tokio::sync::broadcast::{self, Receiver, Sender};

use super::history::History;

/// Events that are kept for who reads slowly.
const NUM_KEPT: usize = 256;

/// Where a run tells what happens.
#[derive(Debug)]
pub struct Feed {
    history: Mutex<History>,
    sender: Sender<RunEvent>,
}

/// Who watches: what was told before, and what will be.
#[derive(Debug)]
pub struct Watch {
    /// Until now.
    pub history: RunHistory,
    /// From now on.
    pub events: Receiver<RunEvent>,
}

impl Feed {
    /// That goes on from what was told before.
    pub fn new(told: RunHistory) -> Self {
        Self { history: Mutex::new(History::new(told)), sender: broadcast::channel(NUM_KEPT).0 }
    }

    /// Tells an event.
    pub fn tell(&self, event: RunEvent) {
        let mut history = self.lock();
        history.add(&event);
        // Nobody may be there, and that is no failure. Sent under the lock, so that who comes now misses none and gets none twice.
        _ = self.sender.send(event);
    }

    /// Begins to watch.
    pub fn watch(&self) -> Watch {
        let history = self.lock();
        Watch { history: history.told().clone(), events: self.sender.subscribe() }
    }

    /// Everything until now.
    pub fn history(&self) -> RunHistory {
        self.lock().told().clone()
    }

    fn lock(&self) -> MutexGuard<'_, History> {
        self.history.lock().expect("no holder of this lock panics")
    }
}
