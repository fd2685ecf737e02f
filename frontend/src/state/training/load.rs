//! Something that is asked for once for each question, and kept until the question changes.

use std::future::Future;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::ApiError;

use crate::state::Load;

/// What is asked for.
pub struct Asked<T: Send + Sync + 'static> {
    state: RwSignal<Load<T>>,
    attempt: RwSignal<u32>,
}

impl<T: Send + Sync + 'static> Clone for Asked<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Asked<T> {}

impl<T: Clone + Send + Sync + 'static> Asked<T> {
    /// Asks, in the browser, whenever the question changes; `None` asks nothing. An answer to a question that has changed meanwhile is
    /// passed over.
    pub fn new<Q, F>(
        question: impl Fn() -> Option<Q> + Send + Sync + 'static,
        ask: impl Fn(Q) -> F + Copy + 'static,
    ) -> Self
    where
        Q: Clone + PartialEq + Send + Sync + 'static,
        F: Future<Output = Result<T, ApiError>> + 'static,
    {
        let asked = Self { state: RwSignal::new(Load::Waiting), attempt: RwSignal::new(0) };
        let question = Memo::new(move |_previous| question());
        Effect::new(move |_previous: Option<()>| {
            asked.attempt.track();
            let Some(now) = question.get() else { return };
            asked.state.set(Load::Waiting);
            spawn_local(async move {
                let answer = ask(now.clone()).await;
                if question.try_get_untracked().flatten() == Some(now) {
                    asked.state.try_set(answer.map_or_else(Load::Failed, Load::Ready));
                }
            });
        });
        asked
    }

    /// What has come; followed.
    pub fn state(self) -> ReadSignal<Load<T>> {
        self.state.read_only()
    }

    /// What has come, if it has; followed.
    pub fn ready(self) -> Option<T> {
        self.state.with(|state| state.ready().cloned())
    }

    /// Why nothing came; followed.
    pub fn failed(self) -> Option<ApiError> {
        self.state.with(|state| match state {
            Load::Failed(error) => Some(error.clone()),
            Load::Waiting | Load::Ready(_) => None,
        })
    }

    /// Asks again.
    pub fn retry(self) {
        self.attempt.update(|attempt| *attempt += 1);
    }
}
