//! A histogram with upright lines of reference, as wide as there is room: positions are shares of the chart, so that words keep their size.

use leptos::prelude::*;

use crate::components::live::live;

/// A bar. Positions and lengths are from 0 to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// Its left edge.
    pub left: f64,
    /// Its width, with the gap to the next.
    pub width: f64,
    /// Its height.
    pub height: f64,
    /// What it stands for.
    pub tip: String,
    /// Whether it is one of those that are spoken of.
    pub is_chosen: bool,
}

/// A line of reference.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Where, from the left.
    pub at: f64,
    /// What it stands for.
    pub name: String,
}

/// What a chart of bars shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BarChart {
    /// The bars.
    pub bars: Vec<Bar>,
    /// Upright lines.
    pub uprights: Vec<Mark>,
    /// Names below the first and the last bar.
    pub ends: [String; 2],
}

/// Share of a bar's room that stays free.
const GAP: f64 = 0.18;
/// Rows of words at upright lines, in pixels.
const WORD_ROW_PX: f64 = 18.0;

/// The chart.
#[component]
pub fn Bars(
    /// What it shows.
    #[prop(into)]
    chart: Signal<BarChart>,
    /// What is to be seen, for those who do not see it.
    #[prop(into)]
    label: Signal<String>,
) -> impl IntoView {
    let drawn = move || {
        let BarChart { bars, uprights, .. } = chart.get();
        let bars: Vec<_> = bars.into_iter().map(drawn_bar).collect();
        let rows = uprights.len();
        let uprights: Vec<_> =
            uprights.into_iter().enumerate().map(|(row, mark)| upright(mark, rows - row)).collect();
        view! { {bars} {uprights} }
    };
    let end = move |position: usize| chart.with(|chart| chart.ends[position].clone());
    view! {
        <div class="bars">
            <svg class="bars-plot" class:has-words=move || chart.with(|chart| !chart.uprights.is_empty()) role="img" aria-label=live(move || label.get())>{drawn}</svg>
            <p class="bars-ends" aria-hidden="true"><span>{move || end(0)}</span><span>{move || end(1)}</span></p>
        </div>
    }
}

fn percent(share: f64) -> String {
    format!("{:.3}%", share * 100.0)
}

fn drawn_bar(bar: Bar) -> impl IntoView {
    let (x, width) = (percent(bar.left + bar.width * GAP / 2.0), percent(bar.width * (1.0 - GAP)));
    view! {
        <rect class="bar" class:is-chosen=bar.is_chosen x=x y=percent(1.0 - bar.height) width=width height=percent(bar.height)>
            <title>{bar.tip}</title>
        </rect>
    }
}

/// Words stand above the bars, each in a row of its own, to the side where there is more room.
fn upright(Mark { at, name }: Mark, rows_up: usize) -> impl IntoView {
    let (x, top) = (percent(at), -WORD_ROW_PX * rows_up as f64);
    let (anchor, aside) = if at > 0.55 { ("end", "-5") } else { ("start", "5") };
    view! {
        <line class="bars-line" x1=x.clone() x2=x.clone() y1=top + 2.0 y2="100%"/>
        <text class="bars-word" x=x y=top + WORD_ROW_PX * 0.75 dx=aside text-anchor=anchor>{name}</text>
    }
}
