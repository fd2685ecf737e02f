//! The lens that covers a part of the picture and shows what changes elsewhere, block by block, in both models.

mod region_box;

use leptos::prelude::*;
use shared::views::{ExperimentPoint, ExperimentStart, NodeChange};
use shared::{ModelSlot, TokenLayout};

use super::chart::Chart;
use super::experiment::depth_maps::{DepthMaps, Outline, Outlined};
use super::experiment::{
    Answers, RunBar, SeedField, StateChoice, axis_name, axis_range, curves, seed, table,
};
use super::frame::{LensFrame, TableData};
use crate::components::cropped_picture::CroppedPicture;
use crate::drawing::chart::{ChartData, Series};
use crate::drawing::experiments::cover::{CoverBox, Reach, by_depth, changes, reach};
use crate::drawing::experiments::{Quantity, Verdict, outcome, unchanged};
use crate::drawing::lens::Lens;
use crate::i18n::number;
use crate::i18n::text::lenses::{cover as text, experiment, question};
use crate::state::experiment_run::{ExperimentRun, Progress};
use crate::state::{LensState, Models, View};
use region_box::RegionBox;

/// Shares of the patches that are covered, in percent.
const SHARES: &str = "0,10,25,50,75";

/// What was seen at a point, model by model.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    slot: ModelSlot,
    model: String,
    class: String,
    before: f32,
    after: f32,
    reach: Option<Reach>,
}

fn seen(start: &ExperimentStart, point: &ExperimentPoint) -> Vec<Seen> {
    let of_model = |model: &shared::prediction::ModelRef| {
        let class = unchanged(start, model.slot)?;
        Some(Seen {
            slot: model.slot,
            model: model.name.clone(),
            class: class.label.clone(),
            before: class.probability,
            after: outcome(point, model.slot)?.probability,
            reach: reach(changes(point, model.slot)),
        })
    };
    start.models.iter().filter_map(of_model).collect()
}

fn share(point: &ExperimentPoint) -> f64 {
    point.setting.first().copied().unwrap_or(0.0)
}

/// Who changes more, and its name.
fn verdict(seen: &[Seen], of: impl Fn(&Seen) -> Option<f32>) -> Option<(Verdict, &str)> {
    let [one, other] = seen else { return None };
    let verdict = Verdict::of([of(one)?, of(other)?]);
    let named = seen.iter().find(|seen| verdict == Verdict::One(seen.slot));
    Some((verdict, named.map_or("", |seen| &seen.model)))
}

/// A box is told by depth, patches by what is left.
fn finding(seen: &[Seen], covered: f64, is_box: bool) -> String {
    if is_box {
        let told = |seen: &'_ Seen| seen.reach.clone();
        let told: Vec<text::Told<'_>> = seen
            .iter()
            .filter_map(|seen| Some(text::Told { model: &seen.model, seen: told(seen)? }))
            .collect();
        let first = |seen: &Seen| seen.reach.as_ref().map(|reach| reach.first);
        return text::finding(covered, &told, verdict(seen, first));
    }
    let told: Vec<text::Left<'_>> = seen
        .iter()
        .map(|seen| text::Left {
            model: &seen.model,
            class: &seen.class,
            before: seen.before,
            after: seen.after,
        })
        .collect();
    text::finding_by_share(covered, &told, verdict(seen, |seen| Some(seen.before - seen.after)))
}

/// The lens.
#[component]
pub fn Cover() -> impl IntoView {
    let (state, models) = (LensState::new(), StoredValue::new(Models::expect()));
    let run = ExperimentRun::new();
    let (kind, drawn, at, seed) = (state.text("region"), state.text("box"), state.number("at"), seed(state));
    // A box is measured in the input of the first model that is asked.
    let side = models.with_value(|models| models.info(ModelSlot::Resnet).architecture.image_size());
    let layout = models.with_value(|models| TokenLayout::of(models.graph(ModelSlot::Vit)));
    let patches_per_side = layout.map_or(1, |layout| layout.patches_per_side);
    let is_box = Memo::new(move |_previous| kind.with(Option::is_none));
    let region = Memo::new(move |_previous| {
        let drawn = drawn.with(|drawn| CoverBox::read(drawn.as_deref()?, side));
        drawn.unwrap_or_else(|| CoverBox::centre(side))
    });
    let query = Memo::new(move |_previous| match kind.get().as_deref() {
        None => format!("region=box&box={}&changes=true", region.get().write(',')),
        Some("random") => format!("region=random&counts={SHARES}&seed={}&changes=true", seed.get()),
        Some(other) => format!("region={other}&counts={SHARES}&changes=true"),
    });
    let point = Memo::new(move |_previous| {
        let index = at.get();
        run.points().with(|points| index.and_then(|index| points.get(index)).or(points.last()).cloned())
    });
    let all_seen = Memo::new(move |_previous| {
        let (start, point) = (run.start().get()?, point.get()?);
        Some((seen(&start, &point), share(&point)))
    });
    let is_done = move || run.progress().get() == Progress::Done;
    let title = move || match all_seen.get() {
        Some((seen, covered)) => experiment::so_far(&finding(&seen, covered, is_box.get()), is_done()),
        None => question(Lens::Cover).to_owned(),
    };
    let outline = Memo::new(move |_previous| {
        if is_box.get() {
            let CoverBox { top, left, height, width } = region.get();
            return Outline { side, boxes: vec![[left, top, width, height]] };
        }
        let patch = |index: &usize| [index % patches_per_side, index / patches_per_side, 1, 1];
        let boxes = point.with(|point| point.as_ref().map(|point| point.covered.iter().map(patch).collect()));
        Outline { side: patches_per_side, boxes: boxes.unwrap_or_default() }
    });
    let by_share = move || {
        let start = run.start().get();
        run.points().with(|points| share_chart(start.as_ref(), points))
    };
    let depth = move || {
        let changes = ModelSlot::ALL.map(|slot| {
            let name = models.with_value(|models| models.info(slot).name.clone());
            (slot, name, changes_at(point, slot))
        });
        depth_chart(&changes)
    };
    let numbers = move || match is_box.get() {
        true => depth_table(&ModelSlot::ALL.map(|slot| changes_at(point, slot))),
        false => run.start().with(|start| run.points().with(|points| table(start.as_ref(), points))),
    };
    let [boxed, random, most, least] = text::REGIONS;
    view! {
        <LensFrame
            lens=Lens::Cover
            title=Signal::derive(title)
            explanation=text::NOTE
            source=text::SOURCE
            loads=Vec::new()
            numbers=Signal::derive(move || run.npy())
            table=move |()| numbers()
        >
            <div class="lens-controls">
                <StateChoice name=text::REGION key="region" options=vec![("box", boxed), ("random", random), ("most", most), ("least", least)]/>
                {move || kind.with(|kind| kind.as_deref() == Some("random")).then(|| view! { <SeedField name=text::SEED/> })}
            </div>
            <RunBar run experiment="cover" query/>
            <div class="experiment">
                <div class="experiment-main">
                    {move || (!is_box.get()).then(|| view! {
                        <Chart
                            data=Signal::derive(by_share)
                            label=text::SHARE_CHART
                            on_choose=move |(_series, index): (usize, usize)| state.set("at", index)
                        />
                    })}
                    <Chart data=Signal::derive(depth) label=text::DEPTH_CHART/>
                </div>
                <div class="experiment-side">
                    {move || match is_box.get() {
                        true => view! {
                            <RegionBox side region on_change=move |region: CoverBox| state.set("box", region.write('.'))/>
                        }.into_any(),
                        false => view! { <CoveredPatches outline/> }.into_any(),
                    }}
                    <Answers start=run.start() point/>
                </div>
            </div>
            <DepthWalls point outline/>
        </LensFrame>
    }
}

