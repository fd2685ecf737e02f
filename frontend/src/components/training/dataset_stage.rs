//! The server's data sets in the stage Raw Data of the explorer: what one photo on the bench is an example of.

use leptos::prelude::*;
use shared::dataset::DatasetListing;
use shared::route;

use super::datasets::DatasetView;
use super::select::Select;
use crate::api::training as api;
use crate::components::again::failed;
use crate::components::lenses::frame::enable_styles;
use crate::i18n::text::training as frame;
use crate::i18n::text::training::datasets as text;
use crate::state::Load;
use crate::state::training::{Asked, is_ready};

/// The section.
#[component]
pub fn DatasetStage() -> impl IntoView {
    Effect::new(|_previous: Option<()>| enable_styles());
    let asked = Asked::new(|| Some(()), |()| api::datasets());
    let sets = Memo::new(move |_previous| asked.ready().unwrap_or_default());
    let position = RwSignal::new(None::<usize>);
    // The first that can be used, until a visitor chooses another.
    let chosen = Signal::derive(move || {
        position.get().unwrap_or_else(|| sets.with(|sets| sets.iter().position(is_ready)).unwrap_or_default())
    });
    let listing = move || sets.with(|sets| sets.get(chosen.get()).cloned());
    let id = Signal::derive(move || listing().filter(is_ready).map(|set: DatasetListing| set.id));
    let names =
        Signal::derive(move || sets.with(|sets| sets.iter().map(|set| set.name.clone()).collect::<Vec<_>>()));
    let status = move || match asked.state().get() {
        Load::Waiting => view! { <p class="muted">{frame::LOADING}</p> }.into_any(),
        Load::Failed(error) => failed(error, move || asked.retry()).into_any(),
        Load::Ready(sets) if sets.is_empty() => view! { <p class="muted">{text::NONE_HERE}</p> }.into_any(),
        Load::Ready(_) => ().into_any(),
    };
    view! {
        <section class="dataset" aria-labelledby="dataset-heading">
            <div>
                <h4 id="dataset-heading">{text::HEADING}</h4>
                <p class="section-lead">{text::HEADING_LEAD}" "<a href=route::TRAINING_PAGE>{text::TO_TRAINING}</a></p>
            </div>
            <div class="needs-script" role="status">{status}</div>
            {move || listing().map(|listing| view! {
                <div class="controls">
                    <Select name=text::CHOOSE options=names chosen on_choose=move |at: usize| position.set(Some(at))/>
                    <p class="number">{text::state(&listing.state)}</p>
                </div>
            })}
            <DatasetView id/>
        </section>
    }
}
