//! Questions that wait for a worker. Bounded: who comes when it is full is told so at once. Who left while waiting is
//! dropped, and makes room for the next. Who waits for a first answer goes before those who look at theirs from all sides, but
//! not for ever.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard};

use super::batch::Task;
use super::job::{InferenceError, Job};

/// One place in so many is kept for first answers: a hall full of visitors who look at theirs must not lock out who comes late.
const PLACES_FOR_ANSWERS: usize = 4;
/// Tasks for answers in a row while something else waits.
const MAX_ANSWERS_IN_A_ROW: usize = 4;

/// Jobs in the order in which they came.
#[derive(Debug)]
pub struct Queue {
    capacity: usize,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Job>,
    /// Tasks for answers since something else had its turn.
    answers_in_a_row: usize,
    /// Tasks that were taken and are not finished.
    under_way: usize,
    is_closed: bool,
}

impl State {
    /// What has its turn.
    fn take(&mut self, max_images: usize) -> Option<Task> {
        self.waiting.retain(|job| !job.is_abandoned());
        let answers_first = self.answers_in_a_row < MAX_ANSWERS_IN_A_ROW;
        let preferred = self.waiting.iter().position(|job| job.is_for_answer == answers_first);
        let job = self.waiting.remove(preferred.unwrap_or(0))?;
        self.answers_in_a_row = if job.is_for_answer { self.answers_in_a_row + 1 } else { 0 };
        Some(Task::of(job, &mut self.waiting, max_images))
    }
}

impl Queue {
    /// A queue in which at most `capacity` jobs wait.
    pub fn new(capacity: usize) -> Self {
        Self { capacity, state: Mutex::default(), changed: Condvar::new() }
    }

    /// Adds a job at the end.
    ///
    /// # Errors
    /// The queue is full or closed.
    pub fn push(&self, job: Job) -> Result<(), InferenceError> {
        let mut state = self.lock();
        if state.is_closed {
            return Err(InferenceError::ShuttingDown);
        }
        let room = if job.is_for_answer {
            self.capacity
        } else {
            self.capacity - self.capacity / PLACES_FOR_ANSWERS
        };
        if state.waiting.len() >= room {
            state.waiting.retain(|job| !job.is_abandoned());
        }
        if state.waiting.len() >= room {
            return Err(InferenceError::QueueFull);
        }
        state.waiting.push_back(job);
        drop(state);
        self.changed.notify_one();
        Ok(())
    }

    /// Waits for jobs and takes what can be done at once, to be [finished](Queue::finish); `None` once the queue is closed and empty.
    pub fn take(&self, max_images: usize) -> Option<Task> {
        let mut state = self.lock();
        loop {
            if let Some(task) = state.take(max_images) {
                state.under_way += 1;
                return Some(task);
            }
            if state.is_closed {
                return None;
            }
            state = self.changed.wait(state).expect("no holder of this lock panics");
        }
    }

    /// Says that a task that was taken is done.
    pub fn finish(&self) {
        self.lock().under_way -= 1;
    }

    /// Whether a job waits or is being done.
    pub fn is_busy(&self) -> bool {
        let state = self.lock();
        state.under_way > 0 || !state.waiting.is_empty()
    }

    /// Takes no more jobs; those that wait are still answered.
    pub fn close(&self) {
        self.lock().is_closed = true;
        self.changed.notify_all();
    }

    /// Jobs that wait.
    pub fn len(&self) -> usize {
        self.lock().waiting.len()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder of this lock panics")
    }
}
