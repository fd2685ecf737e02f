//! Files of a data set that no picture could be read from, with the reason of each.

use leptos::prelude::*;
use shared::dataset::SkippedFile;

use super::Summary;
use crate::components::stages::data_table::{Cell, DataTable, Row};
use crate::components::training::lazy_details::LazyDetails;
use crate::i18n::number;
use crate::i18n::text::training::datasets as text;

/// The list; nothing where all could be read.
#[component]
pub fn Skipped(
    /// The data set.
    summary: Summary,
) -> impl IntoView {
    let files = Memo::new(move |_previous| {
        summary.with(|summary| summary.as_ref().map(|summary| summary.skipped.clone()).unwrap_or_default())
    });
    let table = move || {
        view! {
            <DataTable
                caption=text::SKIPPED.to_owned()
                columns=text::SKIPPED_COLUMNS.map(str::to_owned).to_vec()
                rows=Signal::derive(move || files.with(|files| files.iter().map(row).collect::<Vec<_>>()))
            />
        }
        .into_any()
    };
    move || {
        let count = files.with(Vec::len);
        let summary = format!("{}: {}", text::SKIPPED, number::thousands(count as u64));
        (count > 0).then(|| view! { <LazyDetails summary content=table/> })
    }
}

fn row(file: &SkippedFile) -> Row {
    Row { cells: vec![Cell::Words(file.path.clone()), Cell::Words(file.reason.clone())], is_marked: false }
}
