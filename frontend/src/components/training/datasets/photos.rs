//! Photos of a class or of all, with those that are grey or of odd sizes for themselves, some at a time.

use leptos::prelude::*;
use shared::dataset::{DatasetPhoto, DatasetPhotos, PhotoFilter};
use shared::route;

use super::Summary;
use crate::api::training::{self as api, PhotoQuery};
use crate::components::again::failed;
use crate::components::live::on;
use crate::components::training::select::Select;
use crate::i18n::text::training::datasets as text;
use crate::state::training::Asked;

/// Photos that are asked for at a time.
const PAGE: u64 = 18;
const FILTERS: [PhotoFilter; 3] = [PhotoFilter::All, PhotoFilter::Grey, PhotoFilter::Odd];

/// The photos.
#[component]
pub fn Photos(
    /// Id of the data set.
    id: Signal<Option<String>>,
    /// The data set.
    summary: Summary,
    /// The class whose photos are shown.
    class: RwSignal<Option<usize>>,
) -> impl IntoView {
    let (filter, limit) = (RwSignal::new(0_usize), RwSignal::new(PAGE));
    let question = move || {
        let filter = FILTERS.get(filter.get()).copied().unwrap_or_default();
        Some((id.get()?, PhotoQuery { class_index: class.get(), filter, offset: 0, limit: limit.get() }))
    };
    let asked =
        Asked::new(
            question,
            |(id, query): (String, PhotoQuery)| async move { api::photos(&id, &query).await },
        );
    // What was shown stays until other photos are there, so that the page holds still.
    let shown = Memo::new(move |previous: Option<&Option<DatasetPhotos>>| {
        asked.ready().or_else(|| previous.cloned().flatten())
    });
    let names = Signal::derive(move || {
        let names = summary.with(|summary| {
            summary
                .iter()
                .flat_map(|summary| summary.classes.iter().map(|class| class.name.clone()))
                .collect::<Vec<_>>()
        });
        [text::ALL_CLASSES.to_owned()].into_iter().chain(names).collect::<Vec<_>>()
    });
    let more = move || {
        shown.with(|shown| shown.as_ref().is_some_and(|shown| shown.total > shown.photos.len() as u64))
    };
    let is_empty = move || shown.with(|shown| shown.as_ref().is_some_and(|shown| shown.photos.is_empty()));
    let photo = move |photo: DatasetPhoto| {
        let name = names.with(|names| names.get(photo.class_index + 1).cloned()).unwrap_or_default();
        tile(&id.get_untracked().unwrap_or_default(), &photo, &name)
    };
    view! {
        <section class="dataset-photos" aria-label=text::PHOTOS>
            <div class="controls needs-script">
                <Select
                    name=text::CLASS
                    options=names
                    chosen=Signal::derive(move || class.get().map_or(0, |index| index + 1))
                    on_choose=move |position: usize| { limit.set(PAGE); class.set(position.checked_sub(1)); }
                />
                <Select
                    name=text::FILTER
                    options=Signal::derive(|| text::FILTERS.map(str::to_owned).to_vec())
                    chosen=filter
                    on_choose=move |position: usize| { limit.set(PAGE); filter.set(position); }
                />
                <p class="number muted" role="status">{move || shown.with(|shown| shown.as_ref().map(|shown| text::shown(shown.photos.len(), shown.total)))}</p>
            </div>
            {move || (filter.get() == 2).then(|| view! { <p class="muted">{text::ODD_MEANING}</p> })}
            <div role="status">{move || asked.failed().map(|error| failed(error, move || asked.retry()))}</div>
            {move || is_empty().then(|| view! { <p class="muted">{text::NO_PHOTOS}</p> })}
            <ul class="photo-tiles">{move || shown.get().map(|shown| shown.photos.into_iter().map(photo).collect::<Vec<_>>())}</ul>
            {move || more().then(|| view! {
                <button type="button" class="button" on:click=on(move |_event| limit.update(|limit| *limit += PAGE))>{text::MORE_PHOTOS}</button>
            })}
        </section>
    }
}

/// A photo as a link to itself.
fn tile(dataset_id: &str, photo: &DatasetPhoto, class: &str) -> impl IntoView + use<> {
    let address = route::dataset(route::DATASET_PHOTO, dataset_id, &photo.id);
    let alt = text::photo(class, photo.width, photo.height, photo.is_grey);
    view! {
        <li>
            <a class="photo-tile" href=address.clone()>
                <img src=format!("{address}?side=192") alt=alt width=photo.width height=photo.height loading="lazy"/>
                <span class="photo-tile-name" aria-hidden="true">{class.to_owned()}</span>
            </a>
        </li>
    }
}
