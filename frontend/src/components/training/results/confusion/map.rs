//! The part of the matrix that is in view, drawn anew as it is zoomed and moved.

use leptos::ev::{KeyboardEvent, MouseEvent, PointerEvent, WheelEvent};
use leptos::html;
use leptos::prelude::*;

use super::{Matrix, RANGE};
use crate::components::heat_map::draw;
use crate::components::live::{live, on};
use crate::drawing::colour::Scale;
use crate::drawing::confusion::{MAX_NAMED, Window};
use crate::drawing::grid::Cell;
use crate::i18n::text::training::results as text;

/// Pixels that a press has to move before it is a drag and no click.
const DRAG_PX: f64 = 4.0;

/// A press that may become a drag.
#[derive(Clone, Copy)]
struct Press {
    x: f64,
    y: f64,
    window: Window,
    is_drag: bool,
}

/// The map.
#[component]
pub fn Map(
    /// What it shows.
    matrix: Matrix,
    /// What is to be seen, for those who do not see it.
    title: Signal<String>,
) -> impl IntoView {
    let canvas = NodeRef::<html::Canvas>::new();
    let Matrix { shares, window, at, opened, .. } = matrix;
    Effect::new(move |_previous: Option<()>| {
        if let Some(canvas) = canvas.get() {
            let part = shares.with_value(|shares| window.get().part_of(shares));
            draw(&canvas, &part, Scale::Sequential, RANGE);
        }
    });
    let press = StoredValue::new(None::<Press>);
    let place = move |x: i32, y: i32| {
        let bounds = canvas.get_untracked()?.get_bounding_client_rect();
        Some((
            (f64::from(x) - bounds.left()) / bounds.width(),
            (f64::from(y) - bounds.top()) / bounds.height(),
        ))
    };
    let on_move = move |event: PointerEvent| {
        let Some(place) = place(event.client_x(), event.client_y()) else { return };
        let side = window.get_untracked().side as f64;
        if let Some(pressed) = press.get_value().filter(|_press| event.buttons() & 1 == 1) {
            let width =
                canvas.get_untracked().map_or(1.0, |canvas| canvas.get_bounding_client_rect().width());
            let (x, y) = (f64::from(event.client_x()) - pressed.x, f64::from(event.client_y()) - pressed.y);
            let is_drag = pressed.is_drag || x.hypot(y) > DRAG_PX;
            press.set_value(Some(Press { is_drag, ..pressed }));
            if is_drag {
                return window.set(pressed.window.moved(-y / width * side, -x / width * side));
            }
        }
        at.set(Some(window.get_untracked().cell_at(place)));
    };
    let on_down = move |event: PointerEvent| {
        let (x, y) = (f64::from(event.client_x()), f64::from(event.client_y()));
        press.set_value(Some(Press { x, y, window: window.get_untracked(), is_drag: false }));
    };
    let on_click = move |event: MouseEvent| {
        let was_drag = press.get_value().is_some_and(|press| press.is_drag);
        press.set_value(None);
        if !was_drag && let Some(place) = place(event.client_x(), event.client_y()) {
            opened.set(Some(window.get_untracked().cell_at(place)));
        }
    };
    // Scrolling goes on scrolling the page; with Ctrl, as pinching does, it zooms.
    let on_wheel = move |event: WheelEvent| {
        if event.ctrl_key()
            && let Some(place) = place(event.client_x(), event.client_y())
        {
            event.prevent_default();
            let now = window.get_untracked();
            window.set(now.zoomed(now.cell_at(place), event.delta_y() < 0.0));
        }
    };
    let on_key = move |event: KeyboardEvent| step(matrix, &event);
    let readout = move || at.get().or_else(|| opened.get()).map(|cell| matrix.readout(cell));
    view! {
        <div class="confusion-frame">
            <p class="confusion-axes muted" aria-hidden="true"><span>{text::CONFUSION_ROWS}" ↓"</span><span>{text::CONFUSION_COLUMNS}" →"</span></p>
            <div
                class="heat-map confusion-map"
                role="application"
                tabindex="0"
                aria-label=live(move || format!("{} {}", title.get(), text::CONFUSION_EXPLANATION))
                on:pointermove=on(on_move)
                on:pointerdown=on(on_down)
                on:pointerleave=on(move |_event: PointerEvent| at.set(None))
                on:click=on(on_click)
                on:wheel=on(on_wheel)
                on:keydown=on(on_key)
            >
                <canvas node_ref=canvas aria-hidden="true"></canvas>
                {move || overlay(window.get(), at.get(), opened.get())}
            </div>
            {move || names(matrix, window.get())}
        </div>
        <p class="map-value number" role="status">{move || readout().unwrap_or_else(|| "\u{2007}".to_owned())}</p>
    }
}

