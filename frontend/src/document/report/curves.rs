//! The reports of both measurements of how accuracy grows with photos.

use leptos::prelude::*;
use shared::training::{DataEfficiency, EfficiencyPoint, FromScratch};

use super::{fact_list, section, table};
use crate::components::lenses::chart::still_chart;
use crate::drawing::chart::ChartData;
use crate::drawing::efficiency::{Curve, chart};
use crate::i18n::text::training::{efficiency, report as text};

/// Heads on frozen backbones.
pub fn frozen(result: &DataEfficiency) -> AnyView {
    let curves: Vec<Curve<'_>> = result
        .backbones
        .iter()
        .map(|backbone| Curve { slot: backbone.slot, name: backbone.name.clone(), points: &backbone.points })
        .collect();
    let seen: Vec<_> = result
        .backbones
        .iter()
        .map(|backbone| view! { <li>{efficiency::trained_on(&backbone.name, backbone.trained_on.as_deref())}</li> })
        .collect();
    let facts = vec![
        (
            text::DATASET,
            efficiency::measured_on(
                &result.dataset.name,
                result.dataset.classes.len(),
                result.num_test,
                result.seeds.len(),
            ),
        ),
        (text::DATA_HASH, result.dataset.hash.clone()),
        (text::METHOD, text::method(&result.recipe)),
        (text::SEEDS, result.seeds.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
    ];
    view! {
        {drawn(&curves)}
        <p>{efficiency::FROZEN_CAN}</p>
        <p>{efficiency::FROZEN_CANNOT}</p>
        <p>{efficiency::SEEN}</p>
        <ul class="plain-list">{seen}</ul>
        {section(text::RECIPE, fact_list(facts))}
    }
    .into_any()
}

/// Small networks that learned from scratch.
pub fn scratch(result: &FromScratch) -> AnyView {
    let curves: Vec<Curve<'_>> = result
        .learners
        .iter()
        .map(|learner| Curve { slot: learner.slot, name: learner.name.clone(), points: &learner.points })
        .collect();
    let learners = result
        .learners
        .iter()
        .map(|one| efficiency::learner(&one.name, one.num_parameters, one.num_macs, one.learning_rate));
    let mut facts = vec![
        (
            text::DATASET,
            efficiency::measured_on(
                &result.dataset.name,
                result.num_classes,
                result.num_test,
                result.plan.seeds.len(),
            ),
        ),
        (text::DATA_HASH, result.dataset.hash.clone()),
        (text::METHOD, efficiency::plan(&result.plan)),
        (text::TIMES, efficiency::made(result)),
    ];
    facts.extend(learners.map(|words| (text::BACKBONE, words)));
    view! {
        {drawn(&curves)}
        <p>{efficiency::SCRATCH_CAN}</p>
        <p>{efficiency::SCRATCH_CANNOT}</p>
        {section(text::RECIPE, fact_list(facts))}
    }
    .into_any()
}

fn drawn(curves: &[Curve<'_>]) -> impl IntoView + use<> {
    let largest =
        curves.iter().flat_map(|curve| curve.points).filter_map(|point| point.photos_per_class).max();
    let data = chart(curves, largest.unwrap_or(1), efficiency::ALL);
    let data = ChartData { x_name: efficiency::X.to_owned(), y_name: efficiency::Y.to_owned(), ..data };
    let row = |name: &str, point: &EfficiencyPoint| {
        [name.to_owned()].into_iter().chain(efficiency::row(point)).collect::<Vec<_>>()
    };
    let rows = curves
        .iter()
        .flat_map(|curve| curve.points.iter().map(move |point| row(&curve.name, point)))
        .collect();
    let content = view! {
        <div class="report-chart">{still_chart(&data, efficiency::Y)}</div>
        <p>{efficiency::EXPLANATION}</p>
        {table(efficiency::Y, &efficiency::COLUMNS, rows)}
    };
    section(text::OUTCOME, content)
}
