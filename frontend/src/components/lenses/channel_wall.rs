//! A wall of small maps on one canvas, of which one is chosen by pointer or arrow keys.

use std::sync::Arc;

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

use crate::components::live::{live, on};
use crate::drawing::wall::{Sprite, Wall};

/// The wall, which is a slider over its tiles for those who do not see it.
#[component]
pub fn ChannelWall(
    /// The tiles; `None` while they are on their way.
    #[prop(into)]
    sprite: Signal<Option<Arc<Sprite>>>,
    /// Position of the chosen tile, if it is on this wall.
    #[prop(into)]
    chosen: Signal<Option<usize>>,
    /// Takes the position of a tile.
    #[prop(into)]
    on_choose: Callback<usize>,
    /// What is to be chosen.
    #[prop(into)]
    label: Signal<String>,
    /// The chosen one in words.
    #[prop(into)]
    value: Signal<String>,
    /// Takes -1 and 1 where a key leads before the first and behind the last tile.
    #[prop(optional, into)]
    on_leave: Option<Callback<i8>>,
) -> impl IntoView {
    let canvas = NodeRef::<html::Canvas>::new();
    Effect::new(move |_previous: Option<()>| {
        if let (Some(canvas), Some(sprite)) = (canvas.get(), sprite.get()) {
            draw(&canvas, &sprite);
        }
    });
    let wall = Memo::new(move |_previous| sprite.with(|sprite| sprite.as_ref().map(|sprite| sprite.wall)));
    let pointed = move |event: &PointerEvent| {
        let bounds = canvas.get_untracked()?.get_bounding_client_rect();
        let x = (f64::from(event.client_x()) - bounds.left()) / bounds.width();
        let y = (f64::from(event.client_y()) - bounds.top()) / bounds.height();
        wall.get_untracked()?.tile_at((x, y))
    };
    let key = move |event: KeyboardEvent| {
        let (Some(wall), name) = (wall.get_untracked(), event.key()) else { return };
        let tile = chosen.get_untracked();
        let way = match name.as_str() {
            "PageUp" => -1,
            "PageDown" => 1,
            "ArrowLeft" | "ArrowUp" if tile.is_some_and(|tile| wall.step(tile, &name).is_none()) => -1,
            "ArrowRight" | "ArrowDown" if tile.is_some_and(|tile| wall.step(tile, &name).is_none()) => 1,
            _ => 0,
        };
        let to =
            tile.map_or(Some(0).filter(|_first| name.starts_with("Arrow")), |tile| wall.step(tile, &name));
        if let Some(to) = to {
            event.prevent_default();
            on_choose.run(to);
        } else if way != 0 {
            event.prevent_default();
            on_leave.into_iter().for_each(|leave| leave.run(way));
        }
    };
    view! {
        <div
            class="channel-wall"
            class:is-waiting=move || wall.get().is_none()
            class:is-fine=move || wall.get().is_some_and(is_fine)
            role="slider"
            tabindex="0"
            aria-label=live(move || label.get())
            aria-valuemin="0"
            aria-valuemax=live(move || wall.get().map_or(0, |wall| wall.tiles.saturating_sub(1)))
            aria-valuenow=live(move || chosen.get().unwrap_or(0))
            aria-valuetext=live(move || value.get())
            on:pointerdown=on(move |event| pointed(&event).into_iter().for_each(|tile| on_choose.run(tile)))
            on:keydown=on(key)
        >
            <canvas node_ref=canvas aria-hidden="true"></canvas>
            {move || wall.get().map(|wall| outline(&wall, chosen))}
        </div>
    }
}

/// A sprite that is only looked at.
#[component]
pub fn SpritePicture(
    /// The picture; `None` while it is on its way.
    #[prop(into)]
    sprite: Signal<Option<Arc<Sprite>>>,
    /// What is to be seen.
    #[prop(into)]
    label: Signal<String>,
) -> impl IntoView {
    let canvas = NodeRef::<html::Canvas>::new();
    Effect::new(move |_previous: Option<()>| {
        if let (Some(canvas), Some(sprite)) = (canvas.get(), sprite.get()) {
            draw(&canvas, &sprite);
        }
    });
    view! {
        <div class="channel-wall sprite-picture" role="img" aria-label=live(move || label.get())>
            <canvas node_ref=canvas aria-hidden="true"></canvas>
        </div>
    }
}

/// Tiles of more pixels than the screen has for them are drawn smooth, the others with sharp edges.
fn is_fine(wall: Wall) -> bool {
    const LARGE_TILE: usize = 56;
    wall.tile_width >= LARGE_TILE
}

fn outline(wall: &Wall, chosen: Signal<Option<usize>>) -> impl IntoView + use<> {
    let wall = *wall;
    let place = move || chosen.get().filter(|tile| *tile < wall.tiles).map(|tile| wall.origin(tile));
    view! {
        <svg class="heat-map-cursor" viewBox=format!("0 0 {} {}", wall.width(), wall.height()) preserveAspectRatio="none" aria-hidden="true">
            {move || place().map(|(x, y)| view! {
                <rect class="cursor-halo" x=x y=y width=wall.tile_width height=wall.tile_height/>
                <rect class="cursor-ring" x=x y=y width=wall.tile_width height=wall.tile_height/>
            })}
        </svg>
    }
}

fn draw(canvas: &HtmlCanvasElement, sprite: &Sprite) {
    let (width, height) = (sprite.wall.width() as u32, sprite.wall.height() as u32);
    canvas.set_width(width);
    canvas.set_height(height);
    let context = canvas.get_context("2d").ok().flatten();
    let context = context.and_then(|context| context.dyn_into::<CanvasRenderingContext2d>().ok());
    let image = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&sprite.rgba), width, height);
    if let (Some(context), Ok(image)) = (context, image) {
        // Fails only for places that are not finite, and these are whole numbers.
        _ = context.put_image_data(&image, 0.0, 0.0);
    }
}
