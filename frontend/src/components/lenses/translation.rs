//! The lens that slides the crop and draws how the answers of both models follow.

use std::sync::Arc;

use leptos::prelude::*;
use shared::ModelSlot;
use shared::route::PreprocessingStep;
use shared::views::{ExperimentPoint, ExperimentStart};

use super::chart::Chart;
use super::experiment::{
    Answers, QuantityChoice, RunBar, StateChoice, axis_name, axis_range, curves, quantity, table,
};
use super::frame::LensFrame;
use super::matrix::MatrixMap;
use crate::components::cropped_picture::PreparedPicture;
use crate::components::live::live;
use crate::components::picture_reading::PictureReading;
use crate::drawing::chart::{ChartData, Reference};
use crate::drawing::colour::Scale;
use crate::drawing::experiments::translation::{
    Sensitivity, sensitivity, shift, square, stride_marks, stride_px,
};
use crate::drawing::experiments::{Quantity, Verdict, unchanged};
use crate::drawing::grid::Cell;
use crate::drawing::lens::Lens;
use crate::i18n::text::lenses::{experiment, question, translation as text};
use crate::state::experiment_run::{ExperimentRun, Progress};
use crate::state::{LensState, Models, Specimen, View};

/// What was seen of a model.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    slot: ModelSlot,
    model: String,
    class: String,
    stride_px: usize,
    sensitivity: Sensitivity,
}

fn seen(models: &Models, start: &ExperimentStart, points: &[ExperimentPoint]) -> Vec<Seen> {
    let of_model = |slot: ModelSlot| {
        let class = unchanged(start, slot)?;
        let stride_px = stride_px(models.graph(slot));
        Some(Seen {
            slot,
            model: models.info(slot).name.clone(),
            class: class.label.clone(),
            stride_px,
            sensitivity: sensitivity(points, slot, class, stride_px)?,
        })
    };
    ModelSlot::ALL.into_iter().filter_map(of_model).collect()
}

fn finding(seen: &[Seen], is_done: bool) -> Option<String> {
    let told: Vec<text::Told<'_>> = seen
        .iter()
        .map(|seen| text::Told { model: &seen.model, class: &seen.class, seen: seen.sensitivity })
        .collect();
    let verdict = match seen {
        [resnet, vit] => Some(Verdict::of([resnet.sensitivity.change, vit.sensitivity.change])),
        [] => return None,
        _ => None,
    };
    let name = |verdict: Verdict| {
        let named = seen.iter().find(|seen| verdict == Verdict::One(seen.slot));
        (verdict, named.map_or("", |seen| &seen.model))
    };
    Some(experiment::so_far(&text::finding(&told, verdict.map(name)), is_done))
}

