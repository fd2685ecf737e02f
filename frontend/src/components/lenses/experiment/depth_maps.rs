//! How much every place of every block's output changed, as small maps over the picture, one scale for a model.

use std::sync::Arc;

use leptos::prelude::*;
use shared::ModelSlot;
use shared::views::NodeChange;

use crate::components::heat_map::{ColourBar, HeatMap};
use crate::components::live::live;
use crate::drawing::colour::Scale;
use crate::drawing::experiments::cover;
use crate::i18n::text::lenses::cover as text;

/// Rectangles that are outlined, and the side of the square that they are measured in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// Side of the square.
    pub side: usize,
    /// Column, row, columns and rows of each.
    pub boxes: Vec<[usize; 4]>,
}

/// The maps of a model.
#[component]
pub fn DepthMaps(
    /// Whose.
    model: ModelSlot,
    /// Above them.
    #[prop(into)]
    name: Signal<String>,
    /// The changes, in the order of the blocks.
    #[prop(into)]
    changes: Signal<Vec<NodeChange>>,
    /// What is outlined in each.
    #[prop(into)]
    outline: Signal<Outline>,
) -> impl IntoView {
    let range = Memo::new(move |_previous| changes.with(|changes| cover::range(changes)));
    let map = move |change: NodeChange| {
        let (node, mean) = (change.node.to_string(), change.mean_elsewhere);
        let grid = Arc::new(cover::map(&change));
        view! {
            <div class="depth-map">
                <p class="map-name mono">{node.clone()}</p>
                <div class="map-stack">
                    <HeatMap
                        grid=Signal::stored(Some(grid))
                        scale=Scale::Sequential
                        range=Signal::derive(move || Some(range.get()))
                        label=Signal::stored(text::map(&node, mean))
                        is_small=true
                    />
                    <Outlined outline/>
                </div>
                <p class="map-value number">{text::mean(mean)}</p>
            </div>
        }
    };
    let maps = move || changes.get().into_iter().map(map).collect::<Vec<_>>();
    view! {
        <section class="depth-maps" data-model=model.as_str()>
            <h5>{move || name.get()}</h5>
            <div class="depth-wall">{maps}</div>
            <ColourBar scale=Scale::Sequential range=Signal::derive(move || Some(range.get())) quantity=text::CHANGE/>
        </section>
    }
}

/// Outlines over a square.
#[component]
pub fn Outlined(
    /// What is outlined.
    outline: Signal<Outline>,
) -> impl IntoView {
    let path = move || {
        outline.with(|outline| {
            let rectangle =
                |[x, y, width, height]: &[usize; 4]| format!("M{x} {y}h{width}v{height}h-{width}z");
            outline.boxes.iter().map(rectangle).collect::<String>()
        })
    };
    let view_box = move || {
        let side = outline.with(|outline| outline.side.max(1));
        format!("0 0 {side} {side}")
    };
    view! {
        <svg class="box-sheet" viewBox=live(view_box) preserveAspectRatio="none" aria-hidden="true">
            <path class="box-halo" d=live(path)></path>
            <path class="box-line" d=live(path)></path>
        </svg>
    }
}
