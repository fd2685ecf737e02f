//! Both models in one chart: how far a unit can look, and how far a patch does, from the first block to the last.

use std::sync::Arc;

use leptos::prelude::*;
use shared::ModelSlot;

use super::pair::Pair;
use crate::components::lenses::chart::Chart;
use crate::drawing::chart::{ChartData, Reference, Series};
use crate::drawing::one_place::AttentionReach;
use crate::i18n::text::lenses::cursor as text;

/// The chart.
#[component]
pub fn Reach(
    /// The models.
    pair: Arc<Pair>,
    /// How far the patch's attention reaches in every block.
    reaches: Memo<Vec<Option<AttentionReach>>>,
    /// Position of the slider.
    depth: Memo<usize>,
    /// Mean distance of even attention.
    even: Signal<Option<f64>>,
) -> impl IntoView {
    let kept = Arc::clone(&pair);
    let label = move || {
        let size = |position: usize| kept.cnn[position].size_px;
        let means = reaches
            .with(|reaches| Some([reaches.first().copied()??.mean_px, reaches.last().copied()??.mean_px]));
        text::chart_label([size(0), size(kept.cnn.len() - 1)], means)
    };
    let chart = move || reaches.with(|reaches| chart(&pair, reaches, depth.get(), even.get()));
    view! {
        <section class="lens-chart">
            <h5>{text::REACH}</h5>
            <Chart data=Signal::derive(chart) label=Signal::derive(label)/>
        </section>
    }
}

fn chart(pair: &Pair, reaches: &[Option<AttentionReach>], depth: usize, even: Option<f64>) -> ChartData {
    let along = |position: usize, count: usize| position as f64 / count.saturating_sub(1).max(1) as f64;
    let cnn = pair.cnn.iter().enumerate();
    let cnn = cnn.map(|(position, step)| (along(position, pair.cnn.len()), step.size_px as f64 / 2.0));
    let known = reaches.iter().enumerate();
    let vit = known.map(|(position, reach)| {
        (along(position, pair.vit.len()), reach.map_or(f64::NAN, |reach| reach.mean_px))
    });
    let series = |model: ModelSlot, name: &str, points: Vec<(f64, f64)>| Series {
        name: name.to_owned(),
        hue: Some(model.as_str()),
        points,
        is_line: true,
    };
    let even = even.map(|even| Reference {
        name: format!("{} {}", text::EVEN_LINE, text::length(even)),
        at: even,
        is_vertical: false,
    });
    let here = Reference { name: String::new(), at: along(depth, pair.positions()), is_vertical: true };
    ChartData {
        x_name: text::RELATIVE_DEPTH.to_owned(),
        y_name: text::REACH_PX.to_owned(),
        series: vec![
            series(ModelSlot::Resnet, text::CNN_LINE, cnn.collect()),
            series(ModelSlot::Vit, text::VIT_LINE, vit.collect()),
        ],
        references: even.into_iter().chain([here]).collect(),
        x_range: Some((0.0, 1.0)),
        y_range: None,
        ..ChartData::default()
    }
}
