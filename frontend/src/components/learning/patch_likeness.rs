//! How alike the patch at the shared place and every other patch are, after the first and after the last block: the same
//! patch resembles its surroundings first and its kind later, or not, as the numbers say.

use std::sync::Arc;

use leptos::prelude::*;
use shared::{ModelSlot, TokenLayout};

use super::map_panel::{MapPanel, PanelSize};
use crate::components::figure::Figure;
use crate::components::trouble::Trouble;
use crate::drawing::attention::patch_at;
use crate::drawing::colour::Scale;
use crate::drawing::grid::{Cell, Grid};
use crate::drawing::similarity::{distance_of_most_similar, patch_similarity};
use crate::i18n::text::learning as text;
use crate::state::{Cursor, Models, TensorLoad, TensorRequest};

const MODEL: ModelSlot = ModelSlot::Vit;
/// Patches that count as the most similar.
const MOST_SIMILAR: usize = 10;

/// The figure; nothing for a model without tokens.
#[component]
pub fn PatchLikeness(
    /// Whether it has come into sight.
    is_seen: ReadSignal<bool>,
) -> impl IntoView {
    TokenLayout::of(Models::expect().graph(MODEL)).map(|layout| figure(layout, is_seen))
}

fn figure(layout: TokenLayout, is_seen: ReadSignal<bool>) -> impl IntoView {
    let cursor = Cursor::expect();
    let ends = [0, layout.streams.len() - 1];
    let loads = ends.map(|block| {
        let node = layout.streams[block].clone();
        TensorLoad::new(move || {
            is_seen.get().then(|| TensorRequest::Node { model: MODEL, node: node.clone(), slice: None })
        })
    });
    let layout = StoredValue::new(layout);
    let patch = Memo::new(move |_previous| layout.with_value(|layout| patch_at(layout, cursor.place())));
    let grids = loads.map(|load| likeness(load, layout, patch));
    let title = move || {
        let distance = |grid: Memo<Option<Arc<Grid>>>| {
            Some(distance_of_most_similar(&*grid.get()?, patch.get(), MOST_SIMILAR))
        };
        text::likeness_finding(MOST_SIMILAR, distance(grids[0]).zip(distance(grids[1])))
    };
    let panels = [0, 1].map(|end| {
        view! {
            <MapPanel
                name=text::after_block(end, ends[end])
                grid=grids[end]
                scale=Scale::Diverging
                range=COSINES
                quantity=text::COSINE
                label=text::likeness_label(ends[end])
                size=PanelSize::Full
            />
        }
    });
    view! {
        <Figure title=Signal::derive(title) explanation=text::LIKENESS_NOTE source=text::RAGHU_2021>
            <div class="maps-2">{panels}</div>
            <Trouble loads=loads.to_vec()/>
        </Figure>
    }
}

/// All cosines lie here.
pub const COSINES: Option<(f32, f32)> = Some((-1.0, 1.0));

/// The map of cosines to one patch, from a tensor of all tokens.
pub fn likeness(
    load: TensorLoad,
    layout: StoredValue<TokenLayout>,
    patch: Memo<Cell>,
) -> Memo<Option<Arc<Grid>>> {
    Memo::new(move |_previous| {
        let patch = patch.get();
        load.state().with(|state| {
            let tokens = state.ready()?;
            layout.with_value(|layout| patch_similarity(tokens, layout, patch)).map(Arc::new)
        })
    })
}
