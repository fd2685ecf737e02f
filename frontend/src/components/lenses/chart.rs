//! A chart of curves or points, as wide as its place and with letters of the page's size, read by the pointer or by arrow keys.

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;

use crate::components::live::{live, on};
use crate::drawing::chart::{BOTTOM, ChartData, DASHES, Frame, LEFT, Layout, Name, RIGHT, Span, TOP};
use crate::i18n::number;
use crate::i18n::text::lenses as text;

/// Height of a chart.
const HEIGHT: f64 = 300.0;
/// Width until the browser has measured its place.
const FIRST_WIDTH: f64 = 640.0;
/// Half of what a letter of a number needs across.
const HALF_A_LETTER: f64 = 3.8;
/// Half the size of a marker.
const MARKER: f64 = 3.5;
/// Markers of a line: of more points only every so many has one.
const MAX_MARKERS: usize = 20;

/// A chart.
#[component]
pub fn Chart(
    /// What is drawn.
    #[prop(into)]
    data: Signal<ChartData>,
    /// What is to be seen, for those who do not see it.
    #[prop(into)]
    label: Signal<String>,
    /// What a point says, where its numbers and the names of the axes do not say it.
    #[prop(optional, into)]
    told: Option<Callback<(usize, usize), String>>,
    /// Takes series and position of a point that is clicked, or chosen by Enter.
    #[prop(optional, into)]
    on_choose: Option<Callback<(usize, usize)>>,
    /// Takes series and position of a point that is pointed at, by pointer or arrow key.
    #[prop(optional, into)]
    on_point: Option<Callback<(usize, usize)>>,
) -> impl IntoView {
    let place = NodeRef::<html::Div>::new();
    let width = width_of(place);
    let frame = move || Frame { width: width.get(), height: HEIGHT };
    let layout = Memo::new(move |_previous| data.with(|data| Layout::of(data, frame())));
    let picked = RwSignal::new(None::<(usize, usize)>);
    Effect::new(move |_previous: Option<()>| {
        if let (Some(on_point), Some(point)) = (on_point, picked.get()) {
            on_point.run(point);
        }
    });
    let point_at = move |event: PointerEvent| {
        let Some(element) = place.get_untracked() else { return };
        let bounds = element.get_bounding_client_rect();
        let at = (f64::from(event.client_x()) - bounds.left(), f64::from(event.client_y()) - bounds.top());
        picked.set(data.with_untracked(|data| layout.with_untracked(|layout| layout.nearest(data, at))));
    };
    let choose = move || {
        if let (Some(on_choose), Some(point)) = (on_choose, picked.get_untracked()) {
            on_choose.run(point);
        }
    };
    let on_key = move |event: KeyboardEvent| {
        let counts: Vec<usize> =
            data.with_untracked(|data| data.series.iter().map(|series| series.points.len()).collect());
        if counts.iter().all(|count| *count == 0) {
            return;
        }
        let (series, position) = picked.get_untracked().unwrap_or_default();
        let bounded =
            |series: usize, position: usize| (series, position.min(counts[series].saturating_sub(1)));
        let next = match event.key().as_str() {
            "ArrowRight" => bounded(series, position + 1),
            "ArrowLeft" => bounded(series, position.saturating_sub(1)),
            "ArrowDown" => bounded((series + 1) % counts.len(), position),
            "ArrowUp" => bounded((series + counts.len() - 1) % counts.len(), position),
            "Home" => (series, 0),
            "End" => bounded(series, usize::MAX - 1),
            "Enter" => {
                event.prevent_default();
                return choose();
            }
            _ => return,
        };
        event.prevent_default();
        picked.set(Some(next));
    };
    let readout = move || {
        let (series, position) = picked.get()?;
        if let Some(told) = told {
            return Some(told.run((series, position)));
        }
        data.with(|data| {
            let series = data.series.get(series)?;
            let (x, y) = *series.points.get(position)?;
            let marked =
                data.x_marks.iter().find(|(at, _name)| (at - x).abs() < 1e-9).map(|(_at, name)| name.clone());
            let named = || data.x_names.get(x.round().max(0.0) as usize).cloned();
            let at = marked.or_else(named).unwrap_or_else(|| number::value(x as f32));
            Some(text::reading(&series.name, &data.x_name, &at, &data.y_name, &number::value(y as f32)))
        })
    };
    view! {
        <div class="chart">
            <div
                class="chart-place"
                node_ref=place
                role="img"
                tabindex="0"
                aria-label=live(move || format!("{} {}", label.get(), readout().unwrap_or_default()))
                on:pointermove=on(point_at)
                on:click=on(move |_event: leptos::ev::MouseEvent| choose())
                on:keydown=on(on_key)
            >
                {move || data.with(|data| layout.with(|layout| drawn(data, layout, frame(), picked.get())))}
            </div>
            <p class="chart-readout number" aria-live="polite">{move || readout().unwrap_or_else(|| text::CHART_HINT.to_owned())}</p>
        </div>
    }
}

