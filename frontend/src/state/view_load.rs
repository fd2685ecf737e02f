//! Views of the picture on the bench, asked for as lenses need them. A view is loaded again when the picture or the question
//! changes; what was shown before stays until the answer is there, so that pointing does not flicker.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::de::DeserializeOwned;
use shared::{ApiError, route};

use super::specimen::Specimen;
use super::tensors::{Load, TensorLoad};
use crate::api::{self, Array};

/// A view that has come.
#[derive(Clone, Debug, PartialEq)]
pub struct ViewAnswer<About> {
    /// What is said of it.
    pub about: About,
    /// Its arrays by name.
    pub arrays: Vec<(String, Array)>,
}

impl<About> ViewAnswer<About> {
    /// The first array.
    pub fn array(&self) -> Option<&Array> {
        self.arrays.first().map(|(_name, array)| array)
    }
}

/// What is asked of the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewRequest {
    /// A route's pattern, such as `route::IMAGE_ATTENTION`.
    pub pattern: &'static str,
    /// What `{node_id}` or `{experiment}` in it stands for.
    pub part: String,
    /// The query, without `?`.
    pub query: String,
    /// Whether bytes are exact enough, as for many small maps.
    pub as_bytes: bool,
}

impl ViewRequest {
    /// Asks a route without a node in its path.
    pub fn new(pattern: &'static str, query: String) -> Self {
        Self { pattern, part: String::new(), query, as_bytes: false }
    }

    /// Asks a route about a node.
    pub fn of_node(pattern: &'static str, node: &str, query: String) -> Self {
        Self { pattern, part: node.to_owned(), query, as_bytes: false }
    }

    /// The address for a picture.
    pub fn path(&self, image_id: &str) -> String {
        route::view(self.pattern, image_id, &self.part, &self.query)
    }

    /// Where the numbers are to be had as a file for NumPy; reactive.
    pub fn npy(&self) -> String {
        let path = Specimen::expect().image().with(|image| self.path(&image.info.image_id));
        format!("{path}&format=npy")
    }
}

/// A view that follows the bench.
#[derive(Debug)]
pub struct ViewLoad<About: Send + Sync + 'static> {
    state: RwSignal<Load<Arc<ViewAnswer<About>>>>,
    is_stale: RwSignal<bool>,
    attempt: RwSignal<u32>,
}

impl<About: Send + Sync + 'static> Clone for ViewLoad<About> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<About: Send + Sync + 'static> Copy for ViewLoad<About> {}

impl<About: Clone + DeserializeOwned + PartialEq + Send + Sync + 'static> ViewLoad<About> {
    /// Loads what `request` asks for, in the browser, as soon and as often as it changes. `None` asks for nothing.
    pub fn new(request: impl Fn() -> Option<ViewRequest> + Send + Sync + 'static) -> Self {
        let specimen = Specimen::expect();
        let load = Self {
            state: RwSignal::new(Load::Waiting),
            is_stale: RwSignal::new(false),
            attempt: RwSignal::new(0),
        };
        let question = Memo::new(move |_previous| {
            let request = request()?;
            Some((specimen.image().with(|image| image.info.image_id.clone()), request))
        });
        let is_asking = Rc::new(Cell::new(false));
        let shown_image = StoredValue::new(String::new());
        Effect::new(move |_previous: Option<()>| {
            load.attempt.track();
            let Some((image_id, request)) = question.get() else {
                // What is asked for no longer is neither waited for nor missing.
                load.is_stale.set(false);
                if load.state.with_untracked(|state| matches!(state, Load::Failed(_))) {
                    load.state.set(Load::Waiting);
                }
                return;
            };
            if let Some(known) = kept::<About>(&request.path(&image_id)) {
                shown_image.set_value(image_id);
                load.is_stale.set(false);
                load.state.set(Load::Ready(known));
                return;
            }
            let is_other_picture = shown_image.with_value(|shown| *shown != image_id);
            if is_other_picture || load.state.with_untracked(|state| matches!(state, Load::Failed(_))) {
                load.state.set(Load::Waiting);
            }
            load.is_stale.set(true);
            shown_image.set_value(image_id);
            if !is_asking.replace(true) {
                let is_asking = Rc::clone(&is_asking);
                spawn_local(async move {
                    load.answer(question).await;
                    is_asking.set(false);
                });
            }
        });
        load
    }

    /// Asks until the answer is to the present question, or the view is gone.
    async fn answer(self, question: Memo<Option<(String, ViewRequest)>>) {
        while let Some(Some(asked)) = question.try_get_untracked() {
            let (image_id, request) = &asked;
            let path = request.path(image_id);
            let answer = api::view::<About>(image_id, &path, request.as_bytes).await;
            let answer = answer.map(|(about, arrays)| Arc::new(ViewAnswer { about, arrays }));
            if let Ok(answer) = &answer {
                keep(path, answer);
            }
            if question.try_get_untracked() == Some(Some(asked)) {
                self.is_stale.try_set(false);
                self.state.try_set(answer.map_or_else(Load::Failed, Load::Ready));
                return;
            }
            if self.is_stale.try_get_untracked() != Some(true) {
                return;
            }
        }
    }

    /// The view.
    pub fn state(self) -> ReadSignal<Load<Arc<ViewAnswer<About>>>> {
        self.state.read_only()
    }

    /// The view, if it is there: possibly the one before the question that was asked last.
    pub fn get(self) -> Option<Arc<ViewAnswer<About>>> {
        self.state.with(|state| state.ready().cloned())
    }

    /// Whether another answer is on its way.
    pub fn is_stale(self) -> ReadSignal<bool> {
        self.is_stale.read_only()
    }

    /// Asks again after a failure.
    pub fn retry(self) {
        self.attempt.update(|attempt| *attempt += 1);
    }
}

