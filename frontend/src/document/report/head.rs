//! The report of a head.

use std::sync::Arc;

use leptos::prelude::*;
use shared::training::{Evaluation, RunHistory, RunReport, RunRequest, RunStatus};

use super::{fact_list, section, table};
use crate::components::lenses::chart::still_chart;
use crate::drawing::chart::ChartData;
use crate::drawing::class_order::{Column, order};
use crate::drawing::reliability;
use crate::drawing::run_curves::{self, RunCurves};
use crate::i18n::number;
use crate::i18n::text::training::{self as frame, datasets, report as text, results, runs};

/// Wrong answers that are listed.
const MAX_CONFUSIONS: usize = 25;

/// Everything below the heading.
pub fn content(run: &RunStatus, report: &RunReport) -> AnyView {
    let evaluation = report.test.as_deref().or(report.validation.as_deref());
    let measured = evaluation.map(|evaluation| measured(report, evaluation));
    let skipped: Vec<Vec<String>> = report
        .dataset
        .skipped
        .iter()
        .chain(report.test_dataset.iter().flat_map(|dataset| &dataset.skipped))
        .chain(&report.skipped_later)
        .map(|file| vec![file.path.clone(), file.reason.clone()])
        .collect();
    let skipped = (!skipped.is_empty())
        .then(|| section(text::SKIPPED, table(text::SKIPPED, &datasets::SKIPPED_COLUMNS, skipped)));
    view! {
        {measured}
        {section(text::RECIPE, fact_list(recipe(run, report)))}
        {section(text::PHOTOS, fact_list(photos(report)))}
        {skipped}
    }
    .into_any()
}

fn measured(report: &RunReport, evaluation: &Evaluation) -> AnyView {
    let mut facts = results::figures(evaluation);
    if let Some(tuning) = &report.fine_tuning {
        facts.push((text::TUNED, text::tuned(tuning)));
        let before = if report.test.is_some() { &tuning.test_before } else { &tuning.validation_before };
        facts
            .extend(before.as_deref().map(|before| (results::BEFORE_TUNING, results::before_tuning(before))));
    }
    let outcome = view! {
        <p class="report-finding">{results::title(&report.backbone, evaluation)}</p>
        {report.test.is_none().then(|| view! { <p class="warning">{results::NO_TEST}</p> })}
        {fact_list(facts)}
    };
    let confusions = confusions(evaluation);
    view! {
        {section(text::OUTCOME, outcome)}
        {(!report.epochs.is_empty()).then(|| section(text::CURVES, curves(report)))}
        {section(text::CALIBRATION, calibration(report, evaluation))}
        {(!confusions.is_empty()).then(|| section(text::CONFUSIONS, table(text::CONFUSIONS, &results::CONFUSION_TABLE_COLUMNS, confusions)))}
        {section(text::CLASSES, table(text::CLASSES, &results::CLASS_COLUMNS, classes(evaluation)))}
    }
    .into_any()
}

fn curves(report: &RunReport) -> impl IntoView + use<> {
    let history = RunHistory { epochs: report.epochs.clone(), ..RunHistory::default() };
    let shown = [RunCurves { slot: report.slot, name: report.backbone.clone(), history: Arc::new(history) }];
    let sources = [runs::OF_TRAINING, runs::OF_VALIDATION];
    let named = |chart: ChartData, y_name: &str| ChartData {
        x_name: runs::EPOCH_AXIS.to_owned(),
        y_name: y_name.to_owned(),
        ..chart
    };
    view! {
        <div class="figure-row">
            <div>{still_chart(&named(run_curves::accuracy(&shown, sources), runs::ACCURACY_AXIS), runs::ACCURACY_AXIS)}</div>
            <div>{still_chart(&named(run_curves::loss(&shown, sources), runs::LOSS_AXIS), runs::LOSS_AXIS)}</div>
        </div>
    }
}

fn calibration(report: &RunReport, evaluation: &Evaluation) -> impl IntoView + use<> {
    let hue = Some(report.slot.as_str());
    let chart = reliability::diagram(
        &evaluation.calibration,
        hue,
        results::CALIBRATION_IDEAL,
        results::CALIBRATION_MEASURED,
    );
    let chart = ChartData {
        x_name: results::CALIBRATION_X.to_owned(),
        y_name: results::CALIBRATION_Y.to_owned(),
        ..chart
    };
    let title = results::calibration_title(&evaluation.calibration, evaluation.expected_calibration_error);
    view! { <p>{title.clone()}</p><div class="report-chart">{still_chart(&chart, &title)}</div> }
}

fn confusions(evaluation: &Evaluation) -> Vec<Vec<String>> {
    let name =
        |index: usize| evaluation.classes.get(index).map(|class| class.name.clone()).unwrap_or_default();
    let cells = evaluation.confusion.iter().enumerate().flat_map(|(class, counts)| {
        counts.iter().enumerate().map(move |(answer, count)| (class, answer, *count))
    });
    let mut wrong: Vec<_> = cells.filter(|(class, answer, count)| class != answer && *count > 0).collect();
    wrong.sort_by_key(|(.., count)| std::cmp::Reverse(*count));
    wrong
        .into_iter()
        .take(MAX_CONFUSIONS)
        .map(|(class, answer, count)| vec![name(class), name(answer), count.to_string()])
        .collect()
}

fn classes(evaluation: &Evaluation) -> Vec<Vec<String>> {
    let row = |index: usize| {
        let class = &evaluation.classes[index];
        vec![
            class.name.clone(),
            number::thousands(class.num_pictures),
            number::thousands(class.num_answers),
            number::fixed(class.precision, 2),
            number::fixed(class.recall, 2),
            number::fixed(class.f1, 2),
        ]
    };
    order(&evaluation.classes, Column::Name, false).into_iter().map(row).collect()
}

fn recipe(run: &RunStatus, report: &RunReport) -> Vec<(&'static str, String)> {
    let times = &report.timings;
    let mut facts = vec![
        (text::BACKBONE, report.backbone.clone()),
        (text::BACKBONE_HASH, report.backbone_id.clone()),
        (text::HEAD_HASH, report.head_id.clone()),
        (text::PREPROCESSING, frame::preprocessing_line(&report.preprocessing)),
        (text::METHOD, text::method(&report.recipe)),
        (text::SCALING, text::scaling(report.recipe.scaling).to_owned()),
        (
            text::TIMES,
            results::times(
                times.reading_seconds,
                times.features_seconds,
                times.features_computed,
                times.pictures_per_second,
                times.fitting_seconds,
                &times.device,
            ),
        ),
    ];
    if let RunRequest::Head { photos, recipe, .. } = &run.request {
        facts.push((text::SEEDS, text::seeds(photos, recipe)));
    }
    facts.extend(report.best_epoch.map(|epoch| (text::BEST_EPOCH, epoch.to_string())));
    facts.extend(report.backbone_trained_on.clone().map(|trained_on| (results::TRAINED_ON, trained_on)));
    facts
}

fn photos(report: &RunReport) -> Vec<(&'static str, String)> {
    let line = |dataset: &shared::DatasetSummary| {
        text::dataset(&dataset.name, dataset.num_pictures, dataset.classes.len())
    };
    let mut facts = vec![
        (text::DATASET, line(&report.dataset)),
        (text::DATA_HASH, report.dataset.hash.clone()),
        (text::DIVIDED, runs::split(report.split.train, report.split.validation, report.split.test)),
    ];
    facts.extend(report.test_dataset.as_ref().map(|dataset| (text::TEST_DATASET, line(dataset))));
    facts
}
