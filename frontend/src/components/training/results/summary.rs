//! A result in numbers.

use leptos::prelude::*;

use super::Outcome;
use crate::i18n::number;
use crate::i18n::text::training::results as text;

/// Heading and facts.
#[component]
pub fn Summary(
    /// The result.
    outcome: Outcome,
) -> impl IntoView {
    let Outcome { report, evaluation, before_tuning, is_test, .. } = &outcome;
    let times = &report.timings;
    let mut facts = text::figures(evaluation);
    facts.extend([
        (text::PHOTOS, number::thousands(report.split.test)),
        (
            text::TIMES,
            text::times(
                times.reading_seconds,
                times.features_seconds,
                times.features_computed,
                times.pictures_per_second,
                times.fitting_seconds,
                &times.device,
            ),
        ),
    ]);
    facts.extend(before_tuning.as_ref().map(|before| (text::BEFORE_TUNING, text::before_tuning(before))));
    facts.extend(report.backbone_trained_on.clone().map(|trained_on| (text::TRAINED_ON, trained_on)));
    let facts: Vec<_> =
        facts.into_iter().map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> }).collect();
    view! {
        <section class="result-summary">
            <h3>{text::title(&report.backbone, evaluation)}</h3>
            {(!is_test).then(|| view! { <p class="warning">{text::NO_TEST}</p> })}
            <dl class="result-facts">{facts}</dl>
        </section>
    }
}
