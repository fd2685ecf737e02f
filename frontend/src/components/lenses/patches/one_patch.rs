//! The picture under its grid of patches, and the chosen patch enlarged to its pixels, with what its embedding says.

use std::sync::Arc;

use leptos::prelude::*;
use shared::route::PreprocessingStep;

use super::{MODEL, NUM_NEAREST, Patches, fact_list};
use crate::components::cropped_picture::PreparedPicture;
use crate::components::lenses::tile_board::{BoardFit, PixelCanvas, TileBoard, TileChoice};
use crate::components::picture_reading::PictureReading;
use crate::drawing::grid::{Cell, Grid};
use crate::drawing::patches::{nearest, patch_pixels, rank};
use crate::drawing::pixels::Pixels;
use crate::drawing::tiles::TileLayout;
use crate::i18n::text::lenses::patches as text;

/// Picture and patch.
#[component]
pub fn OnePatch(
    /// The lens.
    lens: Patches,
    /// How alike the contents of all patches are to the chosen one's.
    nearest_of: Memo<Option<Arc<Grid>>>,
) -> impl IntoView {
    let (side, side_px) = (lens.per_side(), lens.parts.with_value(|parts| parts.side_px));
    let reading = PictureReading::new();
    let layout = TileLayout { count: side * side, columns: side, tile: (side_px, side_px), gap: 0 };
    let choice = TileChoice {
        marked: Signal::derive(move || Some(lens.index())),
        point: Callback::new(move |index| lens.point_at(index)),
        choose: Callback::new(move |index| lens.choose(index)),
    };
    let whole = Memo::new(move |_previous| reading.whole((side * side_px) as u32));
    let pixels = Memo::new(move |_previous| {
        patch_pixels(whole.get()?.as_ref(), lens.patch.get(), side_px).map(Arc::new)
    });
    let facts = move || {
        let (index, contents) = (lens.index(), lens.contents.get()?);
        let norm = *contents.norms.get(index)?;
        let place = (rank(&contents.norms, index)? + 1, contents.count());
        let others =
            nearest_of.get().map(|grid| nearest(&grid.values, index, NUM_NEAREST)).unwrap_or_default();
        let others = others
            .into_iter()
            .map(|(other, cosine)| (Cell { row: other / side, column: other % side }, cosine));
        Some(fact_list(text::patch_facts(norm, place, &others.collect::<Vec<_>>())))
    };
    view! {
        <section class="patches-part patches-first">
            <div>
                <p class="map-name">{text::picture(side, side_px)}</p>
                <TileBoard
                    layout=layout
                    choice=choice
                    label=Signal::derive(move || text::picture_label(side, lens.patch.get()))
                    fit=BoardFit::Natural
                >
                    <PreparedPicture model=MODEL step=PreprocessingStep::Cropped alt="" reading/>
                    {lines(side, "patch-lines")}
                </TileBoard>
            </div>
            <div>
                <p class="map-name">{move || text::enlarged(lens.patch.get())}</p>
                <PixelReader pixels side=side_px/>
            </div>
            <div>
                <h5>{text::EMBEDDING}</h5>
                {facts}
            </div>
        </section>
    }
}

/// A patch's pixels, one of which can be read.
#[component]
fn PixelReader(
    /// The patch.
    pixels: Memo<Option<Arc<Pixels>>>,
    /// Pixels along a side.
    side: usize,
) -> impl IntoView {
    let layout = TileLayout::matrix(side, side);
    let (chosen, pointed) = (RwSignal::new(0), RwSignal::new(None));
    let marked = Signal::derive(move || Some(pointed.get().unwrap_or_else(|| chosen.get())));
    let choice = TileChoice {
        marked,
        point: Callback::new(move |index: Option<usize>| pointed.set(index)),
        choose: Callback::new(move |index: usize| {
            chosen.set(index);
            pointed.set(None);
        }),
    };
    let value = move || {
        let index = marked.get()?;
        let colour = pixels.get()?.at(index % side, index / side)?;
        Some(text::pixel(index / side, index % side, colour))
    };
    let label = move || text::pixel_label(value().as_deref());
    view! {
        <TileBoard layout=layout choice=choice label=Signal::derive(label) fit=BoardFit::Natural>
            <PixelCanvas pixels=pixels size=(side, side)/>
            {lines(side, "pixel-lines")}
        </TileBoard>
        <p class="map-value number">{value}</p>
    }
}

/// A grid of lines.
fn lines(count: usize, class: &'static str) -> impl IntoView {
    let path: String = (1..count).map(|line| format!("M{line} 0V{count}M0 {line}H{count}")).collect();
    view! {
        <svg class=format!("tile-lines {class}") viewBox=format!("0 0 {count} {count}") preserveAspectRatio="none" aria-hidden="true">
            <path d=path vector-effect="non-scaling-stroke"/>
        </svg>
    }
}
