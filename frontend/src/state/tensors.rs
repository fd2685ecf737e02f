//! Tensors of the picture on the bench, asked for as views need them. A tensor is loaded again when the picture or the
//! question changes; those asked for last are kept, so that going back to a view shows it at once.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::{ApiError, ModelSlot, NodeId, route};

use super::specimen::Specimen;
use crate::api::{self, Array};

/// Something on its way from the server.
#[derive(Clone, Debug, PartialEq)]
pub enum Load<T> {
    /// Asked for, or nothing to ask for yet.
    Waiting,
    /// Here.
    Ready(T),
    /// Why it is not.
    Failed(ApiError),
}

impl<T> Load<T> {
    /// What is here.
    pub fn ready(&self) -> Option<&T> {
        match self {
            Self::Ready(value) => Some(value),
            Self::Waiting | Self::Failed(_) => None,
        }
    }
}

/// Which tensor, or which part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TensorRequest {
    /// A node's tensor for the picture on the bench.
    Node {
        /// Whose.
        model: ModelSlot,
        /// The node.
        node: NodeId,
        /// Half-open ranges or indices on the leading axes, such as `0:8,3`; all of it where `None`.
        slice: Option<String>,
    },
    /// A parameter, the same for every picture.
    Parameter {
        /// Whose.
        model: ModelSlot,
        /// Its internal name.
        name: String,
        /// As above.
        slice: Option<String>,
    },
}

/// A tensor that follows the bench.
#[derive(Clone, Copy, Debug)]
pub struct TensorLoad {
    state: RwSignal<Load<Arc<Array>>>,
    attempt: RwSignal<u32>,
}

impl TensorLoad {
    /// Loads what `request` asks for, in the browser, as soon and as often as it changes. `None` waits: a view that is
    /// not in sight should ask for nothing.
    pub fn new(request: impl Fn() -> Option<TensorRequest> + Send + Sync + 'static) -> Self {
        let specimen = Specimen::expect();
        let load = Self { state: RwSignal::new(Load::Waiting), attempt: RwSignal::new(0) };
        let question = Memo::new(move |_previous| {
            let request = request()?;
            let image_id = match request {
                TensorRequest::Node { .. } => specimen.image().with(|image| image.info.image_id.clone()),
                TensorRequest::Parameter { .. } => String::new(),
            };
            Some((image_id, request))
        });
        // One question at a time: a pointer that sweeps over a map asks for the place where it is when the answer
        // before has come, not for every place on its way.
        let is_asking = Rc::new(Cell::new(false));
        Effect::new(move |_previous: Option<()>| {
            load.attempt.track();
            let asked = question.get();
            let known = asked.as_ref().and_then(|(image_id, request)| kept(&path(image_id, request)));
            let is_known = known.is_some();
            load.state.set(known.map_or(Load::Waiting, Load::Ready));
            if !is_known && asked.is_some() && !is_asking.replace(true) {
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
    async fn answer(self, question: Memo<Option<(String, TensorRequest)>>) {
        while let Some(Some(asked)) = question.try_get_untracked() {
            let answer = ask(&asked.0, &asked.1).await;
            if question.try_get_untracked() == Some(Some(asked)) {
                self.state.try_set(answer.map_or_else(Load::Failed, Load::Ready));
                return;
            }
            if self.state.try_with_untracked(|state| state.ready().is_some()) != Some(false) {
                return;
            }
        }
    }

    /// The tensor.
    pub fn state(self) -> ReadSignal<Load<Arc<Array>>> {
        self.state.read_only()
    }

    /// Asks again after a failure.
    pub fn retry(self) {
        self.attempt.update(|attempt| *attempt += 1);
    }
}

/// Most values that are kept, about 64 MB.
const MAX_KEPT_VALUES: usize = 16_000_000;

thread_local! {
    /// Path and tensor, the one asked for last at the end. A browser has one thread; the server never fills this.
    static KEPT: RefCell<VecDeque<(String, Arc<Array>)>> = RefCell::default();
}

async fn ask(image_id: &str, request: &TensorRequest) -> Result<Arc<Array>, ApiError> {
    let array = match request {
        TensorRequest::Node { model, node, slice } => {
            api::tensor(image_id, *model, node, slice.as_deref()).await
        }
        TensorRequest::Parameter { model, name, slice } => api::weights(*model, name, slice.as_deref()).await,
    };
    let array = Arc::new(array?);
    keep(path(image_id, request), Arc::clone(&array));
    Ok(array)
}

fn path(image_id: &str, request: &TensorRequest) -> String {
    match request {
        TensorRequest::Node { model, node, slice } => route::tensor(image_id, *model, node, slice.as_deref()),
        TensorRequest::Parameter { model, name, slice } => route::weights(*model, name, slice.as_deref()),
    }
}

fn kept(path: &str) -> Option<Arc<Array>> {
    KEPT.with_borrow_mut(|kept| {
        let position = kept.iter().position(|(name, _array)| name == path)?;
        let entry = kept.remove(position)?;
        let array = Arc::clone(&entry.1);
        kept.push_back(entry);
        Some(array)
    })
}

fn keep(path: String, array: Arc<Array>) {
    KEPT.with_borrow_mut(|kept| {
        kept.retain(|(name, _array)| *name != path);
        kept.push_back((path, array));
        let mut values: usize = kept.iter().map(|(_name, array)| array.values.len()).sum();
        while values > MAX_KEPT_VALUES && kept.len() > 1 {
            values -= kept.pop_front().map_or(0, |(_name, array)| array.values.len());
        }
    });
}
