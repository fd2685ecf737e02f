//! A table of numbers, with bars where a length says more. The same kind of table stands below a figure as its alternative
//! and is a figure by itself.

use leptos::either::EitherOf3;
use leptos::prelude::*;

use crate::components::live::live;
use crate::i18n::text::stages as text;

/// Height of a bar in pixels.
const BAR_HEIGHT: u32 = 12;

/// A row; its first cell names it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// From left to right.
    pub cells: Vec<Cell>,
    /// Whether it stands out: a chosen class, a sum.
    pub is_marked: bool,
}

/// What a cell holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Words.
    Words(String),
    /// A number, set flush right.
    Number(String),
    /// A bar.
    Bar(Bar),
}

/// A bar over the width of its cell, in parts of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// One end.
    pub from: f64,
    /// The other end, left or right of it.
    pub to: f64,
    /// Colour class: `is-model`, `is-positive`, `is-negative`, `is-sum`, `is-red`, `is-green`, `is-blue`.
    pub kind: &'static str,
}

/// A table.
#[component]
pub fn DataTable(
    /// What it lists, for those who cannot see where it stands.
    #[prop(into)]
    caption: Signal<String>,
    /// Names of the columns; that of bars is not shown.
    #[prop(into)]
    columns: Signal<Vec<String>>,
    /// The rows.
    #[prop(into)]
    rows: Signal<Vec<Row>>,
) -> impl IntoView {
    let heading = move |(position, name): (usize, String)| {
        let is_number = move || position != 0 && !rows.with(|rows| is_of_words(rows, position));
        let is_bar = name == text::BAR;
        view! { <th scope="col" class:is-number=is_number><span class:visually-hidden=is_bar>{name}</span></th> }
    };
    view! {
        <div class="data-table" role="region" tabindex="0" aria-label=live(move || caption.get())>
            <table>
                <caption class="visually-hidden">{move || caption.get()}</caption>
                <thead><tr>{move || columns.get().into_iter().enumerate().map(heading).collect::<Vec<_>>()}</tr></thead>
                <tbody>{move || rows.get().into_iter().map(row).collect::<Vec<_>>()}</tbody>
            </table>
        </div>
    }
}

/// Rows of words and numbers: the first cell names the row, the others are numbers.
pub fn number_row(name: impl Into<String>, numbers: impl IntoIterator<Item = String>) -> Row {
    let numbers = numbers.into_iter().map(Cell::Number);
    Row { cells: [Cell::Words(name.into())].into_iter().chain(numbers).collect(), is_marked: false }
}

/// Whether a column's cells are words, as the first one shows.
fn is_of_words(rows: &[Row], position: usize) -> bool {
    rows.first().is_some_and(|row| matches!(row.cells.get(position), Some(Cell::Words(_))))
}

fn row(row: Row) -> impl IntoView {
    let cells: Vec<_> = row.cells.into_iter().enumerate().map(cell).collect();
    view! { <tr class:is-marked=row.is_marked>{cells}</tr> }
}

fn cell((position, cell): (usize, Cell)) -> impl IntoView {
    match cell {
        Cell::Words(words) | Cell::Number(words) if position == 0 => {
            EitherOf3::A(view! { <th scope="row">{words}</th> })
        }
        Cell::Words(words) => EitherOf3::B(view! { <td class="words">{words}</td> }),
        Cell::Number(number) => EitherOf3::B(view! { <td class="number">{number}</td> }),
        Cell::Bar(bar) => EitherOf3::C(view! { <td class="bar-cell">{bar_view(bar)}</td> }),
    }
}

fn bar_view(bar: Bar) -> impl IntoView {
    let percent = |part: f64| format!("{:.2}%", part * 100.0);
    let (left, right) = (bar.from.min(bar.to), bar.from.max(bar.to));
    view! {
        <svg class="value-bar" width="100%" height=BAR_HEIGHT aria-hidden="true">
            <rect class="value-bar-track" width="100%" height=BAR_HEIGHT/>
            <rect class=format!("value-bar-fill {}", bar.kind) x=percent(left) width=percent(right - left) height=BAR_HEIGHT/>
        </svg>
    }
}
