//! The wrong answers with the highest probabilities, with their photos.

use leptos::prelude::*;
use shared::training::{AnsweredPhoto, Mistake};

use super::{Outcome, photos};
use crate::api::training as api;
use crate::components::figure::Figure;
use crate::i18n::text::training::results as text;
use crate::state::training::Asked;

/// Mistakes that are shown.
const MAX_SHOWN: usize = 8;

/// The figure.
#[component]
pub fn Mistakes(
    /// The result.
    outcome: Outcome,
) -> impl IntoView {
    let mistakes: Vec<Mistake> = outcome.evaluation.mistakes.iter().take(MAX_SHOWN).cloned().collect();
    let is_none = mistakes.is_empty();
    let id = outcome.run.id.clone();
    let is_test = outcome.is_test;
    let asked = Asked::new(
        move || is_test.then(|| (id.clone(), mistakes.clone())),
        |(id, mistakes): (String, Vec<Mistake>)| async move {
            let mut found = Vec::new();
            for mistake in mistakes {
                let answers = api::answers(&id, mistake.class_index, mistake.answer_index).await?;
                let distance = |photo: &AnsweredPhoto| (photo.probability - mistake.probability).abs();
                let is_known = |photo: &AnsweredPhoto, found: &[AnsweredPhoto]| {
                    found.iter().any(|known| known.photo_id == photo.photo_id)
                };
                let others = answers.into_iter().filter(|photo| !is_known(photo, &found));
                found.extend(others.min_by(|left, right| distance(left).total_cmp(&distance(right))));
            }
            Ok(found)
        },
    );
    let shown = outcome.clone();
    let tiles = move || asked.ready().map(|found| found.iter().map(|photo| photos::answered(&shown, photo)).collect::<Vec<_>>());
    view! {
        <Figure title=Signal::derive(|| text::MISTAKES_TITLE.to_owned()) explanation=Signal::derive(|| text::MISTAKES_EXPLANATION.to_owned()) is_top=true>
            {is_none.then(|| view! { <p class="muted">{text::NO_MISTAKES}</p> })}
            <p role="status">{move || asked.failed().map(|error| view! { <span class="is-failure">{error.message}</span> })}</p>
            <ul class="photo-tiles">{tiles}</ul>
        </Figure>
    }
}
