//! The filters of the patch embedding as pictures on a wall, one of them enlarged with what it answers to the chosen patch.

use std::sync::Arc;

use leptos::prelude::*;

use super::{Patches, fact_list};
use crate::components::lenses::tile_board::{BoardFit, PixelCanvas, TileBoard, TileChoice};
use crate::components::live::on;
use crate::drawing::patches::{FilterOrder, Filters, ends, rank};
use crate::drawing::pixels::Pixels;
use crate::drawing::tiles::TileLayout;
use crate::i18n::text::lenses::patches as text;
use crate::state::LensState;

/// Filters of a row.
const COLUMNS: usize = 16;
/// Filters that are shown unless all are asked for.
const SHOWN: usize = 128;
/// Pixels between two.
const GAP: usize = 2;

/// What the wall shows, in the order of [`text::FILTER_CHOICES`], with its name in the address.
const CHOICES: [(&str, FilterOrder, usize); 3] = [
    ("norm", FilterOrder::Norm, SHOWN),
    ("index", FilterOrder::Index, SHOWN),
    ("all", FilterOrder::Norm, usize::MAX),
];

/// The wall.
#[component]
pub fn FilterWall(
    /// The lens.
    lens: Patches,
) -> impl IntoView {
    let state = LensState::new();
    let (sort, chosen) = (state.text("sort"), state.number("filter"));
    let choice = Memo::new(move |_previous| {
        let sort = sort.get();
        CHOICES.iter().position(|(name, ..)| Some(*name) == sort.as_deref()).unwrap_or(0)
    });
    let order = Memo::new(move |_previous| {
        let (_name, order, count) = CHOICES[choice.get()];
        let filters = lens.weight.state().with(|state| Some(Filters::of(state.ready()?)?.ordered(order)));
        filters.map(|filters| filters.into_iter().take(count).collect::<Vec<_>>()).unwrap_or_default()
    });
    let (dim, side) = lens.parts.with_value(|parts| (parts.dim, parts.side_px));
    let layout = Memo::new(move |_previous| {
        let count = CHOICES[choice.get()].2.min(dim);
        TileLayout { count, columns: COLUMNS.min(dim), tile: (side, side), gap: GAP }
    });
    let wall =
        Memo::new(move |_previous| {
            let (layout, order) = (layout.get(), order.get());
            lens.weight.state().with(|state| {
                let filters = Filters::of(state.ready()?)?;
                Some(Arc::new(layout.pixels(|tile| {
                    order.get(tile).map(|filter| filters.colours(*filter)).unwrap_or_default()
                })))
            })
        });
    let pointed = RwSignal::new(None::<usize>);
    let filter = Memo::new(move |_previous| {
        let order = order.get();
        let pointed = pointed.get().and_then(|tile| order.get(tile).copied());
        pointed.or_else(|| chosen.get().filter(|filter| *filter < dim)).or(order.first().copied())
    });
    let marked = Signal::derive(move || {
        let filter = filter.get()?;
        order.with(|order| order.iter().position(|other| *other == filter))
    });
    let tiles = TileChoice {
        marked,
        point: Callback::new(move |tile: Option<usize>| pointed.set(tile)),
        choose: Callback::new(move |tile: usize| {
            pointed.set(None);
            if let Some(filter) = order.with_untracked(|order| order.get(tile).copied()) {
                state.set("filter", filter);
            }
        }),
    };
    let picture = Memo::new(move |_previous| {
        let filter = filter.get()?;
        lens.weight.state().with(|state| Some(Filters::of(state.ready()?)?.picture(filter))).map(Arc::new)
    });
    let options =
        CHOICES.iter().zip(text::FILTER_CHOICES).enumerate().map(move |(index, ((name, ..), words))| {
            view! { <option value=*name selected=move || choice.get() == index>{words}</option> }
        });
    let select = on(move |event| state.set("sort", event_target_value(&event)));
    view! {
        <section class="patches-part">
            <h5>{text::filters(dim)}</h5>
            <p class="figure-caption">{text::FILTERS_NOTE}</p>
            <div class="lens-controls">
                <label class="lens-field">
                    <span>{text::FILTER_ORDER}</span>
                    <select class="select" on:change=select>{options.collect::<Vec<_>>()}</select>
                </label>
            </div>
            <div class="patches-filters">
                <TileBoard
                    layout=layout
                    choice=tiles
                    label=Signal::derive(move || text::wall_label(layout.get().count, filter.get()))
                    fit=BoardFit::Natural
                >
                    <PixelCanvas pixels=wall size=layout.get_untracked().size()/>
                </TileBoard>
                <OneFilter lens filter picture/>
            </div>
        </section>
    }
}

/// One filter, large.
#[component]
fn OneFilter(
    /// The lens.
    lens: Patches,
    /// Which.
    filter: Memo<Option<usize>>,
    /// Its picture.
    picture: Memo<Option<Arc<Pixels>>>,
) -> impl IntoView {
    let side = lens.parts.with_value(|parts| parts.side_px);
    let facts = move || {
        let (filter, patch) = (filter.get()?, lens.index());
        let (norm, [least, _mean, largest], place) = lens.weight.state().with(|state| {
            let filters = Filters::of(state.ready()?)?;
            let norms: Vec<f32> = (0..filters.count).map(|filter| filters.norm(filter)).collect();
            let place = (rank(&norms, filter)? + 1, filters.count);
            Some((filters.norm(filter), ends(filters.values(filter))?, place))
        })?;
        let answer = lens.embeddings.state().with(|state| {
            let embeddings = state.ready()?;
            let dim = *embeddings.shape.last()?;
            let own: Vec<f32> = embeddings.values.iter().skip(filter).step_by(dim).copied().collect();
            Some((*own.get(patch)?, ends(&own)?))
        });
        Some(fact_list(text::filter_facts(norm, place, (least, largest), answer)))
    };
    view! {
        <div class="patches-filter">
            <p class="map-name">{move || filter.get().map(text::filter)}</p>
            <PixelCanvas pixels=picture size=(side, side)/>
            {facts}
        </div>
    }
}
