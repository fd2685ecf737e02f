//! A run as it goes on: its stream of events, folded into one value, and told to the figures at most once for each picture that the
//! screen shows.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::training::{RunEvent, RunHistory};
use shared::{ApiError, route};

use super::{Training, fold};
use crate::api::events::{Events, Told};
use crate::i18n::text;

/// How the connection stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Watching {
    /// Nothing is watched.
    #[default]
    Nothing,
    /// Events come as they happen.
    Live,
    /// The connection broke; the browser tries again by itself.
    Lost,
    /// All that there is has come.
    Ended,
    /// The stream cannot be read.
    Failed(ApiError),
}

/// What is watched.
#[derive(Clone, Copy)]
pub struct RunWatch {
    training: Training,
    run: RwSignal<Option<String>>,
    history: RwSignal<Arc<RunHistory>>,
    connection: RwSignal<Watching>,
    events: StoredValue<Option<Events>, LocalStorage>,
    inside: StoredValue<Rc<Inside>, LocalStorage>,
}

/// What events go into, apart from what is drawn.
#[derive(Default)]
struct Inside {
    history: RefCell<RunHistory>,
    is_frame_asked: Cell<bool>,
}

impl RunWatch {
    /// Watches the run that `run` names, in the browser, and another one when that changes.
    pub fn new(run: impl Fn() -> Option<String> + Send + Sync + 'static) -> Self {
        let watch = Self {
            training: Training::expect(),
            run: RwSignal::new(None),
            history: RwSignal::new(Arc::default()),
            connection: RwSignal::new(Watching::Nothing),
            events: StoredValue::new_local(None),
            inside: StoredValue::new_local(Rc::default()),
        };
        let run = Memo::new(move |_previous| run());
        let training = watch.training;
        // A run that is resumed is listened to again.
        let is_under_way = Memo::new(move |_previous| {
            run.get().and_then(|id| training.status(&id)).is_some_and(|status| status.state.is_under_way())
        });
        Effect::new(move |before: Option<Option<String>>| {
            let (run, is_under_way) = (run.get(), is_under_way.get());
            let is_other = before.as_ref().is_none_or(|before| *before != run);
            let is_over =
                watch.connection.with_untracked(|now| !matches!(now, Watching::Live | Watching::Lost));
            if is_other || (is_under_way && is_over) {
                watch.listen(run.clone());
            }
            run
        });
        on_cleanup(move || _ = watch.events.try_set_value(None));
        watch
    }

    /// What the run has told.
    pub fn history(self) -> ReadSignal<Arc<RunHistory>> {
        self.history.read_only()
    }

    /// How the connection stands.
    pub fn connection(self) -> ReadSignal<Watching> {
        self.connection.read_only()
    }

    /// The run that is watched.
    pub fn run(self) -> ReadSignal<Option<String>> {
        self.run.read_only()
    }

    fn listen(self, run: Option<String>) {
        self.events.try_set_value(None);
        self.inside.with_value(|inside| inside.history.replace(RunHistory::default()));
        self.history.set(Arc::default());
        self.run.set(run.clone());
        let Some(run) = run else { return self.connection.set(Watching::Nothing) };
        self.connection.set(Watching::Live);
        let path = route::run(route::RUN_EVENTS, &run, "");
        match Events::listen(&path, &RunEvent::NAMES, move |name, told| self.hear(name, told)) {
            Ok(events) => _ = self.events.try_set_value(Some(events)),
            Err(error) => self.connection.set(Watching::Failed(error)),
        }
    }

    fn hear(self, name: Option<&'static str>, told: Told) {
        if name.is_none() {
            // The browser asks again by itself, and the first event is then all that was told.
            _ = self.connection.try_set(Watching::Lost);
            return;
        }
        match told.read::<RunEvent>() {
            Ok(RunEvent::Status(status)) => {
                let is_under_way = status.state.is_under_way();
                self.training.told(*status);
                if !is_under_way {
                    self.publish();
                    self.end(Watching::Ended);
                    self.training.refresh();
                }
            }
            Ok(event) => {
                if self.connection.try_with_untracked(|now| *now == Watching::Lost) == Some(true) {
                    _ = self.connection.try_set(Watching::Live);
                }
                _ = self.inside.try_with_value(|inside| fold(&mut inside.history.borrow_mut(), event));
                self.publish_later();
            }
            Err(_unreadable) => {
                let message = text::shell::ANSWER_UNREADABLE.to_owned();
                self.end(Watching::Failed(ApiError { code: shared::ErrorCode::Internal, message }));
            }
        }
    }

    fn publish_later(self) {
        let was_asked = self.inside.try_with_value(|inside| inside.is_frame_asked.replace(true));
        if was_asked == Some(false) {
            request_animation_frame(move || self.publish());
        }
    }

    fn publish(self) {
        let told = self.inside.try_with_value(|inside| {
            inside.is_frame_asked.set(false);
            Arc::new(inside.history.borrow().clone())
        });
        told.into_iter().for_each(|history| _ = self.history.try_set(history));
    }

    fn end(self, connection: Watching) {
        self.connection.try_set(connection);
        // The stream must not be dropped by a listener of its own.
        spawn_local(async move { _ = self.events.try_set_value(None) });
    }
}
