//! Probability by depth: as lines for the final answer and for the chosen class, and below them as strips of colour for all classes
//! that lead anywhere. Both share their columns, one for each layer after which the head was applied.

use leptos::prelude::*;
use shared::NodeId;

use super::LogitLensView;
use crate::components::heat_map::ColourBar;
use crate::components::lenses::tile_board::{BoardFit, TileBoard, TileChoice};
use crate::drawing::colour::Scale;
use crate::drawing::logit_lens::Depths;
use crate::drawing::tiles::TileLayout;
use crate::i18n::number;
use crate::i18n::text::lenses::logit_lens as text;
use crate::state::LensState;

/// Strips, at most.
const MAX_CAST: usize = 8;
/// Names of columns, at most, so that they do not touch.
const MAX_NAMES: usize = 14;
/// Height of the lines.
const CHART_PX: f64 = 180.0;
/// Height of a strip with its name.
const ROW_PX: f64 = 40.0;
/// Height of a strip.
const STRIP_PX: f64 = 18.0;
/// Room above the lines for the topmost number.
const TOP_PX: f64 = 14.0;
/// Height of the names of the columns.
const NAMES_PX: f64 = 24.0;

/// Lines and strips.
#[component]
pub fn Course(
    /// The lens.
    lens: LogitLensView,
) -> impl IntoView {
    let state = LensState::new();
    let layout = Memo::new(move |_previous| {
        TileLayout::matrix(1, lens.depths.with(|depths| depths.as_ref().map_or(1, |depths| depths.count())))
    });
    let choice = TileChoice {
        marked: Signal::derive(move || Some(lens.entry.get())),
        point: Callback::new(move |entry: Option<usize>| lens.pointed.set(entry)),
        choose: Callback::new(move |entry: usize| {
            lens.pointed.set(None);
            state.set("entry", entry);
        }),
    };
    let label = move || {
        let (depths, nodes) = (lens.depths.get()?, lens.nodes());
        let (answer, entry) = (depths.answer(), lens.entry.get());
        Some(text::chart_label(
            nodes.get(entry)?.as_str(),
            &lens.label(answer),
            depths.probability(entry, answer),
        ))
    };
    let legend = move || {
        let answer = lens.depths.get()?.answer();
        let other = lens.class.get().filter(|class| *class != answer);
        Some(view! {
            <p class="logit-legend">
                <span class="logit-key is-answer">{text::answer(&lens.label(answer))}</span>
                {other.map(|class| view! { <span class="logit-key is-other">{lens.label(class)}</span> })}
            </p>
        })
    };
    let drawing = move || {
        let depths = lens.depths.get()?;
        Some(drawing(&depths, &lens.nodes(), lens.class.get(), &|class| lens.label(class)))
    };
    view! {
        <div class="logit-course">
            {legend}
            <TileBoard
                layout=layout
                choice=choice
                label=Signal::derive(move || label().unwrap_or_default())
                fit=BoardFit::Natural
            >
                {drawing}
            </TileBoard>
            <ColourBar scale=Scale::Sequential range=Signal::stored(Some((0.0, 1.0))) quantity=text::PROBABILITY/>
        </div>
    }
}

/// The whole drawing. Positions along the depth are parts of the width, so that letters keep their size on every screen.
fn drawing(
    depths: &Depths,
    nodes: &[NodeId],
    class: Option<usize>,
    label: &dyn Fn(usize) -> String,
) -> impl IntoView + use<> {
    let cast = depths.cast(MAX_CAST, class);
    let strips_top = TOP_PX + CHART_PX + NAMES_PX;
    let height = strips_top + ROW_PX * cast.len() as f64;
    let answer = depths.answer();
    let other = class
        .filter(|class| *class != answer)
        .map(|class| line(&depths.course(class), "logit-line is-other"));
    let levels = [0.0, 0.5, 1.0].map(|level| {
        let y = TOP_PX + CHART_PX * (1.0 - level);
        view! {
            <line class="logit-level" x1="0" x2="100%" y1=y y2=y/>
            <text class="logit-number" x="0" y=y - 3.0>{number::percent(level as f32)}</text>
        }
    });
    let strips = cast.iter().enumerate().map(|(index, class)| {
        strip(&depths.course(*class), &label(*class), strips_top + ROW_PX * index as f64)
    });
    view! {
        <svg class="logit-drawing" width="100%" height=height aria-hidden="true">
            {levels}
            {other}
            {line(&depths.course(answer), "logit-line is-answer")}
            {names(nodes)}
            {strips.collect::<Vec<_>>()}
        </svg>
    }
}

fn line(course: &[f32], class: &'static str) -> impl IntoView + use<> {
    let points: Vec<String> = course
        .iter()
        .enumerate()
        .map(|(index, probability)| format!("{:.2},{:.4}", index as f64 + 0.5, 1.0 - probability))
        .collect();
    let dots = course.iter().enumerate().map(|(index, probability)| {
        let x = format!("{:.3}%", middle(index, course.len()));
        view! { <circle class=class cx=x cy=TOP_PX + CHART_PX * f64::from(1.0 - probability) r="3"/> }
    });
    view! {
        <svg x="0" y=TOP_PX width="100%" height=CHART_PX viewBox=format!("0 0 {} 1", course.len()) preserveAspectRatio="none" overflow="visible">
            <polyline class=class points=points.join(" ") vector-effect="non-scaling-stroke"/>
        </svg>
        {dots.collect::<Vec<_>>()}
    }
}

fn names(nodes: &[NodeId]) -> impl IntoView + use<> {
    let every = nodes.len().div_ceil(MAX_NAMES).max(1);
    let name = |(index, node): (usize, &NodeId)| {
        let x = format!("{:.3}%", middle(index, nodes.len()));
        view! { <text class="logit-number" x=x y=TOP_PX + CHART_PX + 16.0 text-anchor="middle">{text::column(node.as_str())}</text> }
    };
    let shown = nodes.iter().enumerate().filter(|(index, _node)| index % every == 0);
    shown.map(name).collect::<Vec<_>>()
}

fn strip(course: &[f32], label: &str, top: f64) -> impl IntoView + use<> {
    let count = course.len().max(1) as f64;
    let cell = |(index, probability): (usize, &f32)| {
        let [red, green, blue] = Scale::Sequential.colour(*probability);
        let (x, width) = (format!("{:.3}%", index as f64 / count * 100.0), format!("{:.3}%", 100.0 / count));
        view! { <rect x=x y=top + ROW_PX - STRIP_PX width=width height=STRIP_PX fill=format!("#{red:02x}{green:02x}{blue:02x}")/> }
    };
    let last = course.last().copied().unwrap_or_default();
    view! {
        <text class="logit-name" x="0" y=top + ROW_PX - STRIP_PX - 5.0>{label.to_owned()}</text>
        <text class="logit-number" x="100%" dx="-6" y=top + ROW_PX - STRIP_PX - 5.0 text-anchor="end">{number::percent(last)}</text>
        {course.iter().enumerate().map(cell).collect::<Vec<_>>()}
    }
}

/// The middle of a column in percent of the width.
fn middle(index: usize, count: usize) -> f64 {
    (index as f64 + 0.5) / count.max(1) as f64 * 100.0
}
