//! The numbers of a lens as a table: filled when it is opened, and as a file of comma-separated values.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;

use crate::components::live::on;
use crate::components::stages::data_table::{Cell, DataTable, Row};
use crate::i18n::{number, text::lenses as text};

/// Rows that are shown; more than anybody reads, and few enough for any browser.
const MAX_ROWS: usize = 400;

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub enum TableCell {
    /// Words.
    Words(String),
    /// A count or a position.
    Whole(u64),
    /// A measured value.
    Value(f32),
}

impl From<&str> for TableCell {
    fn from(words: &str) -> Self {
        Self::Words(words.to_owned())
    }
}

impl From<String> for TableCell {
    fn from(words: String) -> Self {
        Self::Words(words)
    }
}

impl From<usize> for TableCell {
    fn from(whole: usize) -> Self {
        Self::Whole(whole as u64)
    }
}

impl From<f32> for TableCell {
    fn from(value: f32) -> Self {
        Self::Value(value)
    }
}

impl From<f64> for TableCell {
    fn from(value: f64) -> Self {
        Self::Value(value as f32)
    }
}

/// Rows under names of columns; the first cell of a row names it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableData {
    /// Names of the columns.
    pub head: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<TableCell>>,
}

impl TableData {
    /// An empty table.
    pub fn new(head: &[&str]) -> Self {
        Self { head: head.iter().map(|name| (*name).to_owned()).collect(), rows: Vec::new() }
    }

    /// Comma-separated values, as of RFC 4180, with all digits.
    pub fn to_csv(&self) -> String {
        let head = self.head.iter().map(|name| quoted(name)).collect::<Vec<_>>();
        let row = |row: &Vec<TableCell>| row.iter().map(csv_cell).collect::<Vec<_>>();
        let rows = self.rows.iter().map(row);
        [head].into_iter().chain(rows).map(|cells| cells.join(",") + "\r\n").collect()
    }
}

/// Gives the table as it is now; `None` while there are no numbers.
pub type TableSource = Arc<dyn Fn() -> Option<TableData> + Send + Sync>;

/// A disclosure with the table inside, which is made when it is opened.
#[component]
pub fn LensTable(
    /// The table.
    source: TableSource,
    /// What it lists, for those who cannot see where it stands.
    #[prop(into)]
    caption: Signal<String>,
) -> impl IntoView {
    let (details, is_open) = (NodeRef::<html::Details>::new(), RwSignal::new(false));
    let data = Memo::new(move |_previous| is_open.get().then(|| source()).flatten());
    let columns = move || data.with(|data| data.as_ref().map(|data| data.head.clone()).unwrap_or_default());
    let rows = move || {
        data.with(|data| {
            let rows = data.iter().flat_map(|data| &data.rows).take(MAX_ROWS);
            rows.map(|row| Row { cells: row.iter().map(shown).collect(), is_marked: false }).collect::<Vec<_>>()
        })
    };
    let note = move || {
        data.with(|data| match data.as_ref().map_or(0, |data| data.rows.len()) {
            0 => text::NO_ROWS.to_owned(),
            all if all > MAX_ROWS => text::rows_shown(MAX_ROWS, all),
            _ => String::new(),
        })
    };
    let toggled = move |_event| is_open.set(details.get_untracked().is_some_and(|details| details.open()));
    view! {
        <details class="lens-table needs-script" node_ref=details on:toggle=on(toggled)>
            <summary>{text::AS_TABLE}</summary>
            {move || is_open.get().then(|| view! {
                <p class="muted">{note}</p>
                <DataTable caption columns=Signal::derive(columns) rows=Signal::derive(rows)/>
            })}
        </details>
    }
}

fn shown(cell: &TableCell) -> Cell {
    match cell {
        TableCell::Words(words) => Cell::Words(words.clone()),
        TableCell::Whole(whole) => Cell::Number(number::thousands(*whole)),
        TableCell::Value(value) => Cell::Number(number::value(*value)),
    }
}

fn csv_cell(cell: &TableCell) -> String {
    match cell {
        TableCell::Words(words) => quoted(words),
        TableCell::Whole(whole) => whole.to_string(),
        TableCell::Value(value) => value.to_string(),
    }
}

fn quoted(words: &str) -> String {
    if words.contains([',', '"', '\n', '\r']) {
        return format!("\"{}\"", words.replace('"', "\"\""));
    }
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_separated_and_words_quoted_where_they_have_to_be() {
        let mut table = TableData::new(&["Class", "Share, mean"]);
        table.rows.push(vec!["a \"b\"".into(), 0.1_f32.into()]);
        table.rows.push(vec![3_usize.into(), (-1.5e-9_f64).into()]);
        assert_eq!(table.to_csv(), "Class,\"Share, mean\"\r\n\"a \"\"b\"\"\",0.1\r\n3,-0.0000000015\r\n");
    }
}
