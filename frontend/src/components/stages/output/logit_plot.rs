//! Every logit as a column, in the order of the classes or of their rank. Pointing at a column, or walking with the arrow keys,
//! names it.

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::html;
use leptos::prelude::*;
use shared::Predictions;

use super::OutputView;
use crate::components::figure::Figure;
use crate::components::live::{live, on};
use crate::components::stages::answers::{comparable_answer, ranked};
use crate::components::stages::class_keys;
use crate::components::stages::options::Options;
use crate::drawing::axis::Axis;
use crate::drawing::columns::columns;
use crate::i18n::number;
use crate::i18n::text::stages::output as text;
use crate::state::{Models, View};

/// Classes that stand out.
const NUM_TOP: usize = 5;
/// Most numbers on the axis.
const MAX_TICKS: usize = 6;
/// Position of the option "by rank".
const BY_RANK: usize = 1;

/// The columns of the plot, from left to right.
#[derive(Clone, Debug, Default, PartialEq)]
struct Plot {
    /// Class index and logit of each.
    columns: Vec<(usize, f64)>,
    /// Positions of the classes that rank first.
    top: Vec<usize>,
}

/// The figure.
#[component]
pub fn LogitPlot(
    /// The stage.
    output: OutputView,
) -> impl IntoView {
    let order = RwSignal::new(0_usize);
    let plot = Memo::new(move |_previous| {
        output
            .answer
            .with(|answer| answer.as_ref().map(|answer| plot_of(answer, order.get() == BY_RANK)))
            .unwrap_or_default()
    });
    let axis = Memo::new(move |_previous| {
        plot.with(|plot| Axis::around_zero(plot.columns.iter().map(|(_class, logit)| *logit)))
    });
    let title = move || {
        output.answer.with(|answer| text::plot_title(answer.as_ref().map(|answer| answer.classes.as_slice())))
    };
    view! {
        <Figure title=Signal::derive(title) explanation=Signal::derive(move || text::plot_explanation(NUM_TOP, order.get() == BY_RANK))>
            <div class="plot-head">
                <Readout output/>
                <Options label=text::ORDER names=text::ORDERS.map(str::to_owned).to_vec() chosen=order/>
            </div>
            <div class="plot">
                <svg class="plot-axis number" width="100%" height="100%" aria-hidden="true">
                    {move || axis.get().ticks(MAX_TICKS).into_iter().map(|tick| view! {
                        <text x="100%" y=format!("{:.2}%", (1.0 - axis.get().position(tick)) * 100.0) dy="0.32em">
                            {text::tick(tick)}
                        </text>
                    }).collect::<Vec<_>>()}
                </svg>
                <Columns output plot axis/>
                <p class="plot-x number" aria-hidden="true">
                    <span>"1"</span>
                    <span>{move || text::plot_axis(order.get() == BY_RANK)}</span>
                    <span>{move || plot.with(|plot| plot.columns.len())}</span>
                </p>
            </div>
        </Figure>
    }
}

