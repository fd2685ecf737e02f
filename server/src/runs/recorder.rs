//! What the engine says, as a run tells it: steps a few together and progress now and then, so that a watcher gets some ten events a second however
//! fast the steps are.

use std::time::{Duration, Instant};

use shared::ModelSlot;
use shared::training::{BackboneProgress, LearnerEpoch, Progress, RunEvent, StepPoint, TrainingEvent};

use super::run::Run;
use super::run_files::PROGRESS;
use crate::training::kept_curves;

/// Between two events of a kind.
const PAUSE: Duration = Duration::from_millis(100);
/// Between two times that what was told is kept.
const KEPT_EVERY: Duration = Duration::from_secs(5);

/// Tells what a run does.
pub struct Recorder<'a> {
    run: &'a Run,
    points: Vec<StepPoint>,
    pictures_per_second: f64,
    told_at: Option<Instant>,
    kept_at: Instant,
}

impl<'a> Recorder<'a> {
    /// Of this run.
    pub fn new(run: &'a Run) -> Self {
        Self { run, points: Vec::new(), pictures_per_second: 0.0, told_at: None, kept_at: Instant::now() }
    }

    /// What happens while a head of this backbone is trained.
    pub fn training(&mut self, slot: ModelSlot, event: TrainingEvent) {
        match event {
            TrainingEvent::Reading(progress) => self.reading(progress),
            TrainingEvent::Dataset { split, .. } => self.tell(RunEvent::Split(split)),
            TrainingEvent::Features(progress) => self.features(slot, progress),
            TrainingEvent::Resumed { step } => self.resumed(step),
            TrainingEvent::Step { point, pictures_per_second } => self.step(point, pictures_per_second),
            TrainingEvent::Epoch(epoch) => self.tell(RunEvent::Epoch(epoch)),
            TrainingEvent::Evaluated(_evaluation) => self.flush(),
        }
    }

    /// Files are looked at.
    pub fn reading(&mut self, progress: Progress) {
        if progress.done == progress.total || self.is_time() {
            self.tell(RunEvent::Reading(progress));
        }
    }

    /// Photos go through a backbone.
    pub fn features(&mut self, slot: ModelSlot, progress: Progress) {
        if progress.done == progress.total || self.is_time() {
            self.tell(RunEvent::Features(BackboneProgress { slot, progress }));
        }
    }

    /// A model that learns from scratch saw its photos once more: told now and then, and always once it is finished.
    pub fn learner(&mut self, epoch: LearnerEpoch, is_finished: bool) {
        if is_finished || self.is_time() {
            self.tell(RunEvent::Learner(epoch));
        }
    }

    /// Heads or models are ready.
    pub fn models(&mut self, done: u64, total: u64) {
        if done == total || self.is_time() {
            self.tell(RunEvent::Models { done, total });
        }
    }

    /// Tells anything else at once.
    pub fn tell(&mut self, event: RunEvent) {
        self.run.feed.tell(event);
        if self.kept_at.elapsed() >= KEPT_EVERY {
            self.run.keep_history();
            self.kept_at = Instant::now();
        }
    }

    /// Tells the steps that wait.
    pub fn flush(&mut self) {
        if !self.points.is_empty() {
            let points = std::mem::take(&mut self.points);
            self.tell(RunEvent::Steps { points, pictures_per_second: self.pictures_per_second });
        }
    }

    fn step(&mut self, point: StepPoint, pictures_per_second: f64) {
        self.points.push(point);
        self.pictures_per_second = pictures_per_second;
        if self.is_time() {
            self.flush();
        }
    }

    /// The curve until here is the engine's own, which knows each step that it goes on from.
    fn resumed(&mut self, step: u64) {
        if let Some((steps, epochs)) = kept_curves(&self.run.folder().join(PROGRESS)) {
            let told = shared::training::RunHistory { steps, epochs, ..self.run.feed.history() };
            self.tell(RunEvent::History(Box::new(told)));
        }
        self.tell(RunEvent::Resumed { step });
    }

    /// Whether the pause is over; begins the next one then.
    fn is_time(&mut self) -> bool {
        let is_over = self.told_at.is_none_or(|told_at| told_at.elapsed() >= PAUSE);
        if is_over {
            self.told_at = Some(Instant::now());
        }
        is_over
    }
}

impl Drop for Recorder<'_> {
    fn drop(&mut self) {
        self.flush();
        self.run.keep_history();
    }
}