/// The same chart for a page without a script, in a width that suits paper.
pub fn still_chart(data: &ChartData, label: &str) -> impl IntoView + use<> {
    let frame = Frame { width: FIRST_WIDTH, height: HEIGHT };
    let layout = Layout::of(data, frame);
    view! { <div class="chart-still" role="img" aria-label=label.to_owned()>{drawn(data, &layout, frame, None)}</div> }
}

fn drawn(
    data: &ChartData,
    layout: &Layout,
    frame: Frame,
    picked: Option<(usize, usize)>,
) -> impl IntoView + use<> {
    let Frame { width, height } = frame;
    let (right, bottom) = (width - RIGHT, height - BOTTOM);
    let mut ticks: Vec<_> = Vec::new();
    let step = |ticks: &[(f64, f64)]| ticks.windows(2).next().map_or(1.0, |pair| pair[1].0 - pair[0].0);
    let (x_ticks, y_ticks) = (layout.x_ticks(), layout.y_ticks());
    let (x_step, y_step) = (step(&x_ticks), step(&y_ticks));
    let named = |(value, x): (f64, f64)| match data.x_names.is_empty() {
        true => Some((tick(value, x_step), x)),
        false if value.fract() != 0.0 || value < 0.0 => None,
        false => Some((data.x_names.get(value as usize).cloned().unwrap_or_default(), x)),
    };
    let marked = data.x_marks.iter().map(|(value, name)| (name.clone(), layout.place((*value, 0.0)).0));
    let x_ticks: Vec<_> = match data.x_marks.is_empty() {
        true => x_ticks.into_iter().filter_map(named).collect(),
        false => marked.collect(),
    };
    for (name, x) in x_ticks {
        // The last name ends where the drawing does.
        let middle = x.min(width - name.chars().count() as f64 * HALF_A_LETTER);
        ticks.push(view! {
            <g><path class="chart-tick" d=format!("M{x:.1} {bottom:.1}v5")></path><text class="chart-number" text-anchor="middle" x=middle y=bottom + 19.0>{name}</text></g>
        }.into_any());
    }
    for (value, y) in y_ticks {
        ticks.push(view! {
            <g><path class="chart-grid" d=format!("M{LEFT} {y:.1}H{right:.1}")></path><text class="chart-number" text-anchor="end" x=LEFT - 7.0 y=y + 4.5>{tick(value, y_step)}</text></g>
        }.into_any());
    }
    let several = data.series.iter().filter(|series| series.is_line).count() > 1;
    let names = layout.names(data);
    let references: Vec<_> = data.references.iter().zip(names.references).map(|(line, Name { x: name_x, y: name_y, is_end, .. })| {
        let (x, y) = layout.place((line.at, line.at));
        let path = match line.is_vertical {
            true => format!("M{x:.1} {TOP}V{bottom:.1}"),
            false => format!("M{LEFT} {y:.1}H{right:.1}"),
        };
        let anchor = if is_end { "end" } else { "start" };
        view! { <g><path class="chart-reference" d=path></path><text class="chart-reference-name" text-anchor=anchor x=name_x y=name_y>{line.name.clone()}</text></g> }
    }).collect();
    let curves: Vec<_> = data.series.iter().enumerate().map(|(index, series)| {
        let every = if series.is_line { series.points.len().div_ceil(MAX_MARKERS).max(1) } else { 1 };
        let marked = series.points.iter().step_by(every).filter(|(x, y)| x.is_finite() && y.is_finite());
        let markers: String = marked.map(|point| marker(layout.place(*point), index)).collect();
        let line = series.is_line.then(|| view! { <path class="chart-line" stroke-dasharray=DASHES[index % DASHES.len()] d=layout.path(&series.points)></path> });
        let name = names.series[index].filter(|_name| several).map(|Name { x, y, .. }| {
            view! { <text class="chart-name" text-anchor="end" x=x y=y>{series.name.clone()}</text> }
        });
        let spans: String = data.spans.iter().filter(|span| span.series == index).map(|span| whisker(layout, span)).collect();
        let spans = (!spans.is_empty()).then(|| view! { <path class="chart-span" d=spans></path> });
        view! { <g class="chart-series" data-model=series.hue>{line}{spans}<path class="chart-marker" d=markers></path>{name}</g> }
    }).collect();
    let ring =
        picked.and_then(|(series, position)| data.series.get(series)?.points.get(position)).map(|point| {
            let (x, y) = layout.place(*point);
            view! { <circle class="chart-picked" cx=x cy=y r="7"></circle> }
        });
    view! {
        <svg class="chart-drawing" width=width height=height viewBox=format!("0 0 {width} {height}") aria-hidden="true">
            <text class="chart-axis-name" x="4" y="14">{data.y_name.clone()}</text>
            <text class="chart-axis-name" text-anchor="end" x=right y=height - 6.0>{data.x_name.clone()}</text>
            {ticks}
            <path class="chart-axis" d=format!("M{LEFT} {TOP}V{bottom:.1}H{right:.1}")></path>
            {references}
            {curves}
            {ring}
        </svg>
    }
}

