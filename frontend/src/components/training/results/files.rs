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
    let links = text::FILE_NAMES.map(|(name, meaning)| {
        view! { <li><a href=route::run(route::RUN_FILE, &id, name) download=name>{name}</a>" "<span class="muted">{meaning}</span></li> }
    });
    view! {
        <section class="result-files" aria-labelledby="files-heading">
            <h3 id="files-heading">{text::FILES}</h3>
            <ul>
                {links}
                <li><a href=route::run(route::RUN_REPORT_PAGE, &id, "")>{text::PRINT}</a></li>
            </ul>
        </section>
    }
}
