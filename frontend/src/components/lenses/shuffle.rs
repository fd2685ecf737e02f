//! The lens that cuts the picture into cells, lets them change places, and draws what both models make of it.

use leptos::html;
use leptos::prelude::*;
use shared::route::PreprocessingStep;
use shared::views::{ExperimentPoint, ExperimentStart};
use shared::{ModelSlot, TokenLayout};

use super::chart::Chart;
use super::experiment::{
    Answers, QuantityChoice, RunBar, SeedField, StateChoice, axis_name, axis_range, curves, quantity, seed,
    table,
};
use super::frame::LensFrame;
use super::pickers::Picker;
use crate::components::cropped_picture::PreparedPicture;
use crate::components::live::live;
use crate::components::picture_reading::{PictureReading, paint};
use crate::drawing::chart::ChartData;
use crate::drawing::experiments::shuffle::{
    Loss, cells, cuts_patches, largest_change_of_whole_patches, loss, offered, shuffled,
};
use crate::drawing::experiments::{Quantity, Verdict, unchanged};
use crate::drawing::lens::Lens;
use crate::i18n::text::lenses::{experiment, question, shuffle as text};
use crate::state::experiment_run::{ExperimentRun, Progress};
use crate::state::{LensState, Models, View};

/// What was seen of a model.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    slot: ModelSlot,
    model: String,
    class: String,
    probability: f32,
    loss: Loss,
}

fn seen(start: &ExperimentStart, points: &[ExperimentPoint]) -> Vec<Seen> {
    let of_model = |model: &shared::prediction::ModelRef| {
        let class = unchanged(start, model.slot)?;
        Some(Seen {
            slot: model.slot,
            model: model.name.clone(),
            class: class.label.clone(),
            probability: class.probability,
            loss: loss(points, model.slot, class)?,
        })
    };
    start.models.iter().filter_map(of_model).collect()
}

fn finding(seen: &[Seen], is_done: bool) -> Option<String> {
    let told = |seen: &'_ Seen| -> [f32; 1] { [seen.probability - seen.loss.probability] };
    let verdict = match seen {
        [] => return None,
        [one, other] => Some(Verdict::of([told(one)[0], told(other)[0]])),
        _ => None,
    };
    let named = verdict.map(|verdict| {
        let named = seen.iter().find(|seen| verdict == Verdict::One(seen.slot));
        (verdict, named.map_or("", |seen| seen.model.as_str()))
    });
    let told: Vec<text::Told<'_>> = seen
        .iter()
        .map(|seen| text::Told {
            model: &seen.model,
            class: &seen.class,
            probability: seen.probability,
            loss: seen.loss,
        })
        .collect();
    Some(experiment::so_far(&text::finding(&told, named), is_done))
}

/// The sides of the inputs, and side of the ViT's input and of its patches where it has any.
#[derive(Clone, Copy, Debug)]
struct Sizes {
    sides_px: [usize; 2],
    patch_px: Option<usize>,
}

impl Sizes {
    fn of(models: &Models) -> Self {
        let side = |slot: ModelSlot| models.info(slot).architecture.image_size();
        let layout = TokenLayout::of(models.graph(ModelSlot::Vit));
        Self { sides_px: ModelSlot::ALL.map(side), patch_px: layout.map(|layout| layout.patch_size_px) }
    }

    fn is_whole(self, cells: usize) -> bool {
        self.patch_px.is_some_and(|patch| !cuts_patches(cells, self.sides_px[1], patch))
    }
}

