//! A test photo with its class and the answer that it got.

use leptos::prelude::*;
use shared::route;
use shared::training::AnsweredPhoto;

use super::Outcome;
use crate::i18n::text::training::results as text;

/// A photo as a link to itself.
pub fn answered(outcome: &Outcome, photo: &AnsweredPhoto) -> impl IntoView + use<> {
    let address = route::dataset(route::DATASET_PHOTO, &photo.dataset, &photo.photo_id);
    let words = text::answer(
        &outcome.class(photo.class_index),
        &outcome.class(photo.answer_index),
        photo.probability,
    );
    view! {
        <li>
            <a class="photo-tile" href=address.clone()>
                <img src=format!("{address}?side=192") alt=words.clone() width="160" height="160" loading="lazy"/>
                <span class="photo-tile-name" aria-hidden="true">{words}</span>
            </a>
        </li>
    }
}
