//! How large the photos are and how wide for their height, as histograms.

use leptos::prelude::*;
use shared::dataset::HistogramBin;

use super::Summary;
use crate::components::figure::Figure;
use crate::components::lenses::bars::{Bar, BarChart, Bars};
use crate::components::stages::data_table::{DataTable, number_row};
use crate::components::training::lazy_details::LazyDetails;
use crate::i18n::number;
use crate::i18n::text::training as frame;
use crate::i18n::text::training::datasets as text;

/// A histogram of a data set.
#[derive(Clone, Copy)]
struct Histogram {
    bins: fn(&shared::DatasetSummary) -> &Vec<HistogramBin>,
    title: fn(&shared::DatasetSummary) -> String,
    explanation: &'static str,
    columns: [&'static str; 2],
    decimals: usize,
}

const SIDES: Histogram = Histogram {
    bins: |summary| &summary.shorter_sides,
    title: text::sides_title,
    explanation: text::SIDES_EXPLANATION,
    columns: text::SIDE_COLUMNS,
    decimals: 0,
};
const ASPECTS: Histogram = Histogram {
    bins: |summary| &summary.aspect_ratios,
    title: text::aspect_title,
    explanation: text::ASPECT_EXPLANATION,
    columns: text::ASPECT_COLUMNS,
    decimals: 2,
};

/// Both histograms, and how many photos are grey.
#[component]
pub fn Sizes(
    /// The data set.
    summary: Summary,
    /// Whether it stands directly below a section's heading.
    is_top: bool,
) -> impl IntoView {
    view! {
        <div class="figure-row">
            {[SIDES, ASPECTS].map(|histogram| view! { <OneHistogram summary histogram is_top/> })}
        </div>
        <p class="dataset-grey">{move || summary.with(|summary| summary.as_ref().map(|summary| text::grey(summary)))}</p>
    }
}

#[component]
fn OneHistogram(
    /// The data set.
    summary: Summary,
    /// Which histogram.
    histogram: Histogram,
    /// Whether it stands directly below a section's heading.
    is_top: bool,
) -> impl IntoView {
    let Histogram { bins, title, explanation, columns, decimals } = histogram;
    let bins = move || {
        summary.with(|summary| summary.as_ref().map(|summary| bins(summary).clone()).unwrap_or_default())
    };
    let title = Signal::derive(move || {
        summary.with(|summary| summary.as_ref().map(|summary| title(summary)).unwrap_or_default())
    });
    let rows = move || {
        bins()
            .iter()
            .map(|bin| number_row(text::span(bin, decimals), [number::thousands(bin.count)]))
            .collect()
    };
    let table = move || {
        view! {
            <DataTable
                caption=columns[0].to_owned()
                columns=columns.map(str::to_owned).to_vec()
                rows=Signal::derive(rows)
            />
        }
        .into_any()
    };
    view! {
        <Figure title explanation=Signal::derive(move || explanation.to_owned()) is_top>
            <p class="axis-name muted">{columns[0]}</p>
            <Bars chart=Signal::derive(move || chart(&bins(), decimals)) label=title/>
            <LazyDetails summary=frame::AS_TABLE content=table/>
        </Figure>
    }
}

fn chart(bins: &[HistogramBin], decimals: usize) -> BarChart {
    let most = bins.iter().map(|bin| bin.count).max().unwrap_or_default().max(1) as f64;
    let width = 1.0 / bins.len().max(1) as f64;
    let bar = |(position, bin): (usize, &HistogramBin)| Bar {
        left: position as f64 * width,
        width,
        height: bin.count as f64 / most,
        tip: format!("{}: {}", text::span(bin, decimals), number::thousands(bin.count)),
        is_chosen: false,
    };
    let end = |bin: Option<&HistogramBin>| bin.map(|bin| text::span(bin, decimals)).unwrap_or_default();
    BarChart {
        bars: bins.iter().enumerate().map(bar).collect(),
        uprights: Vec::new(),
        ends: [end(bins.first()), end(bins.last())],
    }
}
