//! What the page of training knows: data sets, runs and heads as the server last told them, the admin's token, and what the visitor
//! has chosen. Asked for again while something is under way, so that the page needs no reload.

mod admin;
mod draft;
mod history;
mod load;
mod watch;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::dataset::{DatasetListing, DatasetState};
use shared::page::TrainingPageState;
use shared::training::{RunRequest, RunState, RunStatus, TrainingOverview};
use shared::{ApiError, ModelInfo, ModelSlot};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;

use crate::api::training as api;
pub use admin::Admin;
pub use draft::{Draft, MethodChoice, NumberField, fields};
pub use history::fold;
pub use load::Asked;
pub use watch::{RunWatch, Watching};

/// How often the server is asked while something is under way, and while nothing is, in milliseconds.
const BUSY_MS: i32 = 1500;
const IDLE_MS: i32 = 8000;

/// Context: what the server has.
#[derive(Clone, Copy)]
pub struct Training {
    overview: RwSignal<TrainingOverview>,
    datasets: RwSignal<Vec<DatasetListing>>,
    models: StoredValue<[ModelInfo; 2]>,
    trouble: RwSignal<Option<ApiError>>,
    /// The data set that is looked at and trained on.
    pub dataset: RwSignal<Option<String>>,
    /// The run whose result is shown; the newest that is done where `None`.
    pub run: RwSignal<Option<String>>,
}

impl Training {
    /// From what the server wrote into the document.
    pub fn new(page: &TrainingPageState) -> Self {
        let first = page.datasets.iter().find(|set| is_ready(set)).or(page.datasets.first());
        Self {
            overview: RwSignal::new(page.overview.clone()),
            datasets: RwSignal::new(page.datasets.clone()),
            models: StoredValue::new([page.resnet.clone(), page.vit.clone()]),
            trouble: RwSignal::new(None),
            dataset: RwSignal::new(first.map(|set| set.id.clone())),
            run: RwSignal::new(None),
        }
    }

    /// Of this page.
    pub fn expect() -> Self {
        expect_context::<Self>()
    }

    /// Runs, heads and limits.
    pub fn overview(self) -> ReadSignal<TrainingOverview> {
        self.overview.read_only()
    }

    /// Data sets.
    pub fn datasets(self) -> ReadSignal<Vec<DatasetListing>> {
        self.datasets.read_only()
    }

    /// Why what is shown may be out of date.
    pub fn trouble(self) -> ReadSignal<Option<ApiError>> {
        self.trouble.read_only()
    }

    /// A model as it was when the page was opened: its trunk and preprocessing never change.
    pub fn model(self, slot: ModelSlot) -> ModelInfo {
        self.models.with_value(|models| models[usize::from(slot == ModelSlot::Vit)].clone())
    }

    /// A model's name.
    pub fn name(self, slot: ModelSlot) -> String {
        self.models.with_value(|models| models[usize::from(slot == ModelSlot::Vit)].name.clone())
    }

    /// The chosen data set's listing, followed.
    pub fn chosen_dataset(self) -> Option<DatasetListing> {
        let id = self.dataset.get()?;
        self.datasets.with(|sets| sets.iter().find(|set| set.id == id).cloned())
    }

    /// Whether the chosen data set can be used, followed.
    pub fn is_dataset_ready(self) -> bool {
        self.chosen_dataset().is_some_and(|set| is_ready(&set))
    }

    /// A run as it was last told, followed.
    pub fn status(self, id: &str) -> Option<RunStatus> {
        self.overview.with(|overview| overview.runs.iter().find(|run| run.id == id).cloned())
    }

    /// Takes what a run's own stream told, which may be newer than the list.
    pub fn told(self, status: RunStatus) {
        self.overview.try_update(|overview| match overview.runs.iter_mut().find(|run| run.id == status.id) {
            Some(known) => *known = status,
            None => overview.runs.insert(0, status),
        });
    }

    /// Asks the server how things stand.
    pub fn refresh(self) {
        spawn_local(async move {
            let asked = async { Ok::<_, ApiError>((api::overview().await?, api::datasets().await?)) };
            match asked.await {
                Ok((overview, datasets)) => self.take(overview, datasets),
                Err(error) => _ = self.trouble.try_set(Some(error)),
            }
        });
    }

    fn take(self, overview: TrainingOverview, datasets: Vec<DatasetListing>) {
        self.trouble.try_set(None);
        // Told only where something is new, so that nothing is drawn again for nothing.
        if self.overview.try_with_untracked(|known| *known != overview) == Some(true) {
            self.overview.try_set(overview);
        }
        if self.datasets.try_with_untracked(|known| *known != datasets) == Some(true) {
            self.datasets.try_set(datasets);
        }
        let chosen = self.dataset.try_get_untracked().flatten();
        let is_gone = self
            .datasets
            .try_with_untracked(|sets| chosen.as_ref().is_none_or(|id| sets.iter().all(|set| set.id != *id)));
        if is_gone == Some(true) {
            let first =
                self.datasets.try_with_untracked(|sets| sets.first().map(|set| set.id.clone())).flatten();
            self.dataset.try_set(first);
        }
    }

    /// Asks again and again, for as long as the page is there. Browser only.
    pub fn follow(self) {
        self.refresh();
        self.ask_later();
    }

    fn ask_later(self) {
        let Some(is_busy) = self
            .overview
            .try_with_untracked(|overview| overview.runs.iter().any(|run| run.state.is_under_way()))
        else {
            return;
        };
        let is_reading = self.datasets.try_with_untracked(|sets| sets.iter().any(is_being_read));
        let pause_ms = if is_busy || is_reading == Some(true) { BUSY_MS } else { IDLE_MS };
        let ask = Closure::once_into_js(move || {
            // A page that nobody sees asks nothing.
            if !document().hidden() {
                self.refresh();
            }
            self.ask_later();
        });
        _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(ask.unchecked_ref(), pause_ms);
    }
}

/// Whether it can be used.
pub fn is_ready(set: &DatasetListing) -> bool {
    matches!(set.state, DatasetState::Ready { .. })
}

fn is_being_read(set: &DatasetListing) -> bool {
    matches!(set.state, DatasetState::Reading { .. })
}

/// The backbone of a run that trains a head.
pub fn backbone(run: &RunStatus) -> Option<ModelSlot> {
    match &run.request {
        RunRequest::Head { backbone, .. } => Some(*backbone),
        RunRequest::DataEfficiency { .. } | RunRequest::FromScratch { .. } => None,
    }
}

/// Whether it is done.
pub fn is_done(run: &RunStatus) -> bool {
    matches!(run.state, RunState::Done { .. })
}

/// How a run stands, as data.
pub fn state_name(state: &RunState) -> &'static str {
    match state {
        RunState::Queued { .. } => "queued",
        RunState::Running => "running",
        RunState::Stopped => "stopped",
        RunState::Interrupted => "interrupted",
        RunState::Failed { .. } => "failed",
        RunState::Done { .. } => "done",
    }
}
