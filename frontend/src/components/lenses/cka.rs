//! The lens that shows which layers of the two models represent pictures alike. It is about the models, not about the picture on the
//! bench: the matrix was measured beforehand, over many pictures.

mod matrix;
mod most_alike;

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::{ApiError, CkaMatrix, ErrorCode, route};

use super::frame::{LensFrame, TableData};
use crate::api;
use crate::components::save_file;
use crate::drawing::alike_layers::{grid, matches, means};
use crate::drawing::lens::Lens;
use crate::i18n::text::lenses::cka as text;
use crate::state::tensors::Load;
use crate::state::view_load::LoadStatus;
use matrix::MatrixPanel;
use most_alike::MostAlike;

/// The matrix on its way.
#[derive(Clone, Copy)]
struct CkaLoad {
    state: RwSignal<Load<Arc<CkaMatrix>>>,
    attempt: RwSignal<u32>,
}

impl CkaLoad {
    /// Asks in the browser, once, and again after a failure.
    fn new() -> Self {
        let load = Self { state: RwSignal::new(Load::Waiting), attempt: RwSignal::new(0) };
        Effect::new(move |_previous: Option<()>| {
            load.attempt.track();
            load.state.set(Load::Waiting);
            spawn_local(async move {
                let answer = api::cka().await.map(Arc::new);
                load.state.try_set(answer.map_or_else(Load::Failed, Load::Ready));
            });
        });
        load
    }

    fn get(self) -> Option<Arc<CkaMatrix>> {
        self.state.with(|state| state.ready().cloned())
    }

    fn error(self) -> Option<ApiError> {
        self.state.with(|state| match state {
            Load::Failed(error) => Some(error.clone()),
            Load::Waiting | Load::Ready(_) => None,
        })
    }

    /// Nobody has measured these weights, which is no failure.
    fn is_not_computed(self) -> bool {
        self.error().is_some_and(|error| error.code == ErrorCode::NotComputed)
    }

    fn status(self) -> LoadStatus {
        let is_waiting = Signal::derive(move || self.state.with(|state| matches!(state, Load::Waiting)));
        LoadStatus {
            failed: Signal::derive(move || self.error().filter(|error| error.code != ErrorCode::NotComputed)),
            is_waiting,
            is_asking: is_waiting,
            retry: Callback::new(move |()| self.attempt.update(|attempt| *attempt += 1)),
        }
    }
}

/// The lens.
#[component]
pub fn Cka() -> impl IntoView {
    let load = CkaLoad::new();
    let title = move || match load.get() {
        Some(matrix) => finding(&matrix),
        None if load.is_not_computed() => text::NOT_COMPUTED_TITLE.to_owned(),
        None => text::TITLE.to_owned(),
    };
    let explanation = move || match load.get() {
        Some(matrix) => text::note(&matrix),
        None => text::NOTE.to_owned(),
    };
    let numbers = Memo::new(move |_previous| {
        let matrix = load.get()?;
        save_file::npy_address(&[matrix.layers.len(), matrix.layers.len()], &grid(&matrix).values)
    });
    let table = move |()| load.get().map(|matrix| table_of(&matrix)).unwrap_or_default();
    let body = move || {
        load.get().map(|matrix| view! { <MatrixPanel matrix=Arc::clone(&matrix)/> <MostAlike matrix/> })
    };
    let not_computed = move || {
        load.is_not_computed().then(|| {
            view! {
                <div class="cka-missing">
                    <p>{text::NOT_COMPUTED}</p>
                    <pre class="mono" tabindex="0">{text::COMMANDS}</pre>
                </div>
            }
        })
    };
    view! {
        <LensFrame
            lens=Lens::Cka
            title=Signal::derive(title)
            explanation=Signal::derive(explanation)
            source=text::SOURCE
            loads=vec![load.status()]
            numbers=Signal::derive(move || numbers.get())
            table=table
        >
            <div class="lens-controls">
                {move || load.get().map(|_matrix| view! { <a href=route::CKA>{text::AS_JSON}</a> })}
            </div>
            {not_computed}
            <div class="cka">{body}</div>
        </LensFrame>
    }
}

fn finding(matrix: &CkaMatrix) -> String {
    let [first, second] = &matrix.models;
    let best = matches(matrix, first.slot).into_iter().max_by(|one, other| one.value.total_cmp(&other.value));
    let node = |layer: usize| matrix.layers[layer].node.to_string();
    let pair = best.map(|best| (node(best.layer), node(best.other), best.value));
    let (within_first, between) = means(matrix, first.slot);
    let (within_second, _between) = means(matrix, second.slot);
    text::finding([&first.name, &second.name], pair, [within_first, within_second, between])
}

fn table_of(matrix: &CkaMatrix) -> TableData {
    let names: Vec<String> = matrix.layers.iter().map(|layer| layer.node.to_string()).collect();
    let row = |(name, values): (&String, &Vec<f64>)| {
        [name.clone()].into_iter().chain(values.iter().map(ToString::to_string)).collect()
    };
    TableData {
        head: [text::LAYER.to_owned()].into_iter().chain(names.iter().cloned()).collect(),
        rows: names.iter().zip(&matrix.matrix).map(row).collect(),
    }
}
