//! The chart of distances by depth: a dot for each head, a line for the CNN, two lines across.

use std::sync::Arc;

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::prelude::*;
use leptos::svg;

use super::Distances;
use crate::components::live::{live, on};
use crate::drawing::attention_reach::{FieldReach, ReachPlot};
use crate::i18n::text::lenses::attention_distance as text;

/// Size of the plot in units of the drawing, and the room around it.
const WIDTH: f64 = 860.0;
const HEIGHT: f64 = 360.0;
const LEFT: f64 = 56.0;
const TOP: f64 = 12.0;
const BELOW: f64 = 34.0;
/// How near a dot the pointer must be.
const NEAR: f64 = 24.0;

/// The chart with its legend.
#[component]
pub fn Chart(
    /// Of all heads.
    #[prop(into)]
    distances: Signal<Option<Arc<Distances>>>,
    /// Of the CNN's layers.
    fields: StoredValue<Vec<FieldReach>>,
    /// Names of the ViT and of the CNN.
    names: StoredValue<(String, String)>,
    /// Block and head that are chosen.
    #[prop(into)]
    chosen: Signal<Option<(usize, usize)>>,
    /// Block and head under the pointer.
    pointed: RwSignal<Option<(usize, usize)>>,
    /// What a dot says.
    told: Callback<(usize, usize), String>,
    /// Takes block and head.
    #[prop(into)]
    on_choose: Callback<(usize, usize)>,
) -> impl IntoView {
    let drawing = NodeRef::<svg::Svg>::new();
    let plot = Memo::new(move |_previous| {
        let of_fields =
            fields.with_value(|fields| fields.iter().map(|field| field.even_px).fold(0.0, f64::max));
        let of_heads = distances.with(|found| {
            let found = found.as_ref()?;
            Some(
                found
                    .values_px
                    .iter()
                    .fold(found.uniform_px, |largest, value| largest.max(f64::from(*value))),
            )
        });
        ReachPlot::holding(WIDTH, HEIGHT, of_heads.unwrap_or(0.0).max(of_fields))
    });
    let marked = move || pointed.get().or_else(|| chosen.get());
    let under = move |event: &PointerEvent| {
        let bounds = drawing.get_untracked()?.get_bounding_client_rect();
        let scale = (LEFT + WIDTH) / bounds.width();
        let x = (f64::from(event.client_x()) - bounds.left()) * scale - LEFT;
        let y = (f64::from(event.client_y()) - bounds.top()) * scale - TOP;
        let (plot, found) = (plot.get_untracked(), distances.get_untracked()?);
        let place = plot.nearest(&found.values_px, found.heads, (x, y))?;
        let at = at(plot, &found, place)?;
        ((at.0 - x).hypot(at.1 - y) < NEAR).then_some(place)
    };
    let label = move || {
        distances.with(|found| {
            let values = found.iter().flat_map(|found| found.values_px.iter().copied());
            let (least, largest) =
                values.fold((f32::INFINITY, 0.0_f32), |(low, high), value| (low.min(value), high.max(value)));
            let said = marked().map(|place| told.run(place));
            text::label(said.as_deref(), if least.is_finite() { least } else { 0.0 }, largest)
        })
    };
    let step = move |event: KeyboardEvent| {
        let Some(found) = distances.get_untracked() else { return };
        let (block, head) = chosen.get_untracked().unwrap_or((0, 0));
        let (last_block, last_head) = (found.blocks.len() - 1, found.heads - 1);
        let to = match event.key().as_str() {
            "ArrowLeft" => (block.saturating_sub(1), head),
            "ArrowRight" => ((block + 1).min(last_block), head),
            "ArrowUp" => (block, (head + 1).min(last_head)),
            "ArrowDown" => (block, head.saturating_sub(1)),
            _ => return,
        };
        event.prevent_default();
        pointed.set(None);
        on_choose.run(to);
    };
    let viewed = format!("0 0 {} {}", LEFT + WIDTH, TOP + HEIGHT + BELOW);
    view! {
        <div
            class="reach-chart"
            role="img"
            tabindex="0"
            aria-label=live(label)
            on:pointermove=on(move |event| pointed.set(under(&event)))
            on:pointerleave=on(move |_event| pointed.set(None))
            on:pointerdown=on(move |event| under(&event).into_iter().for_each(|place| on_choose.run(place)))
            on:keydown=on(step)
        >
            <p class="map-name">{text::AXIS}</p>
            <svg viewBox=viewed node_ref=drawing aria-hidden="true">
                <g transform=format!("translate({LEFT} {TOP})")>
                    {move || axes(plot.get())}
                    {move || distances.get().map(|found| references(plot.get(), &found))}
                    {move || fields.with_value(|fields| field_line(plot.get(), fields))}
                    {move || distances.get().map(|found| dots(plot.get(), &found))}
                    {move || {
                        let (x, y) = at(plot.get(), &*distances.get()?, marked()?)?;
                        Some(view! { <circle class="reach-chosen" cx=x cy=y r="9"/> })
                    }}
                </g>
            </svg>
            <ul class="reach-legend">
                <li data-model="vit"><svg viewBox="0 0 24 12" aria-hidden="true"><circle class="reach-dot" cx="12" cy="6" r="5"/></svg>{names.with_value(|(vit, _cnn)| text::heads_of(vit))}</li>
                <li data-model="resnet"><svg viewBox="0 0 24 12" aria-hidden="true"><path class="reach-field" d="M0 6H24"/></svg>{names.with_value(|(_vit, cnn)| text::fields_of(cnn))}</li>
                {move || distances.get().map(|found| view! {
                    <li><svg viewBox="0 0 24 12" aria-hidden="true"><path class="reach-even" d="M0 6H24"/></svg>{text::uniform(found.uniform_px)}</li>
                    <li><svg viewBox="0 0 24 12" aria-hidden="true"><path class="reach-near" d="M0 6H24"/></svg>{text::neighbourhood(found.neighbourhood_px)}</li>
                })}
            </ul>
        </div>
    }
}