/// A round number with as many decimals as tell it from its neighbours.
fn tick(value: f64, step: f64) -> String {
    number::fixed(value, usize::try_from(-step.log10().floor() as i64).unwrap_or(0))
}

/// An upright line with a bar at both ends.
fn whisker(layout: &Layout, span: &Span) -> String {
    let ((x, low), (_x, high)) = (layout.place((span.x, span.low)), layout.place((span.x, span.high)));
    format!("M{:.1} {low:.1}h6m-3 0V{high:.1}m-3 0h6", x - 3.0)
}

/// A dot, a square, a diamond or a cross, so that series differ without their hue.
fn marker((x, y): (f64, f64), series: usize) -> String {
    let m = MARKER;
    match series % 4 {
        0 => format!("M{:.1} {y:.1}a{m} {m} 0 1 0 {} 0a{m} {m} 0 1 0 -{} 0", x - m, 2.0 * m, 2.0 * m),
        1 => format!("M{:.1} {:.1}h{}v{}h-{}z", x - m, y - m, 2.0 * m, 2.0 * m, 2.0 * m),
        2 => format!("M{x:.1} {:.1}l{m} {m}l-{m} {m}l-{m} -{m}z", y - m),
        _ => {
            let (left, right, top, d) = (x - m, x + m - 1.0, y - m, 2.0 * m);
            let falling = format!("M{left:.1} {top:.1}l{d} {d}l1 -1l-{d} -{d}z");
            falling + &format!("M{right:.1} {:.1}l-{d} {d}l1 1l{d} -{d}z", top - 1.0)
        }
    }
}

/// How wide an element is, measured as often as the window changes.
fn width_of(element: NodeRef<html::Div>) -> ReadSignal<f64> {
    let width = RwSignal::new(FIRST_WIDTH);
    let measure = move || {
        if let Some(element) = element.try_get_untracked().flatten() {
            let measured = f64::from(element.client_width());
            if measured > 0.0 && (measured - width.get_untracked()).abs() > 0.5 {
                width.set(measured);
            }
        }
    };
    Effect::new(move |_previous: Option<()>| {
        if element.get().is_some() {
            // Styles may come a moment later than the element.
            let later = Closure::once_into_js(measure);
            _ = window().request_animation_frame(later.unchecked_ref());
            measure();
        }
    });
    let listener = window_event_listener_untyped("resize", move |_event| measure());
    on_cleanup(move || listener.remove());
    width.read_only()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_of_all_kinds_stay_where_they_are() {
        for series in 0..4 {
            let path = marker((300.0, 120.0), series);
            let numbers: Vec<f64> = path
                .split(|letter: char| !(letter.is_ascii_digit() || letter == '.'))
                .filter_map(|text| text.parse().ok())
                .collect();
            assert!(numbers.len() >= 5, "{path}");
            let near =
                |number: &f64| [0.0, 120.0, 300.0].iter().any(|at| (number - at).abs() <= 2.0 * MARKER + 1.0);
            assert!(numbers.iter().all(near), "{series}: {path}");
        }
    }
}
