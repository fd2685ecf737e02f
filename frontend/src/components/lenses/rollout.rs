//! The lens on what went through all blocks: rollout of attention, which knows no class, next to gradient-weighted relevance for a
//! class, and the last block's attention alone, which is neither.

mod chosen;
mod maps;

use std::sync::Arc;

use leptos::prelude::*;
use shared::TokenLayout;

use super::attention::MODEL;
use super::frame::{LensFrame, TableData};
use crate::drawing::grid::Grid;
use crate::drawing::lens::Lens;
use crate::i18n::number;
use crate::i18n::text::lenses::attention as words;
use crate::i18n::text::lenses::rollout as text;
use crate::state::Models;
use chosen::{Choices, Chosen};
use maps::{LastMap, Maps, RelevantMap, RolledMap};

/// The lens; nothing but a sentence for a model without attention.
#[component]
pub fn Rollout() -> impl IntoView {
    match TokenLayout::of(Models::expect().graph(MODEL)) {
        Some(layout) => figure(&layout).into_any(),
        None => view! { <p>{words::NO_ATTENTION}</p> }.into_any(),
    }
}

fn figure(layout: &TokenLayout) -> impl IntoView {
    let chosen = Chosen::new(layout.attention.len());
    let maps = Maps::new(chosen, layout.num_leading());
    let table = move |()| TableData {
        head: text::COLUMNS.map(str::to_owned).to_vec(),
        rows: table_rows([maps.rolled.get(), maps.relevant.get(), maps.attended.get()]),
    };
    view! {
        <LensFrame
            lens=Lens::Rollout
            title=Signal::derive(move || maps.finding())
            explanation=text::NOTE
            source=text::SOURCE
            loads=maps.loads()
            numbers=Signal::derive(move || Some(chosen.rollout_request().npy()))
            table=table
        >
            <Choices chosen/>
            <div class="rollout-maps">
                <RolledMap maps chosen/>
                <RelevantMap maps/>
                <LastMap maps/>
            </div>
        </LensFrame>
    }
}

/// One row for each patch.
fn table_rows(maps: [Option<Arc<Grid>>; 3]) -> Vec<Vec<String>> {
    let Some(first) = maps.iter().flatten().next() else { return Vec::new() };
    let (count, columns) = (first.values.len(), first.columns);
    let cell = |map: &Option<Arc<Grid>>, index: usize| {
        let value = map.as_ref().and_then(|map| map.values.get(index));
        value.map_or_else(|| "\u{2013}".to_owned(), |value| number::value(*value))
    };
    let row = |index: usize| {
        let place = [(index / columns).to_string(), (index % columns).to_string()];
        place.into_iter().chain(maps.iter().map(|map| cell(map, index))).collect()
    };
    (0..count).map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_that_has_not_come_leaves_gaps() {
        let map = Grid { rows: 1, columns: 2, values: vec![0.5, 0.25] };
        let rows = table_rows([Some(Arc::new(map)), None, None]);
        assert_eq!(rows[1], ["0", "1", "0.250", "\u{2013}", "\u{2013}"]);
        assert_eq!(table_rows([None, None, None]), Vec::<Vec<String>>::new());
    }
}
