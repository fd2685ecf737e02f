//! The wrong answers with the highest probabilities, with their photos.

use leptos::prelude::*;
use shared::training::{AnsweredPhoto, Mistake};

use super::{Outcome, photos};
use crate::components::figure::Figure;
use crate::i18n::text::training::results as text;

/// Mistakes that are shown.
const MAX_SHOWN: usize = 8;

/// The figure.
#[component]
pub fn Mistakes(
    /// The result.
    outcome: Outcome,
) -> impl IntoView {
    let mistakes: Vec<&Mistake> =
        outcome.evaluation.mistakes.iter().filter(|mistake| !mistake.photo_id.is_empty()).collect();
    let is_none = mistakes.is_empty();
    let dataset = outcome.test_dataset();
    let tile = |mistake: &Mistake| {
        let photo = AnsweredPhoto {
            photo_id: mistake.photo_id.clone(),
            dataset: dataset.clone(),
            class_index: mistake.class_index,
            answer_index: mistake.answer_index,
            probability: mistake.probability,
        };
        photos::answered(&outcome, &photo)
    };
    let tiles: Vec<_> = mistakes.into_iter().take(MAX_SHOWN).map(tile).collect();
    view! {
        <Figure title=Signal::derive(|| text::MISTAKES_TITLE.to_owned()) explanation=Signal::derive(|| text::MISTAKES_EXPLANATION.to_owned()) is_top=true>
            {is_none.then(|| view! { <p class="muted">{text::NO_MISTAKES}</p> })}
            <ul class="photo-tiles">{tiles}</ul>
        </Figure>
    }
}