/// The columns themselves: a slider over the classes.
#[component]
fn Columns(
    /// The stage.
    output: OutputView,
    /// From left to right.
    plot: Memo<Plot>,
    /// Of the logits.
    axis: Memo<Axis>,
) -> impl IntoView {
    let area = NodeRef::<html::Div>::new();
    let chosen = Memo::new(move |_previous| {
        let class = output.class()?;
        plot.with(|plot| plot.columns.iter().position(|column| column.0 == class))
    });
    let choose = move |position: usize| {
        let class = plot.with_untracked(|plot| plot.columns.get(position).map(|column| column.0));
        output.chosen.set(class);
    };
    let point = move |event: PointerEvent| {
        if let Some(area) = area.get_untracked() {
            let bounds = area.get_bounding_client_rect();
            let part = ((f64::from(event.client_x()) - bounds.left()) / bounds.width()).clamp(0.0, 0.999_999);
            choose((part * plot.with_untracked(|plot| plot.columns.len()) as f64) as usize);
        }
    };
    let walk = move |event: KeyboardEvent| {
        if event.key() == "Escape" && output.chosen.get_untracked().is_some() {
            // Escape lets go of the class first, and closes the stage only then.
            event.stop_propagation();
            return output.chosen.set(None);
        }
        let count = plot.with_untracked(|plot| plot.columns.len());
        let next = class_keys::step(&event, chosen.get_untracked().unwrap_or_default(), count);
        next.into_iter().for_each(choose);
    };
    let path = move |is_drawn: fn(&Plot, usize) -> bool| {
        plot.with(|plot| {
            let drawn =
                plot.columns.iter().enumerate().filter(|(position, _column)| is_drawn(plot, *position));
            columns(&axis.get(), drawn.map(|(position, column)| (position, column.1)))
        })
    };
    let chosen_path = move || {
        let position = chosen.get()?;
        let logit = plot.with(|plot| plot.columns.get(position).map(|column| column.1))?;
        Some(columns(&axis.get(), [(position, logit)].into_iter()))
    };
    let grid = move || {
        let lines = axis.get().ticks(MAX_TICKS).into_iter();
        let width = plot.with(|plot| plot.columns.len());
        lines.map(|tick| format!("M0 {:.4}h{width}", 1.0 - axis.get().position(tick))).collect::<String>()
    };
    view! {
        <div
            class="plot-area"
            node_ref=area
            role="slider"
            tabindex="0"
            aria-label=text::PLOT_KEYS
            aria-valuemin="1"
            aria-valuemax=live(move || plot.with(|plot| plot.columns.len().max(1)))
            aria-valuenow=live(move || chosen.get().unwrap_or_default() + 1)
            aria-valuetext=live(move || readout(output))
            on:pointermove=on(point)
            on:pointerdown=on(point)
            on:keydown=on(walk)
        >
            <svg viewBox=live(move || format!("0 0 {} 1", plot.with(|plot| plot.columns.len().max(1)))) preserveAspectRatio="none" aria-hidden="true">
                <path class="plot-grid" d=grid/>
                <path class="plot-rest" d=live(move || path(|plot, position| !plot.top.contains(&position)))/>
                <path class="plot-top" d=live(move || path(|plot, position| plot.top.contains(&position)))/>
                <path class="plot-chosen" d=chosen_path/>
            </svg>
        </div>
    }
}

/// The class that is singled out, in words, and where the other model ranks it.
#[component]
fn Readout(
    /// The stage.
    output: OutputView,
) -> impl IntoView {
    let (model, models) = (View::expect().model(), Models::expect());
    let other = comparable_answer();
    let elsewhere = move || {
        let class = output.class()?;
        other.with(|other| {
            let (rank, score) = ranked(other.as_ref()?, class)?;
            let name = &models.info(model.get().other()).name;
            Some(text::elsewhere(name, rank, &number::percent(score.probability)))
        })
    };
    view! {
        <p class="plot-readout">
            <span class="number">{move || readout(output)}</span>
            <span class="muted number">{elsewhere}</span>
        </p>
    }
}

fn readout(output: OutputView) -> String {
    let Some(class) = output.class() else { return String::new() };
    output.answer.with(|answer| {
        let Some((rank, score)) = answer.as_ref().and_then(|answer| ranked(answer, class)) else {
            return String::new();
        };
        let (logit, probability) = (number::value(score.logit), number::percent(score.probability));
        text::readout((&score.label, rank), &logit, &probability)
    })
}

fn plot_of(answer: &Predictions, is_by_rank: bool) -> Plot {
    let mut columns: Vec<(usize, f64)> =
        answer.classes.iter().map(|class| (class.index, f64::from(class.logit))).collect();
    let top: Vec<usize> = columns.iter().take(NUM_TOP).map(|column| column.0).collect();
    if !is_by_rank {
        columns.sort_by_key(|column| column.0);
    }
    let position = |class: usize| columns.iter().position(|column| column.0 == class);
    let top = top.into_iter().filter_map(position).collect();
    Plot { columns, top }
}
