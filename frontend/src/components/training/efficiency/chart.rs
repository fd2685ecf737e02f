//! Curves of accuracy against photos a class, with intervals, and their numbers.

use leptos::prelude::*;
use shared::ModelSlot;
use shared::training::EfficiencyPoint;

use crate::components::figure::Figure;
use crate::components::lenses::chart::Chart;
use crate::components::stages::data_table::{DataTable, Row, number_row};
use crate::components::training::lazy_details::LazyDetails;
use crate::drawing::chart::ChartData;
use crate::drawing::efficiency::{self, Curve, crossing};
use crate::i18n::text::training as frame;
use crate::i18n::text::training::efficiency as text;

/// A curve that is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct OneCurve {
    /// The family.
    pub slot: ModelSlot,
    /// Its name.
    pub name: String,
    /// From few photos to all.
    pub points: Vec<EfficiencyPoint>,
}

/// The figure.
#[component]
pub fn EfficiencyChart(
    /// The curves.
    curves: Vec<OneCurve>,
    /// The most photos that a class has to learn from.
    most_per_class: u64,
) -> impl IntoView {
    let borrowed: Vec<Curve<'_>> = curves
        .iter()
        .map(|curve| Curve { slot: curve.slot, name: curve.name.clone(), points: &curve.points })
        .collect();
    let chart = efficiency::chart(&borrowed, most_per_class, text::ALL);
    let data = ChartData { x_name: text::X.to_owned(), y_name: text::Y.to_owned(), ..chart };
    let title = match curves.as_slice() {
        [first, second, ..] => text::title(
            [&first.name, &second.name],
            &first.points,
            &second.points,
            crossing(&first.points, &second.points),
        ),
        _ => text::SO_FAR.to_owned(),
    };
    let title = Signal::stored(title);
    let row = |curve: &OneCurve| {
        curve
            .points
            .iter()
            .map(|point| number_row(curve.name.clone(), text::row(point)))
            .collect::<Vec<Row>>()
    };
    let rows: Vec<Row> = curves.iter().flat_map(row).collect();
    let table = move || {
        view! { <DataTable caption=text::Y.to_owned() columns=text::COLUMNS.map(str::to_owned).to_vec() rows=rows.clone()/> }.into_any()
    };
    view! {
        <Figure title explanation=Signal::derive(|| text::EXPLANATION.to_owned())>
            <Chart data=Signal::stored(data) label=title/>
            <LazyDetails summary=frame::AS_TABLE content=table/>
        </Figure>
    }
}

/// Photos of the largest class to learn from, where all photos of all classes are `num_train`.
pub fn most_per_class(counts: impl Iterator<Item = u64>, points: &[EfficiencyPoint]) -> u64 {
    let counts: Vec<u64> = counts.collect();
    let (all, most) = (counts.iter().sum::<u64>().max(1), counts.into_iter().max().unwrap_or(1));
    let learned =
        points.iter().find(|point| point.photos_per_class.is_none()).map_or(all, |point| point.num_train);
    (most as f64 * learned as f64 / all as f64).round() as u64
}
