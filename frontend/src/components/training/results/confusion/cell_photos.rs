//! The test photos of the cell that was opened.

use leptos::prelude::*;

use super::Matrix;
use crate::api::training as api;
use crate::components::again::failed;
use crate::components::training::results::photos;
use crate::i18n::text::training::results as text;
use crate::state::training::Asked;

/// Photos that are shown at most.
const MAX_PHOTOS: usize = 24;

/// The photos.
#[component]
pub fn CellPhotos(
    /// What was opened.
    matrix: Matrix,
) -> impl IntoView {
    let question = move || {
        let cell = matrix.opened.get()?;
        matrix
            .outcome
            .with_value(|outcome| outcome.is_test.then(|| (outcome.run.id.clone(), cell.row, cell.column)))
    };
    let asked = Asked::new(question, |(id, class, answer): (String, usize, usize)| async move {
        api::answers(&id, class, answer).await
    });
    let title = move || {
        matrix.opened.get().map(|cell| {
            matrix.outcome.with_value(|outcome| {
                text::cell_photos(&outcome.class(cell.row), &outcome.class(cell.column))
            })
        })
    };
    let is_empty = move || asked.ready().is_some_and(|found| found.is_empty());
    let tiles = move || {
        let found = asked.ready()?;
        let tiles = matrix.outcome.with_value(|outcome| {
            found.iter().take(MAX_PHOTOS).map(|photo| photos::answered(outcome, photo)).collect::<Vec<_>>()
        });
        Some(view! { <ul class="photo-tiles">{tiles}</ul> })
    };
    view! {
        <div class="cell-photos">
            <div role="status">{move || title().map(|title| view! { <h4>{title}</h4> })}</div>
            {move || asked.failed().map(|error| failed(error, move || asked.retry()))}
            {move || is_empty().then(|| view! { <p class="muted">{text::NO_CELL_PHOTOS}</p> })}
            {move || matrix.opened.get().and_then(|_cell| tiles())}
        </div>
    }
}