/// Arrow keys go from cell to cell and take the window along; plus, minus and 0 zoom; Enter opens.
fn step(matrix: Matrix, event: &KeyboardEvent) {
    let Matrix { window, at, opened, .. } = matrix;
    let now = window.get_untracked();
    let cell =
        at.get_untracked().or(opened.get_untracked()).unwrap_or(Cell { row: now.top, column: now.left });
    let last = now.classes.saturating_sub(1);
    let next = match event.key().as_str() {
        "ArrowRight" => Cell { column: (cell.column + 1).min(last), ..cell },
        "ArrowLeft" => Cell { column: cell.column.saturating_sub(1), ..cell },
        "ArrowDown" => Cell { row: (cell.row + 1).min(last), ..cell },
        "ArrowUp" => Cell { row: cell.row.saturating_sub(1), ..cell },
        "Home" => Cell { row: 0, column: 0 },
        "End" => Cell { row: last, column: last },
        "+" | "=" => return matrix.zoom(true),
        "-" => return matrix.zoom(false),
        "0" => return window.set(Window::whole(now.classes)),
        "Enter" | " " => {
            event.prevent_default();
            return opened.set(Some(cell));
        }
        _ => return,
    };
    event.prevent_default();
    at.set(Some(next));
    window.set(now.showing(next));
}

fn overlay(window: Window, at: Option<Cell>, opened: Option<Cell>) -> impl IntoView {
    let side = window.side;
    let ring = move |cell: Cell, class: &'static str| {
        let is_in = (window.top..window.top + side).contains(&cell.row)
            && (window.left..window.left + side).contains(&cell.column);
        is_in.then(|| {
            let (x, y) = (cell.column - window.left, cell.row - window.top);
            view! {
                <rect class="cursor-halo" x=x y=y width="1" height="1"/>
                <rect class=class x=x y=y width="1" height="1"/>
            }
        })
    };
    view! {
        <svg class="heat-map-cursor" viewBox=format!("0 0 {side} {side}") preserveAspectRatio="none" aria-hidden="true">
            {opened.and_then(|cell| ring(cell, "cursor-ring"))}
            {at.and_then(|cell| ring(cell, "cursor-ring"))}
        </svg>
    }
}

/// Names of rows and columns, where there is room for them.
fn names(matrix: Matrix, window: Window) -> impl IntoView {
    let has_room = window.side <= MAX_NAMED;
    let name = move |index: usize| matrix.outcome.with_value(|outcome| outcome.class(index));
    has_room.then(|| {
        let rows: Vec<_> =
            (window.top..window.top + window.side).map(|index| view! { <li>{name(index)}</li> }).collect();
        let columns: Vec<_> =
            (window.left..window.left + window.side).map(|index| view! { <li>{name(index)}</li> }).collect();
        view! {
            <ul class="confusion-names is-rows" aria-hidden="true">{rows}</ul>
            <ul class="confusion-names is-columns" aria-hidden="true">{columns}</ul>
        }
    })
}
