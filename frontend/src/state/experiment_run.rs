//! An experiment on the picture on the bench, as its points come in.

use leptos::prelude::*;
use shared::views::{ExperimentPoint, ExperimentStart};
use shared::{ApiError, ErrorCode, HEAD_CHANGED, ModelRef, route};

use super::models::Models;
use super::specimen::Specimen;
use crate::api;
use crate::api::events::{Events, Told};

use crate::i18n::text;

/// How far an experiment is.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// Not begun, or stopped before its end.
    Idle,
    /// Points are coming.
    Running,
    /// All points are there.
    Done,
    /// Why no more come.
    Failed(ApiError),
}

/// The names of the events.
const EVENTS: [&str; 4] = ["start", "point", "done", "failed"];

/// A run.
#[derive(Clone, Copy)]
pub struct ExperimentRun {
    start: RwSignal<Option<ExperimentStart>>,
    points: RwSignal<Vec<ExperimentPoint>>,
    progress: RwSignal<Progress>,
    /// Path of what runs or ran.
    path: RwSignal<Option<String>>,
    events: StoredValue<Option<Events>, LocalStorage>,
    specimen: Specimen,
    models: StoredValue<Models>,
}

impl ExperimentRun {
    /// Nothing runs yet. What another picture showed is taken away with that picture, and leaving the lens ends the run.
    pub fn new() -> Self {
        let specimen = Specimen::expect();
        let run = Self {
            start: RwSignal::new(None),
            points: RwSignal::new(Vec::new()),
            progress: RwSignal::new(Progress::Idle),
            path: RwSignal::new(None),
            events: StoredValue::new_local(None),
            specimen,
            models: StoredValue::new(Models::expect()),
        };
        let image = Memo::new(move |_previous| specimen.image().with(|image| image.info.image_id.clone()));
        Effect::new(move |previous: Option<String>| {
            let image = image.get();
            if previous.is_some_and(|previous| previous != image) {
                run.clear();
            }
            image
        });
        run
    }

    /// Begins, in place of what runs.
    pub fn run(self, experiment: &str, query: &str) {
        self.clear();
        let image_id = self.specimen.image().with_untracked(|image| image.info.image_id.clone());
        let path = route::view(route::IMAGE_EXPERIMENT, &image_id, experiment, query);
        self.progress.set(Progress::Running);
        match Events::listen(&path, &EVENTS, move |name, told| self.hear(name, told)) {
            Ok(events) => self.events.set_value(Some(events)),
            Err(error) => self.progress.set(Progress::Failed(error)),
        }
        self.path.set(Some(path));
    }

    /// Ends what runs and keeps the points that have come.
    pub fn stop(self) {
        self.events.try_set_value(None);
        if self.progress.get_untracked() == Progress::Running {
            self.progress.set(Progress::Idle);
        }
    }

    /// What is measured.
    pub fn start(self) -> ReadSignal<Option<ExperimentStart>> {
        self.start.read_only()
    }

    /// The points that have come.
    pub fn points(self) -> ReadSignal<Vec<ExperimentPoint>> {
        self.points.read_only()
    }

    /// How far it is.
    pub fn progress(self) -> ReadSignal<Progress> {
        self.progress.read_only()
    }

    /// Where the numbers of this run are to be had as a file for NumPy; the server computes them again, or remembers them.
    pub fn npy(self) -> Option<String> {
        self.path.get().map(|path| format!("{path}&format=npy"))
    }

    fn clear(self) {
        self.stop();
        self.start.set(None);
        self.points.set(Vec::new());
        self.progress.set(Progress::Idle);
        self.path.set(None);
    }

    fn hear(self, name: Option<&'static str>, told: Told) {
        let heard = match name {
            Some("start") => told.read().and_then(|start| self.begin(start)),
            Some("point") => told.read().map(|point| _ = self.points.try_update(|points| points.push(point))),
            Some("done") => {
                self.end(Progress::Done);
                Ok(())
            }
            Some(_failed) => told.read().and_then(Err),
            None => Err(api::unreachable_server(text::shell::SERVER_UNREACHABLE)),
        };
        if let Err(error) = heard {
            self.end(Progress::Failed(error));
        }
    }

    /// A stream of events cannot say which head it expects, and says which one it has.
    fn begin(self, start: ExperimentStart) -> Result<(), ApiError> {
        let is_of_page = |model: &ModelRef| {
            self.models.with_value(|models| models.info(model.slot).checkpoint.id == model.checkpoint_id)
        };
        if !start.models.iter().all(is_of_page) {
            return Err(ApiError { code: ErrorCode::HeadChanged, message: HEAD_CHANGED.to_owned() });
        }
        self.start.try_set(Some(start));
        Ok(())
    }

    fn end(self, progress: Progress) {
        self.progress.try_set(progress);
        // The stream must not be dropped by a listener of its own.
        leptos::task::spawn_local(async move { _ = self.events.try_set_value(None) });
    }
}

impl Default for ExperimentRun {
    fn default() -> Self {
        Self::new()
    }
}