/// How something on its way stands, whatever it is.
#[derive(Clone, Copy, Debug)]
pub struct LoadStatus {
    /// Why it failed.
    pub failed: Signal<Option<ApiError>>,
    /// Whether it is on its way and nothing is shown.
    pub is_waiting: Signal<bool>,
    /// Whether an answer is on its way, even though one is shown.
    pub is_asking: Signal<bool>,
    /// Asks again.
    pub retry: Callback<()>,
}

fn failure<T>(state: &Load<T>) -> Option<ApiError> {
    match state {
        Load::Failed(error) => Some(error.clone()),
        Load::Waiting | Load::Ready(_) => None,
    }
}

impl<About: Clone + DeserializeOwned + PartialEq + Send + Sync + 'static> From<ViewLoad<About>>
    for LoadStatus
{
    fn from(load: ViewLoad<About>) -> Self {
        Self {
            failed: Signal::derive(move || load.state.with(failure)),
            is_waiting: Signal::derive(move || {
                load.is_stale.get() && load.state.with(|state| matches!(state, Load::Waiting))
            }),
            is_asking: load.is_stale.into(),
            retry: Callback::new(move |()| load.retry()),
        }
    }
}

impl From<TensorLoad> for LoadStatus {
    fn from(load: TensorLoad) -> Self {
        let state = load.state();
        let is_waiting = Signal::derive(move || state.with(|state| matches!(state, Load::Waiting)));
        Self {
            failed: Signal::derive(move || state.with(failure)),
            is_waiting,
            is_asking: is_waiting,
            retry: Callback::new(move |()| load.retry()),
        }
    }
}

/// Most views that are kept.
const MAX_KEPT: usize = 64;

type Kept = VecDeque<(String, Arc<dyn std::any::Any + Send + Sync>)>;

thread_local! {
    /// Path and answer, the one asked for last at the end. A browser has one thread; the server never fills this.
    static KEPT: RefCell<Kept> = RefCell::default();
}

fn kept<About: Send + Sync + 'static>(path: &str) -> Option<Arc<ViewAnswer<About>>> {
    KEPT.with_borrow_mut(|kept| {
        let position = kept.iter().position(|(name, _answer)| name == path)?;
        let entry = kept.remove(position)?;
        let answer = Arc::clone(&entry.1);
        kept.push_back(entry);
        answer.downcast().ok()
    })
}

fn keep<About: Send + Sync + 'static>(path: String, answer: &Arc<ViewAnswer<About>>) {
    KEPT.with_borrow_mut(|kept| {
        kept.retain(|(name, _answer)| *name != path);
        kept.push_back((path, Arc::clone(answer) as Arc<dyn std::any::Any + Send + Sync>));
        while kept.len() > MAX_KEPT {
            kept.pop_front();
        }
    });
}
