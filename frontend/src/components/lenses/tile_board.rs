//! A board of tiles or cells of which one is chosen: by pointing and clicking, or with the arrow keys. What is drawn on it comes
//! from outside: pixels on a canvas, or a photo.

use std::sync::Arc;

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::html;
use leptos::prelude::*;

use crate::components::live::{live, on};
use crate::components::picture_reading::paint;
use crate::drawing::pixels::Pixels;
use crate::drawing::tiles::TileLayout;

/// What happens to tiles.
#[derive(Clone, Copy, Debug)]
pub struct TileChoice {
    /// The tile that is marked.
    pub marked: Signal<Option<usize>>,
    /// Points at a tile, or at none.
    pub point: Callback<Option<usize>>,
    /// Chooses a tile.
    pub choose: Callback<usize>,
}

/// How large a board is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoardFit {
    /// As wide as there is room, as high as its pixels demand.
    Natural,
    /// As large as what is around it, whatever its pixels are.
    Stretched,
}

/// The board. Children are drawn below the mark.
#[component]
pub fn TileBoard<C: IntoView + 'static>(
    /// Where the tiles are.
    #[prop(into)]
    layout: Signal<TileLayout>,
    /// Which is chosen, and how.
    choice: TileChoice,
    /// What is to be seen, for those who do not see it, with what is said of the marked tile.
    #[prop(into)]
    label: Signal<String>,
    /// How large.
    fit: BoardFit,
    /// What is drawn.
    children: TypedChildren<C>,
) -> impl IntoView {
    let board = NodeRef::<html::Div>::new();
    let tile = move |event: &PointerEvent| {
        let bounds = board.get_untracked()?.get_bounding_client_rect();
        let x = (f64::from(event.client_x()) - bounds.left()) / bounds.width();
        let y = (f64::from(event.client_y()) - bounds.top()) / bounds.height();
        layout.get_untracked().at((x, y))
    };
    let step = move |event: KeyboardEvent| {
        let now = choice.marked.get_untracked().unwrap_or(0);
        if event.key() == "Escape" {
            choice.point.run(None);
        } else if let Some(next) = layout.get_untracked().stepped(now, &event.key()) {
            event.prevent_default();
            choice.choose.run(next);
        }
    };
    view! {
        <div
            class="tile-board"
            class:is-stretched=fit == BoardFit::Stretched
            node_ref=board
            role="img"
            tabindex="0"
            aria-label=live(move || label.get())
            on:pointermove=on(move |event| choice.point.run(tile(&event)))
            on:pointerdown=on(move |event| tile(&event).into_iter().for_each(|tile| choice.choose.run(tile)))
            on:pointerleave=on(move |_event| choice.point.run(None))
            on:keydown=on(step)
        >
            {children.into_inner()()}
            {move || mark(&layout.get(), choice.marked.get())}
        </div>
    }
}

/// Pixels one to one, enlarged without smoothing.
#[component]
pub fn PixelCanvas(
    /// What is drawn; `None` while it is on its way.
    #[prop(into)]
    pixels: Signal<Option<Arc<Pixels>>>,
    /// Columns and rows while nothing is there, so that nothing jumps. What is drawn brings its own: setting them again would wipe it.
    size: (usize, usize),
) -> impl IntoView {
    let canvas = NodeRef::<html::Canvas>::new();
    Effect::new(move |_previous: Option<()>| {
        if let (Some(canvas), Some(pixels)) = (canvas.get(), pixels.get()) {
            paint(&canvas, &pixels);
        }
    });
    view! {
        <canvas
            class="tile-canvas"
            node_ref=canvas
            width=size.0
            height=size.1
            aria-hidden="true"
        ></canvas>
    }
}

fn mark(layout: &TileLayout, marked: Option<usize>) -> impl IntoView + use<> {
    let ((width, height), (tile_width, tile_height)) = (layout.size(), layout.tile);
    let origin = marked.filter(|marked| *marked < layout.count).map(|marked| layout.origin(marked));
    view! {
        <svg class="heat-map-cursor" viewBox=format!("0 0 {width} {height}") preserveAspectRatio="none" aria-hidden="true">
            {origin.map(|(x, y)| view! {
                <rect class="cursor-halo" x=x y=y width=tile_width height=tile_height/>
                <rect class="cursor-ring" x=x y=y width=tile_width height=tile_height/>
            })}
        </svg>
    }
}