/// The lens.
#[component]
pub fn Shuffle() -> impl IntoView {
    let (state, models) = (LensState::new(), Models::expect());
    let run = ExperimentRun::new();
    let sizes = Sizes::of(&models);
    let vit = models.info(ModelSlot::Vit).name.clone();
    let offered = StoredValue::new(offered(sizes.sides_px));
    let (seed, quantity) = (seed(state), quantity(state));
    let (at, positions) = (state.number("cells"), state.text("positions"));
    let has_positions = Memo::new(move |_previous| positions.get().as_deref() != Some("off"));
    let count = Memo::new(move |_previous| {
        offered.with_value(|offered| {
            let chosen = at.get().filter(|count| offered.contains(count));
            chosen.or(offered.last().copied()).unwrap_or(1)
        })
    });
    let query = Memo::new(move |_previous| {
        let grid: Vec<String> =
            offered.with_value(|offered| offered.iter().map(ToString::to_string).collect());
        let positions = if has_positions.get() { "on" } else { "off" };
        format!("grid={}&seed={}&positions={positions}", grid.join(","), seed.get())
    });
    let all_seen = Memo::new(move |_previous| {
        let start = run.start().get();
        run.points().with(|points| start.map(|start| seen(&start, points))).unwrap_or_default()
    });
    let is_done = move || run.progress().get() == Progress::Done;
    let title = move || {
        all_seen.with(|seen| finding(seen, is_done())).unwrap_or_else(|| question(Lens::Shuffle).to_owned())
    };
    let point = Memo::new(move |_previous| {
        let count = count.get();
        run.points().with(|points| points.iter().find(|point| cells(point) == count).cloned())
    });
    let choose = move |position: usize| {
        let count = offered.with_value(|offered| offered.get(position).copied());
        count.into_iter().for_each(|count| state.set("cells", count));
    };
    let data = move || {
        let (start, quantity) = (run.start().get(), quantity.get());
        offered.with_value(|offered| {
            run.points().with(|points| chart(start.as_ref(), points, quantity, offered))
        })
    };
    let cutting: Vec<usize> = offered
        .with_value(|offered| offered.iter().copied().filter(|count| !sizes.is_whole(*count)).collect());
    let patches = sizes.patch_px.map(|patch| text::patches(&vit, patch, &cutting));
    let check = move || {
        let is_whole = |count| sizes.is_whole(count);
        let change = run.points().with(|points| largest_change_of_whole_patches(points, is_whole))?;
        Some(text::check(&vit, change, has_positions.get()))
    };
    let options: Vec<(String, String)> = offered
        .with_value(|offered| offered.iter().map(|count| (count.to_string(), text::cells(*count))).collect());
    let [switch_on, switch_off] = text::SWITCH;
    view! {
        <LensFrame
            lens=Lens::Shuffle
            title=Signal::derive(title)
            explanation=text::NOTE
            source=text::SOURCE
            loads=Vec::new()
            numbers=Signal::derive(move || run.npy())
            table=move |()| run.start().with(|start| run.points().with(|points| table(start.as_ref(), points)))
        >
            <div class="lens-controls">
                <Picker
                    name=text::CELLS
                    choice="cells"
                    options=options
                    chosen=Signal::derive(move || count.get().to_string())
                    on_choose=move |value: String| state.set("cells", value)
                />
                <SeedField name=text::SEED/>
                <StateChoice name=text::POSITIONS key="positions" options=vec![("on", switch_on), ("off", switch_off)]/>
                <QuantityChoice/>
            </div>
            <RunBar run experiment="shuffle" query/>
            <div class="experiment">
                <div class="experiment-main">
                    <Chart
                        data=Signal::derive(data)
                        label=text::CHART
                        on_choose=move |(_series, position): (usize, usize)| choose(position)
                    />
                    <ul class="experiment-notes">
                        {patches.map(|patches| view! { <li>{patches}</li> })}
                        {move || all_seen.get().into_iter().map(|seen| view! { <li>{text::halved(&seen.model, seen.loss.halved_at)}</li> }).collect::<Vec<_>>()}
                        {move || check().map(|check| view! { <li class="experiment-check">{check}</li> })}
                    </ul>
                </div>
                <div class="experiment-side">
                    <Pictures count seed/>
                    <Answers start=run.start() point/>
                </div>
            </div>
        </LensFrame>
    }
}

fn chart(
    start: Option<&ExperimentStart>,
    points: &[ExperimentPoint],
    quantity: Quantity,
    offered: &[usize],
) -> ChartData {
    let position = |point: &ExperimentPoint| {
        let count = cells(point);
        offered.iter().position(|offered| *offered == count).map_or(f64::NAN, |position| position as f64)
    };
    ChartData {
        x_name: text::CELLS_PER_SIDE.to_owned(),
        y_name: axis_name(quantity).to_owned(),
        series: curves(start, points, quantity, position),
        x_range: Some((0.0, offered.len().saturating_sub(1).max(1) as f64)),
        y_range: axis_range(quantity),
        x_names: offered.iter().map(|count| text::cells(*count)).collect(),
        ..ChartData::default()
    }
}

/// The picture as it is and as it is read.
#[component]
fn Pictures(
    /// Cells along a side.
    count: Memo<usize>,
    /// Of the permutation.
    seed: Memo<u64>,
) -> impl IntoView {
    let model = View::expect().model();
    let reading = PictureReading::new();
    let canvas = NodeRef::<html::Canvas>::new();
    Effect::new(move |_previous: Option<()>| {
        // At its own resolution, so that the cells are cut where the models see them cut.
        let picture = reading.whole(u32::MAX);
        let (count, seed) = (count.get(), seed.get());
        if let (Some(canvas), Some(picture)) = (canvas.get(), picture) {
            shuffled(&picture, count, seed).iter().for_each(|drawn| paint(&canvas, drawn));
        }
    });
    let [whole, read] = text::PICTURES;
    view! {
        <div class="experiment-maps">
            <div>
                <p class="map-name">{whole}</p>
                <PreparedPicture model step=PreprocessingStep::Cropped alt=text::ALT reading/>
            </div>
            <div>
                <p class="map-name">{read}</p>
                <canvas class="shuffled-picture" node_ref=canvas role="img" aria-label=live(move || text::drawn(count.get()))></canvas>
            </div>
        </div>
    }
}
