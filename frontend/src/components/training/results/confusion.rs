//! Every class against every answer on a canvas, some hundred by some hundred: zoomed and moved, read by pointer or arrow key, and
//! each cell opened to its photos.

mod cell_photos;
mod map;

use std::sync::Arc;

use leptos::prelude::*;

use super::Outcome;
use crate::components::figure::Figure;
use crate::components::heat_map::ColourBar;
use crate::components::live::on;
use crate::components::stages::data_table::{Cell as TableCell, DataTable, Row};
use crate::components::training::lazy_details::LazyDetails;
use crate::drawing::colour::Scale;
use crate::drawing::confusion::{Window, most_confused, shares};
use crate::drawing::grid::{Cell, Grid};
use crate::i18n::text::training as frame;
use crate::i18n::text::training::results as text;
use cell_photos::CellPhotos;
use map::Map;

/// Rows of the table of wrong answers.
const MAX_ROWS: usize = 200;
/// Ends of the scale, in percent.
const RANGE: (f32, f32) = (0.0, 100.0);

/// What map, buttons and photos share.
#[derive(Clone, Copy)]
struct Matrix {
    outcome: StoredValue<Outcome>,
    shares: StoredValue<Arc<Grid>>,
    window: RwSignal<Window>,
    /// The cell that is pointed at or was stepped to.
    at: RwSignal<Option<Cell>>,
    /// The cell whose photos are shown.
    opened: RwSignal<Option<Cell>>,
}

impl Matrix {
    fn readout(self, cell: Cell) -> String {
        self.outcome.with_value(|outcome| {
            let row = outcome.evaluation.confusion.get(cell.row);
            let count = row.and_then(|row| row.get(cell.column)).copied().unwrap_or_default();
            let all = row.map(|row| row.iter().sum()).unwrap_or_default();
            text::cell(&outcome.class(cell.row), &outcome.class(cell.column), count, all)
        })
    }

    fn zoom(self, is_closer: bool) {
        let window = self.window.get_untracked();
        let middle = Cell { row: window.top + window.side / 2, column: window.left + window.side / 2 };
        let centre = self.at.get_untracked().unwrap_or(middle);
        self.window.set(window.zoomed(centre, is_closer));
    }
}

/// The figure.
#[component]
pub fn Confusion(
    /// The result.
    outcome: Outcome,
) -> impl IntoView {
    let confusion = &outcome.evaluation.confusion;
    let most = most_confused(confusion)
        .map(|(class, answer, count)| (outcome.class(class), outcome.class(answer), count));
    let most = most.as_ref().map(|(class, answer, count)| (class.as_str(), answer.as_str(), *count));
    let title = Signal::stored(text::confusion_title(most));
    let matrix = Matrix {
        shares: StoredValue::new(Arc::new(shares(confusion))),
        window: RwSignal::new(Window::whole(confusion.len())),
        at: RwSignal::new(None),
        opened: RwSignal::new(None),
        outcome: StoredValue::new(outcome),
    };
    let table = move || {
        view! { <DataTable caption=text::CONFUSION_TABLE.to_owned() columns=text::CONFUSION_TABLE_COLUMNS.map(str::to_owned).to_vec() rows=matrix.outcome.with_value(rows)/> }.into_any()
    };
    let all = move |_event| matrix.window.update(|window| *window = Window::whole(window.classes));
    view! {
        <Figure title explanation=Signal::derive(|| text::CONFUSION_EXPLANATION.to_owned()) is_top=true>
            <div class="confusion">
                <div>
                    <div class="confusion-tools needs-script">
                        <button type="button" class="button" on:click=on(move |_event| matrix.zoom(true))>{text::ZOOM_IN}</button>
                        <button type="button" class="button" on:click=on(move |_event| matrix.zoom(false))>{text::ZOOM_OUT}</button>
                        <button type="button" class="button" on:click=on(all)>{text::ZOOM_ALL}</button>
                    </div>
                    <Map matrix title/>
                    <ColourBar scale=Scale::Sequential range=Signal::stored(Some(RANGE)) quantity=Signal::derive(|| text::CONFUSION_QUANTITY.to_owned())/>
                </div>
                <CellPhotos matrix/>
            </div>
            <LazyDetails summary=frame::AS_TABLE content=table/>
        </Figure>
    }
}

/// Wrong answers, the most frequent first.
fn rows(outcome: &Outcome) -> Vec<Row> {
    let confusion = &outcome.evaluation.confusion;
    let cells = confusion.iter().enumerate().flat_map(|(class, counts)| {
        counts.iter().enumerate().map(move |(answer, count)| (class, answer, *count))
    });
    let mut wrong: Vec<_> = cells.filter(|(class, answer, count)| class != answer && *count > 0).collect();
    wrong.sort_by_key(|(.., count)| std::cmp::Reverse(*count));
    let row = |(class, answer, count): (usize, usize, u32)| {
        let cells = vec![
            TableCell::Words(outcome.class(class)),
            TableCell::Words(outcome.class(answer)),
            TableCell::Number(count.to_string()),
        ];
        Row { cells, is_marked: false }
    };
    wrong.into_iter().take(MAX_ROWS).map(row).collect()
}
