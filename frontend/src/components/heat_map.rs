//! Dense values as colours on a canvas, at the resolution that they have, with the value under the shared cursor and a colour
//! bar with numbers. What the values mean is the caller's to say.

use std::sync::Arc;

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

use crate::components::live::{live, on};
use crate::drawing::colour::Scale;
use crate::drawing::grid::Grid;
use crate::i18n::{number, text::shell as text};
use crate::state::Cursor;

/// Cells of a colour bar.
const BAR_STEPS: usize = 96;

/// A map of values over the square that the model sees. Pointing at it moves the cursor that all views share.
#[component]
pub fn HeatMap(
    /// The values; `None` while they are on their way.
    #[prop(into)]
    grid: Signal<Option<Arc<Grid>>>,
    /// How values become colours.
    scale: Scale,
    /// Values at the ends of the scale, for maps that share one; each map's own where `None`.
    #[prop(optional, into)]
    range: Signal<Option<(f32, f32)>>,
    /// What is to be seen, for those who do not see it.
    #[prop(into)]
    label: Signal<String>,
    /// Whether the picture shines through from below.
    #[prop(optional)]
    over_picture: bool,
    /// Whether the place chosen last is outlined while nobody points.
    #[prop(optional)]
    shows_choice: bool,
    /// Whether it is one of several small ones, which the keyboard need not visit one by one.
    #[prop(optional)]
    is_small: bool,
    /// Whether it shows no picture, such as a kernel: pointing at it then moves nothing.
    #[prop(optional)]
    is_apart: bool,
) -> impl IntoView {
    let cursor = Cursor::expect();
    let position = move || match () {
        () if is_apart => None,
        () if shows_choice => Some(cursor.place()),
        () => cursor.position(),
    };
    let canvas = NodeRef::<html::Canvas>::new();
    Effect::new(move |_previous: Option<()>| {
        if let (Some(canvas), Some(grid)) = (canvas.get(), grid.get()) {
            draw(&canvas, &grid, scale, range.get().unwrap_or_else(|| scale.range(&grid)));
        }
    });
    let pointed = move |event: &PointerEvent| {
        let bounds = canvas.get_untracked().filter(|_canvas| !is_apart)?.get_bounding_client_rect();
        let x = (f64::from(event.client_x()) - bounds.left()) / bounds.width();
        let y = (f64::from(event.client_y()) - bounds.top()) / bounds.height();
        Some((x, y))
    };
    view! {
        <div
            class="heat-map"
            class:is-over-picture=over_picture
            class:is-waiting=move || grid.with(Option::is_none)
            role="img"
            tabindex=(!is_small && !is_apart).then_some("0")
            aria-label=live(move || described(&label.get(), grid.get().as_deref(), position()))
            on:pointermove=on(move |event| cursor.point_at(pointed(&event)))
            on:pointerdown=on(move |event| pointed(&event).into_iter().for_each(|place| cursor.choose(place)))
            on:pointerleave=on(move |_event| cursor.point_at(None))
            on:keydown=on(move |event| step(cursor, grid.get_untracked().as_deref(), &event))
        >
            <canvas node_ref=canvas aria-hidden="true"></canvas>
            {move || grid.get().map(|grid| cell_outline(&grid, position()))}
        </div>
    }
}

/// The ends of a scale in numbers, and the colours between.
#[component]
pub fn ColourBar(
    /// The scale.
    scale: Scale,
    /// Values at its ends; `None` while they are not known.
    #[prop(into)]
    range: Signal<Option<(f32, f32)>>,
    /// What is measured.
    #[prop(into)]
    quantity: Signal<String>,
) -> impl IntoView {
    let canvas = NodeRef::<html::Canvas>::new();
    Effect::new(move |_previous: Option<()>| {
        if let Some(canvas) = canvas.get() {
            let values = (0..BAR_STEPS).map(|step| step as f32 / (BAR_STEPS - 1) as f32).collect();
            draw(&canvas, &Grid { rows: 1, columns: BAR_STEPS, values }, scale, (0.0, 1.0));
        }
    });
    let end = move |pick: fn((f32, f32)) -> f32| {
        range.get().map_or_else(|| "\u{2007}".to_owned(), |range| number::value(pick(range)))
    };
    view! {
        <div class="colour-bar">
            <span class="colour-bar-quantity">{move || quantity.get()}</span>
            <span class="number">{move || end(|range| range.0)}</span>
            <canvas node_ref=canvas aria-hidden="true"></canvas>
            <span class="number">{move || end(|range| range.1)}</span>
        </div>
    }
}

/// The value of the cell at a place, as `Row 3, column 5: 0.12.`
pub fn value_at(grid: &Grid, place: (f64, f64)) -> Option<String> {
    let cell = grid.cell_at(place);
    Some(text::cell_value(cell.row, cell.column, &number::value(grid.value(cell)?)))
}

fn described(label: &str, grid: Option<&Grid>, position: Option<(f64, f64)>) -> String {
    match grid.zip(position).and_then(|(grid, place)| value_at(grid, place)) {
        Some(value) => format!("{label} {value}"),
        None => label.to_owned(),
    }
}

/// Draws a grid on a canvas, a pixel a cell.
pub fn draw(canvas: &HtmlCanvasElement, grid: &Grid, scale: Scale, range: (f32, f32)) {
    let (width, height) = (grid.columns as u32, grid.rows as u32);
    canvas.set_width(width);
    canvas.set_height(height);
    let context = canvas.get_context("2d").ok().flatten();
    let context = context.and_then(|context| context.dyn_into::<CanvasRenderingContext2d>().ok());
    let pixels = scale.pixels(grid, range);
    let image = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&pixels), width, height);
    if let (Some(context), Ok(image)) = (context, image) {
        // Fails only for values that are not finite, and these are whole numbers.
        _ = context.put_image_data(&image, 0.0, 0.0);
    }
}

fn cell_outline(grid: &Grid, position: Option<(f64, f64)>) -> impl IntoView + use<> {
    let (rows, columns) = (grid.rows, grid.columns);
    let cell = position.map(|position| grid.cell_at(position));
    view! {
        <svg class="heat-map-cursor" viewBox=format!("0 0 {columns} {rows}") preserveAspectRatio="none" aria-hidden="true">
            {cell.map(|cell| view! {
                <rect class="cursor-halo" x=cell.column y=cell.row width="1" height="1"/>
                <rect class="cursor-ring" x=cell.column y=cell.row width="1" height="1"/>
            })}
        </svg>
    }
}

/// Arrow keys move the cursor by one cell, Escape removes it.
fn step(cursor: Cursor, grid: Option<&Grid>, event: &KeyboardEvent) {
    let Some(grid) = grid else { return };
    let (right, down) = match event.key().as_str() {
        "ArrowLeft" => (-1.0, 0.0),
        "ArrowRight" => (1.0, 0.0),
        "ArrowUp" => (0.0, -1.0),
        "ArrowDown" => (0.0, 1.0),
        "Escape" => return cursor.point_at(None),
        _ => return,
    };
    event.prevent_default();
    let position = untrack(move || cursor.place());
    let cell = grid.cell_at(position);
    let moved = |index: usize, step: f64, count: usize| {
        (index as f64 + 0.5 + step).clamp(0.5, count as f64 - 0.5) / count as f64
    };
    cursor.choose((moved(cell.column, right, grid.columns), moved(cell.row, down, grid.rows)));
}
