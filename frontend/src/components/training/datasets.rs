//! What a data set holds: its classes by size, how large its photos are, grey and odd ones, photos of a class, files that were passed
//! over. Shown on the page of training and, in the stage Raw Data, on that of the explorer.

mod class_counts;
mod photos;
mod sizes;
mod skipped;

use std::sync::Arc;

use leptos::prelude::*;
use shared::DatasetSummary;

use crate::api::training as api;
use crate::components::again::failed;
use crate::i18n::text::training as frame;
use crate::i18n::text::training::datasets as text;
use crate::state::Load;
use crate::state::training::Asked;
use class_counts::ClassCounts;
use photos::Photos;
use sizes::Sizes;
use skipped::Skipped;

/// A data set that has come.
type Summary = Signal<Option<Arc<DatasetSummary>>>;

/// All of a data set. Asked for once it can be used.
#[component]
pub fn DatasetView(
    /// Id of a data set that can be used.
    #[prop(into)]
    id: Signal<Option<String>>,
    /// Whether figures stand directly below a section's heading.
    #[prop(optional)]
    is_top: bool,
) -> impl IntoView {
    let asked =
        Asked::new(move || id.get(), |id: String| async move { api::dataset(&id).await.map(Arc::new) });
    let summary: Summary = Signal::derive(move || asked.ready());
    let class = RwSignal::new(None::<usize>);
    let is_there = Memo::new(move |_previous| summary.with(Option::is_some));
    let status = move || match asked.state().get() {
        Load::Ready(_) => ().into_any(),
        Load::Waiting => {
            id.with(Option::is_some).then(|| view! { <p class="muted">{frame::LOADING}</p> }).into_any()
        }
        Load::Failed(error) => failed(error, move || asked.retry()).into_any(),
    };
    view! {
        <div class="dataset">
            <div role="status">{status}</div>
            {move || is_there.get().then(|| view! {
                <ClassCounts summary is_top class/>
                <Sizes summary is_top/>
                <Photos id summary class/>
                <Skipped summary/>
                <p class="muted dataset-hash">{move || summary.get().map(|summary| text::hash(&summary.hash))}</p>
            })}
        </div>
    }
}