/// The lens.
#[component]
pub fn Translation() -> impl IntoView {
    let (state, models) = (LensState::new(), StoredValue::new(Models::expect()));
    let run = ExperimentRun::new();
    let (axis, at, quantity) = (state.text("axis"), state.number("at"), quantity(state));
    let is_square = Memo::new(move |_previous| axis.get().as_deref() == Some("square"));
    let is_down = Memo::new(move |_previous| axis.get().as_deref() == Some("y"));
    let query = Memo::new(move |_previous| match axis.get().as_deref() {
        Some("square") => "grid=true".to_owned(),
        Some("y") => "axis=y".to_owned(),
        _ => "axis=x".to_owned(),
    });
    let all_seen = Memo::new(move |_previous| {
        let start = run.start().get();
        let of_points = |points: &Vec<ExperimentPoint>| {
            start.as_ref().map(|start| models.with_value(|models| seen(models, start, points)))
        };
        run.points().with(of_points).unwrap_or_default()
    });
    let is_done = move || run.progress().get() == Progress::Done;
    let title = move || {
        all_seen
            .with(|seen| finding(seen, is_done()))
            .unwrap_or_else(|| question(Lens::Translation).to_owned())
    };
    // What is pointed at, or chosen, or else the middle: the ordinary crop.
    let pointed = RwSignal::new(None::<usize>);
    let point = Memo::new(move |_previous| {
        let middle = run.start().with(|start| start.as_ref().map_or(0, |start| start.num_points / 2));
        let index = pointed.get().or(at.get()).unwrap_or(middle);
        // An address, or a slide along other axes, may name a point that is not there.
        run.points().with(|points| points.get(index).or(points.get(middle)).cloned())
    });
    let choose = move |index: usize| {
        pointed.set(Some(index));
        state.set("at", index);
    };
    let data = move || {
        let coordinate = usize::from(is_down.get());
        let (start, quantity) = (run.start().get(), quantity.get());
        run.points().with(|points| chart(start.as_ref(), points, quantity, coordinate, &all_seen.get()))
    };
    let squares = move || {
        let slots = run.start().with(|start| {
            start.as_ref().map(|start| start.models.iter().map(|model| model.slot).collect::<Vec<_>>())
        });
        let square = |slot: ModelSlot| {
            let name = models.with_value(|models| models.info(slot).name.clone());
            view! { <Square run quantity model=slot name at=pointed on_choose=choose/> }
        };
        slots.unwrap_or_default().into_iter().map(square).collect::<Vec<_>>()
    };
    let [across, down, both] = text::AXES;
    view! {
        <LensFrame
            lens=Lens::Translation
            title=Signal::derive(title)
            explanation=text::NOTE
            source=text::SOURCE
            loads=Vec::new()
            numbers=Signal::derive(move || run.npy())
            table=move |()| run.start().with(|start| run.points().with(|points| table(start.as_ref(), points)))
        >
            <div class="lens-controls">
                <StateChoice name=text::AXIS key="axis" options=vec![("x", across), ("y", down), ("square", both)]/>
                <QuantityChoice/>
            </div>
            <RunBar run experiment="translation" query/>
            <div class="experiment">
                <div class="experiment-main">
                    {move || match is_square.get() {
                        true => view! { <div class="experiment-maps">{squares}</div> }.into_any(),
                        false => view! {
                            <Chart
                                data=Signal::derive(data)
                                label=Signal::derive(move || text::chart(axis_name(quantity.get())))
                                on_choose=move |(_series, index): (usize, usize)| choose(index)
                                on_point=move |(_series, index): (usize, usize)| pointed.set(Some(index))
                            />
                        }.into_any(),
                    }}
                    <Marks seen=all_seen is_square/>
                </div>
                <div class="experiment-side">
                    <Crop point/>
                    <Answers start=run.start() point/>
                </div>
            </div>
            <Facts seen=all_seen run/>
        </LensFrame>
    }
}

fn chart(
    start: Option<&ExperimentStart>,
    points: &[ExperimentPoint],
    quantity: Quantity,
    coordinate: usize,
    seen: &[Seen],
) -> ChartData {
    let along = |point: &ExperimentPoint| shift(point)[coordinate];
    let first = points.first().map(along);
    // Shifts are centred on the ordinary crop, so that the first says where the last will be.
    let range = first.map(|first| (first, -first));
    let marks = |(model, seen): (usize, &Seen)| {
        let places = stride_marks(range.unwrap_or_default(), seen.stride_px);
        // All strides begin at the first point: each name stands at a mark of its own, and none at the right edge.
        let named_at = if model + 1 < places.len() { model } else { 0 };
        let name = if model == named_at { text::mark(&seen.model, seen.stride_px) } else { String::new() };
        let named = move |(index, at): (usize, f64)| Reference {
            name: if index == named_at { name.clone() } else { String::new() },
            at,
            is_vertical: true,
        };
        places.into_iter().enumerate().map(named).collect::<Vec<_>>()
    };
    let references: Vec<Reference> = match range {
        Some(_range) => seen.iter().enumerate().flat_map(marks).collect(),
        None => Vec::new(),
    };
    ChartData {
        x_name: text::SHIFTS[coordinate].to_owned(),
        y_name: axis_name(quantity).to_owned(),
        series: curves(start, points, quantity, along),
        references,
        x_range: range,
        y_range: axis_range(quantity),
        ..ChartData::default()
    }
}