fn at(plot: ReachPlot, found: &Distances, (block, head): (usize, usize)) -> Option<(f64, f64)> {
    let distance = found.of((block, head))?;
    let x = plot.head_x((block, found.blocks.len()), (head, found.heads));
    Some((x, plot.y(f64::from(distance))))
}

fn axes(plot: ReachPlot) -> impl IntoView {
    let ticks: Vec<_> = plot
        .ticks()
        .into_iter()
        .map(|tick| {
            let y = plot.y(tick);
            view! {
                <path class="reach-grid" d=format!("M0 {y}H{WIDTH}")/>
                <text class="reach-tick" x="-8" y=y + 5.0 text-anchor="end">{format!("{tick:.0}")}</text>
            }
        })
        .collect();
    let below = HEIGHT + 24.0;
    view! {
        {ticks}
        <text class="reach-tick" x="0" y=below>{text::DEPTH[0]}</text>
        <text class="reach-tick" x=WIDTH / 2.0 y=below text-anchor="middle">{text::DEPTH_NAME}</text>
        <text class="reach-tick" x=WIDTH y=below text-anchor="end">{text::DEPTH[1]}</text>
    }
}

fn references(plot: ReachPlot, found: &Distances) -> impl IntoView + use<> {
    let line = |distance: f64| format!("M0 {y}H{WIDTH}", y = plot.y(distance));
    view! {
        <path class="reach-even" d=line(found.uniform_px)/>
        <path class="reach-near" d=line(found.neighbourhood_px)/>
    }
}

fn field_line(plot: ReachPlot, fields: &[FieldReach]) -> impl IntoView + use<> {
    let point = |(layer, field): (usize, &FieldReach)| (plot.x(layer, fields.len()), plot.y(field.even_px));
    let points: Vec<(f64, f64)> = fields.iter().enumerate().map(point).collect();
    let line: String = points
        .iter()
        .enumerate()
        .map(|(index, (x, y))| format!("{}{x:.1} {y:.1}", if index == 0 { 'M' } else { 'L' }))
        .collect();
    let marks: Vec<_> = points
        .into_iter()
        .map(|(x, y)| view! { <rect class="reach-layer" x=x - 3.5 y=y - 3.5 width="7" height="7"/> })
        .collect();
    view! { <g data-model="resnet"><path class="reach-field" d=line/>{marks}</g> }
}

fn dots(plot: ReachPlot, found: &Distances) -> impl IntoView + use<> {
    let places = (0..found.values_px.len()).map(|index| (index / found.heads, index % found.heads));
    let dots: Vec<_> = places
        .filter_map(|place| at(plot, found, place))
        .map(|(x, y)| view! { <circle class="reach-dot" cx=x cy=y r="4.5"/> })
        .collect();
    view! { <g data-model="vit">{dots}</g> }
}
