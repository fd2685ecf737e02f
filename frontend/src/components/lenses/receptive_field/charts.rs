//! The charts of the lens: how the field grows with depth, and how the paths through the shortcuts are spread.

use std::sync::Arc;

use leptos::prelude::*;
use shared::receptive_field::path_distribution;
use shared::{ArchitectureConfig, ModelInfo, ModelSlot};

use crate::components::lenses::bars::{Bar, BarChart, Bars, Mark};
use crate::components::lenses::chart::Chart;
use crate::drawing::chart::{ChartData, Reference, Series};
use crate::drawing::field_charts::{PathSpread, path_spread};
use crate::drawing::receptive::FieldStep;
use crate::i18n::text::lenses::receptive_field as text;

/// Most columns of the histogram.
const MAX_BINS: usize = 28;

/// Fields by depth against the picture.
#[component]
pub fn Growth(
    /// Whose.
    name: String,
    /// Side of the picture.
    side_px: usize,
    /// All depths.
    steps: Arc<Vec<FieldStep>>,
    /// The chosen one.
    #[prop(into)]
    depth: Signal<usize>,
    /// Takes another one.
    #[prop(into)]
    on_choose: Callback<usize>,
) -> impl IntoView {
    let (first, last) = (steps.first().cloned(), steps.last().cloned());
    let label = first.zip(last).map(|(first, last)| {
        let of = |step: &FieldStep| (step.node.to_string(), step.size_px);
        let ((first, first_px), (last, last_px)) = (of(&first), of(&last));
        text::growth_label(&name, (&first, first_px), (&last, last_px), side_px)
    });
    let chart = move || growth(&steps, depth.get(), side_px);
    let choose = move |(_series, position): (usize, usize)| on_choose.run(position);
    view! {
        <section class="lens-chart">
            <h5>{text::GROWTH}</h5>
            <Chart data=Signal::derive(chart) label=label.unwrap_or_default() on_choose=choose/>
        </section>
    }
}

fn growth(steps: &[FieldStep], chosen: usize, side_px: usize) -> ChartData {
    let points = steps.iter().enumerate().map(|(position, step)| (position as f64, step.size_px as f64));
    let picture = format!("{} {}", text::PICTURE_SIDE, text::length(side_px as f64));
    let picture = Reference { name: picture, at: side_px as f64, is_vertical: false };
    let here = steps.get(chosen).map(|step| Reference {
        name: text::length(step.size_px as f64),
        at: chosen as f64,
        is_vertical: true,
    });
    let most = steps.iter().map(|step| step.size_px).chain([side_px]).max();
    ChartData {
        x_name: text::BY_DEPTH.to_owned(),
        y_name: text::FIELD_PX.to_owned(),
        series: vec![Series {
            name: text::FIELD.to_owned(),
            hue: Some(ModelSlot::Resnet.as_str()),
            points: points.collect(),
            is_line: true,
        }],
        references: [picture].into_iter().chain(here).collect(),
        y_range: most.map(|most| (0.0, most as f64)),
        x_names: steps.iter().map(|step| step.node.to_string()).collect(),
        x_range: None,
        ..ChartData::default()
    }
}

/// How the paths of a residual network are spread; `None` of other models.
pub fn spread_of(info: &ModelInfo) -> Option<PathSpread> {
    let ArchitectureConfig::Resnet(config) = &info.architecture else { return None };
    path_spread(&path_distribution(config), info.architecture.image_size(), MAX_BINS)
}

/// The paths as a histogram.
#[component]
pub fn Paths(
    /// The paths.
    spread: PathSpread,
    /// Side of the picture.
    side_px: usize,
) -> impl IntoView {
    let finding = text::paths_finding(&spread, side_px);
    view! {
        <section class="lens-chart">
            <h5>{text::PATHS}</h5>
            <Bars chart=Signal::stored(histogram(&spread, side_px)) label=finding.clone()/>
            <p class="muted">{finding}</p>
        </section>
    }
}

fn histogram(spread: &PathSpread, side_px: usize) -> BarChart {
    let from_px = spread.bins.first().map_or(0, |bin| bin.from_px);
    let to_px = spread.bins.last().map_or(1, |bin| bin.to_px);
    let place = |px: f64| (px - from_px as f64) / (to_px - from_px).max(1) as f64;
    let highest = spread.bins.iter().map(|bin| bin.share).fold(f64::MIN_POSITIVE, f64::max);
    let bars = spread.bins.iter().map(|bin| Bar {
        left: place(bin.from_px as f64),
        width: place(bin.to_px as f64) - place(bin.from_px as f64),
        height: bin.share / highest,
        tip: text::bin(bin.from_px, bin.to_px, bin.share),
        is_chosen: bin.to_px <= side_px + 1,
    });
    let mark = |name: &str, px: f64| Mark { at: place(px), name: format!("{name} {}", text::length(px)) };
    let marks = [
        (text::MEAN, spread.mean_px),
        (text::MEDIAN, spread.median_px as f64),
        (text::PICTURE_SIDE, side_px as f64),
    ];
    BarChart {
        bars: bars.collect(),
        uprights: marks
            .into_iter()
            .filter(|(_name, px)| (0.0..=1.0).contains(&place(*px)))
            .map(|(name, px)| mark(name, px))
            .collect(),
        ends: [text::length(from_px as f64), text::length((to_px - 1) as f64)],
    }
}
