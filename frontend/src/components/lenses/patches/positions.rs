//! The position embeddings of all patches against all: at the place of each patch the map of cosines with every other.

use std::sync::Arc;

use leptos::prelude::*;

use super::{COSINES, Patches};
use crate::components::heat_map::ColourBar;
use crate::components::lenses::tile_board::{BoardFit, PixelCanvas, TileBoard, TileChoice};
use crate::drawing::colour::Scale;
use crate::drawing::patches::atlas;
use crate::drawing::tiles::TileLayout;
use crate::i18n::text::lenses::patches as text;

/// The atlas.
#[component]
pub fn PositionAtlas(
    /// The lens.
    lens: Patches,
) -> impl IntoView {
    let side = lens.per_side();
    let layout = TileLayout { count: side * side, columns: side, tile: (side, side), gap: 1 };
    let pixels = Memo::new(move |_previous| {
        let (_layout, pixels) = atlas(lens.places.get()?.as_ref(), side)?;
        Some(Arc::new(pixels))
    });
    let choice = TileChoice {
        marked: Signal::derive(move || Some(lens.index())),
        point: Callback::new(move |index| lens.point_at(index)),
        choose: Callback::new(move |index| lens.choose(index)),
    };
    view! {
        <div class="map-panel">
            <p class="map-name">{text::atlas(side)}</p>
            <TileBoard
                layout=layout
                choice=choice
                label=Signal::derive(move || text::atlas_label(side, lens.patch.get()))
                fit=BoardFit::Natural
            >
                <PixelCanvas pixels=pixels size=layout.size()/>
            </TileBoard>
            <ColourBar scale=Scale::Diverging range=Signal::stored(Some(COSINES)) quantity=text::COSINE/>
        </div>
    }
}
