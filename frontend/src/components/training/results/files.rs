//! Files of a run, and its report to print.

use leptos::prelude::*;
use shared::route;

use super::Outcome;
use crate::i18n::text::training::results as text;

/// The links.
#[component]
pub fn Files(
    /// The result.
    outcome: Outcome,
) -> impl IntoView {
    let id = outcome.run.id.clone();
    // What is solved at once has no curve.
    let has_curve = !outcome.report.epochs.is_empty();
    let names =
        text::FILE_NAMES.into_iter().filter(|(name, _meaning)| has_curve || !name.starts_with("curve"));
    let links = names.map(|(name, meaning)| {
        view! { <li><a href=route::run(route::RUN_FILE, &id, name) download=name>{name}</a>" "<span class="muted">{meaning}</span></li> }
    });
    view! {
        <section class="result-files" aria-labelledby="files-heading">
            <h3 id="files-heading">{text::FILES}</h3>
            <ul>
                {links.collect::<Vec<_>>()}
                <li><a href=route::run(route::RUN_REPORT_PAGE, &id, "")>{text::PRINT}</a></li>
            </ul>
        </section>
    }
}