fn share_chart(start: Option<&ExperimentStart>, points: &[ExperimentPoint]) -> ChartData {
    let quantity = Quantity::Probability;
    ChartData {
        x_name: text::SHARE.to_owned(),
        y_name: axis_name(quantity).to_owned(),
        series: curves(start, points, quantity, |point| 100.0 * share(point)),
        x_range: Some((0.0, 100.0)),
        y_range: axis_range(quantity),
        ..ChartData::default()
    }
}

fn depth_chart(models: &[(ModelSlot, String, Vec<NodeChange>)]) -> ChartData {
    let series = |(slot, name, changes): &(ModelSlot, String, Vec<NodeChange>)| Series {
        name: name.clone(),
        hue: Some(slot.as_str()),
        points: by_depth(changes).into_iter().map(|(depth, change)| (100.0 * depth, change)).collect(),
        is_line: true,
    };
    let series: Vec<Series> = models.iter().map(series).collect();
    let highest = series.iter().flat_map(|series| &series.points).map(|point| point.1).fold(0.0, f64::max);
    ChartData {
        x_name: text::DEPTH.to_owned(),
        y_name: text::ELSEWHERE.to_owned(),
        series,
        x_range: Some((0.0, 100.0)),
        y_range: Some((0.0, if highest > 0.0 { highest } else { 1.0 })),
        ..ChartData::default()
    }
}

fn depth_table(models: &[Vec<NodeChange>]) -> TableData {
    let row = |change: &NodeChange| {
        vec![change.node.to_string(), number::shape(&change.map_size), change.mean_elsewhere.to_string()]
    };
    TableData {
        head: text::COLUMNS.map(str::to_owned).to_vec(),
        rows: models.iter().flatten().map(row).collect(),
    }
}

/// How the outputs of a model's blocks changed at a point; nothing where no point is there.
fn changes_at(point: Memo<Option<ExperimentPoint>>, slot: ModelSlot) -> Vec<NodeChange> {
    point.with(|point| point.as_ref().map(|point| changes(point, slot).to_vec())).unwrap_or_default()
}

/// The maps of both models' blocks, once something has changed.
#[component]
fn DepthWalls(
    /// What was measured.
    point: Memo<Option<ExperimentPoint>>,
    /// What is covered.
    outline: Memo<Outline>,
) -> impl IntoView {
    let models = StoredValue::new(Models::expect());
    let has_changes = Memo::new(move |_previous| {
        ModelSlot::ALL.into_iter().any(|slot| !changes_at(point, slot).is_empty())
    });
    let wall = move |slot: ModelSlot| {
        let name = models.with_value(|models| text::maps(&models.info(slot).name));
        view! { <DepthMaps model=slot name changes=Signal::derive(move || changes_at(point, slot)) outline/> }
    };
    move || has_changes.get().then(|| ModelSlot::ALL.map(wall).into_iter().collect::<Vec<_>>())
}

/// The picture with the covered patches.
#[component]
fn CoveredPatches(
    /// Which.
    outline: Memo<Outline>,
) -> impl IntoView {
    let model = View::expect().model();
    let label =
        move || outline.with(|outline| text::patches(outline.boxes.len(), outline.side * outline.side));
    view! {
        <figure class="cover-picture">
            <div class="map-stack">
                <CroppedPicture model/>
                <region_box::Covered outline/>
                <Outlined outline=outline.into()/>
            </div>
            <figcaption class="muted">{label}</figcaption>
        </figure>
    }
}
