//! Any matrix as a heat map whose cells have names: read by the pointer or by arrow keys, chosen by a click or by Enter.

use std::sync::Arc;

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::html;
use leptos::prelude::*;

use crate::components::heat_map::{ColourBar, draw};
use crate::components::live::{live, on};
use crate::drawing::colour::Scale;
use crate::drawing::grid::{Cell, Grid};
use crate::i18n::number;
use crate::i18n::text::lenses as text;

/// The matrix.
#[component]
pub fn MatrixMap(
    /// The values.
    #[prop(into)]
    grid: Signal<Option<Arc<Grid>>>,
    /// How values become colours.
    scale: Scale,
    /// Values at the ends of the scale; the matrix's own where `None`.
    #[prop(optional, into)]
    range: Signal<Option<(f32, f32)>>,
    /// What is measured.
    #[prop(into)]
    quantity: Signal<String>,
    /// What is to be seen, for those who do not see it.
    #[prop(into)]
    label: Signal<String>,
    /// Names of rows and columns.
    #[prop(into)]
    names: Signal<(Vec<String>, Vec<String>)>,
    /// Rows and columns before which a line is drawn.
    #[prop(optional, into)]
    borders: Signal<(Vec<usize>, Vec<usize>)>,
    /// The chosen cell.
    #[prop(optional, into)]
    chosen: Signal<Option<Cell>>,
    /// Takes a cell that is clicked, or chosen by Enter.
    #[prop(optional, into)]
    on_choose: Option<Callback<Cell>>,
) -> impl IntoView {
    let canvas = NodeRef::<html::Canvas>::new();
    let pointed = RwSignal::new(None::<Cell>);
    let ends = Signal::derive(move || range.get().or_else(|| grid.get().map(|grid| scale.range(&grid))));
    Effect::new(move |_previous: Option<()>| {
        if let (Some(canvas), Some(grid), Some(ends)) = (canvas.get(), grid.get(), ends.get()) {
            draw(&canvas, &grid, scale, ends);
        }
    });
    let at = move || pointed.get().or_else(|| chosen.get());
    let readout = move || {
        let (grid, cell) = (grid.get()?, at()?);
        let value = number::value(grid.value(cell)?);
        names.with(|(rows, columns)| {
            let name = |names: &[String], index: usize| {
                names.get(index).cloned().unwrap_or_else(|| index.to_string())
            };
            Some(text::cell(&name(rows, cell.row), &name(columns, cell.column), &value))
        })
    };
    let cell_at = move |event: &PointerEvent| {
        let bounds = canvas.get_untracked()?.get_bounding_client_rect();
        let place = |client: i32, start: f64, length: f64| {
            ((f64::from(client) - start) / length).clamp(0.0, 0.999_999)
        };
        let x = place(event.client_x(), bounds.left(), bounds.width());
        Some(grid.get_untracked()?.cell_at((x, place(event.client_y(), bounds.top(), bounds.height()))))
    };
    let choose = move |cell: Option<Cell>| {
        if let (Some(on_choose), Some(cell)) = (on_choose, cell) {
            on_choose.run(cell);
        }
    };
    let on_key = move |event: KeyboardEvent| {
        let Some(grid) = grid.get_untracked() else { return };
        let cell = untrack(at).unwrap_or(Cell { row: 0, column: 0 });
        let (rows, columns) = (grid.rows.saturating_sub(1), grid.columns.saturating_sub(1));
        let next = match event.key().as_str() {
            "ArrowRight" => Cell { column: (cell.column + 1).min(columns), ..cell },
            "ArrowLeft" => Cell { column: cell.column.saturating_sub(1), ..cell },
            "ArrowDown" => Cell { row: (cell.row + 1).min(rows), ..cell },
            "ArrowUp" => Cell { row: cell.row.saturating_sub(1), ..cell },
            "Enter" | " " => {
                event.prevent_default();
                return choose(Some(cell));
            }
            _ => return,
        };
        event.prevent_default();
        pointed.set(Some(next));
    };
    let overlay = move || {
        grid.get().map(|grid| {
            let (rows, columns) = (grid.rows, grid.columns);
            let lines = borders.with(|(of_rows, of_columns)| {
                let across = of_rows.iter().map(|row| format!("M0 {row}H{columns}"));
                across.chain(of_columns.iter().map(|column| format!("M{column} 0V{rows}"))).collect::<String>()
            });
            let ring = at().map(|cell| view! {
                <rect class="cursor-halo" x=cell.column y=cell.row width="1" height="1"/>
                <rect class="cursor-ring" x=cell.column y=cell.row width="1" height="1"/>
            });
            view! {
                <svg class="heat-map-cursor" viewBox=format!("0 0 {columns} {rows}") preserveAspectRatio="none" aria-hidden="true">
                    <path class="matrix-border" d=lines></path>
                    {ring}
                </svg>
            }
        })
    };
    view! {
        <div class="matrix">
            <div
                class="heat-map matrix-map"
                class:is-waiting=move || grid.with(Option::is_none)
                role="img"
                tabindex="0"
                aria-label=live(move || format!("{} {}", label.get(), readout().unwrap_or_default()))
                on:pointermove=on(move |event| pointed.set(cell_at(&event)))
                on:pointerleave=on(move |_event| pointed.set(None))
                on:click=on(move |_event: leptos::ev::MouseEvent| choose(pointed.get_untracked()))
                on:keydown=on(on_key)
            >
                <canvas node_ref=canvas aria-hidden="true"></canvas>
                {overlay}
            </div>
            <ColourBar scale range=ends quantity/>
            <p class="map-value number" aria-live="polite">{move || readout().unwrap_or_else(|| "\u{2007}".to_owned())}</p>
        </div>
    }
}