/// A model's answers over a square of shifts.
#[component]
fn Square(
    /// The run.
    run: ExperimentRun,
    /// What is drawn.
    quantity: Memo<Quantity>,
    /// Whose.
    model: ModelSlot,
    /// Its name.
    name: String,
    /// The point that is pointed at.
    at: RwSignal<Option<usize>>,
    /// Takes a point.
    #[prop(into)]
    on_choose: Callback<usize>,
) -> impl IntoView {
    let num_points = move || run.start().with(|start| start.as_ref().map_or(0, |start| start.num_points));
    let grid = Memo::new(move |_previous| {
        let (num_points, quantity) = (num_points(), quantity.get());
        run.points().with(|points| square(points, num_points, model, quantity)).map(Arc::new)
    });
    let side = move || num_points().isqrt().max(1);
    let names = move || {
        let shifts = |pick: usize, step: usize, points: &Vec<ExperimentPoint>| -> Vec<String> {
            let line = points.iter().step_by(step).take(side());
            line.map(|point| shift(point)[pick].to_string()).collect()
        };
        run.points().with(|points| (shifts(1, side(), points), shifts(0, 1, points)))
    };
    let chosen = move || at.get().map(|index| Cell { row: index / side(), column: index % side() });
    let range = move || (quantity.get() == Quantity::Probability).then_some((0.0, 1.0));
    let label = name.clone();
    view! {
        <div data-model=model.as_str()>
            <p class="map-name">{name}</p>
            <MatrixMap
                grid
                scale=Scale::Sequential
                range=Signal::derive(range)
                quantity=Signal::derive(move || axis_name(quantity.get()).to_owned())
                label=Signal::derive(move || text::square(&label, axis_name(quantity.get())))
                names=Signal::derive(names)
                chosen=Signal::derive(chosen)
                on_choose=move |cell: Cell| on_choose.run(cell.row * untrack(side) + cell.column)
            />
        </div>
    }
}

/// What the curves say in numbers.
#[component]
fn Facts(
    /// What was seen of each model.
    seen: Memo<Vec<Seen>>,
    /// The run.
    run: ExperimentRun,
) -> impl IntoView {
    let column = move |seen: Seen| {
        let [furthest, others, by_pixel, by_stride] = text::FACTS;
        let all = run.points().with(Vec::len);
        let Sensitivity { num_other_first, by_one_px, by_a_stride, .. } = seen.sensitivity;
        view! {
            <div data-model=seen.slot.as_str()>
                <p class="model-name">{seen.model.clone()}</p>
                <dl class="facts">
                    <div><dt>{furthest}</dt><dd>{text::furthest(&seen.sensitivity)}</dd></div>
                    <div><dt>{others}</dt><dd>{text::of(num_other_first, all)}</dd></div>
                    <div><dt>{by_pixel}</dt><dd>{text::over_pixel(by_one_px)}</dd></div>
                    <div><dt>{by_stride}</dt><dd>{text::over_stride(by_a_stride, seen.stride_px)}</dd></div>
                </dl>
            </div>
        }
    };
    view! { <div class="experiment-facts">{move || seen.get().into_iter().map(column).collect::<Vec<_>>()}</div> }
}

/// What the upright lines of the chart mark.
#[component]
fn Marks(
    /// What was seen of each model.
    seen: Memo<Vec<Seen>>,
    /// Whether there are no marks.
    is_square: Memo<bool>,
) -> impl IntoView {
    let marks = move || {
        let strides: Vec<_> =
            seen.with(|seen| seen.iter().map(|seen| (seen.model.clone(), seen.stride_px)).collect());
        (!is_square.get() && !strides.is_empty()).then(|| text::marks(&strides))
    };
    view! { <p class="muted">{marks}</p> }
}

/// Where the crop of a point lies in the resized picture.
#[component]
fn Crop(
    /// The point.
    point: Memo<Option<ExperimentPoint>>,
) -> impl IntoView {
    let (specimen, models) = (Specimen::expect(), StoredValue::new(Models::expect()));
    let model = View::expect().model();
    let place = move || {
        let (width, height) = specimen.image().with(|image| (image.info.width, image.info.height));
        let [right, down] = point.get().map_or([0.0; 2], |point| shift(&point));
        models.with_value(|models| {
            let preprocessing = &models.info(model.get()).preprocessing;
            let size = preprocessing.resized_size(width, height);
            let offset = preprocessing.crop_offset(size);
            let (left, top) = (offset.left as f64 + right, offset.top as f64 + down);
            (size, [left, top, preprocessing.crop_size as f64])
        })
    };
    let view_box = move || {
        let (size, _crop) = place();
        format!("0 0 {} {}", size.width, size.height)
    };
    let path = move || {
        let (_size, [left, top, side]) = place();
        format!("M{left} {top}h{side}v{side}h-{side}z")
    };
    view! {
        <figure class="shift-picture">
            <div class="map-stack">
                <PreparedPicture model step=PreprocessingStep::Resized alt="" reading=PictureReading::new()/>
                <svg class="box-sheet" viewBox=live(view_box) preserveAspectRatio="none" aria-hidden="true">
                    <path class="box-halo" d=live(path)></path>
                    <path class="box-line" d=live(path)></path>
                </svg>
            </div>
            <figcaption class="muted">{text::WHERE}</figcaption>
        </figure>
    }
}
