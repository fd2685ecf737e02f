//! Maps of all blocks and heads side by side on one canvas, to see at a glance which differ, and to open one.

use std::sync::Arc;

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::html;
use leptos::prelude::*;

use super::super::pickers::Toggle;
use super::options::Buttons;
use crate::components::heat_map::{ColourBar, draw};
use crate::components::live::{live, on};
use crate::drawing::attention_rows::{AttentionRows, HeadChoice, Wall, step};
use crate::drawing::colour::Scale;
use crate::drawing::grid::Cell;
use crate::i18n::text::lenses::attention as text;
use crate::state::LensState;

/// A block and a head, or its heads as one.
type Place = (usize, HeadChoice);

/// What the wall follows.
#[derive(Clone, Copy)]
struct WallState {
    rows: Signal<Option<Arc<AttentionRows>>>,
    shown: Memo<Wall>,
    lines: Memo<Vec<Vec<Place>>>,
    chosen: Signal<Place>,
    marked: RwSignal<Option<Cell>>,
    each_own_scale: Signal<bool>,
    on_open: Callback<Place>,
    canvas: NodeRef<html::Canvas>,
}

/// The wall with its choices.
#[component]
pub fn WallOfMaps(
    /// What is drawn.
    #[prop(into)]
    rows: Signal<Option<Arc<AttentionRows>>>,
    /// The block and head that is shown large.
    #[prop(into)]
    chosen: Signal<Place>,
    /// Shows another one large.
    #[prop(into)]
    on_open: Callback<Place>,
) -> impl IntoView {
    let state = LensState::new();
    let (kind, scale) = (state.text("wall"), state.text("scale"));
    let kind = move || kind.get().unwrap_or_else(|| "all".to_owned());
    let each_own_scale = Signal::derive(move || scale.get().as_deref() != Some("one"));
    let shown = Memo::new(move |_previous| match kind().as_str() {
        "block" => Wall::OfBlock(chosen.get().0),
        "head" => Wall::OfHead(chosen.get().1),
        _ => Wall::All,
    });
    let lines = Memo::new(move |_previous| {
        let shown = shown.get();
        rows.with(|rows| rows.as_ref().map(|rows| rows.wall(shown)).unwrap_or_default())
    });
    let is_whole = Memo::new(move |_previous| shown.get() == Wall::All);
    let (marked, canvas) = (RwSignal::new(None), NodeRef::new());
    let wall = WallState { rows, shown, lines, chosen, marked, each_own_scale, on_open, canvas };
    draw_on(wall);
    let kinds = [("all", text::WALL_ALL), ("block", text::WALL_BLOCK), ("head", text::WALL_HEAD)];
    let range = move || match each_own_scale.get() {
        true => Some((0.0, 1.0)),
        false => Some((0.0, wall.largest()?)),
    };
    let quantity = move || if each_own_scale.get() { text::SHARE_OF_LARGEST } else { text::WEIGHT };
    view! {
        <div class="attention-wall">
            <p class="map-name">{live(move || wall.title())}</p>
            <div class="lens-controls">
                <Buttons
                    name=text::WALL
                    options=kinds.map(|(value, name)| (value.to_owned(), name.to_owned())).to_vec()
                    chosen=Signal::derive(kind)
                    on_choose=move |kind: String| {
                        marked.set(None);
                        state.set("wall", if kind == "all" { "" } else { kind.as_str() });
                    }
                />
                <Toggle
                    name=text::OWN_SCALE
                    is_on=each_own_scale
                    on_change=move |own: bool| state.set("scale", if own { "" } else { "one" })
                />
            </div>
            <div class="wall-frame" class:is-whole=move || is_whole.get()>
                {move || is_whole.get().then(|| view! { {wall.heads()} {wall.blocks()} })}
                {wall.maps(is_whole)}
            </div>
            <ColourBar scale=Scale::Sequential range=Signal::derive(range) quantity=Signal::derive(move || quantity().to_owned())/>
            <p class="readout">{live(move || wall.told())}</p>
        </div>
    }
}

fn draw_on(wall: WallState) {
    Effect::new(move |_previous: Option<()>| {
        let (Some(canvas), Some(rows)) = (wall.canvas.get(), wall.rows.get()) else { return };
        let each_own_scale = wall.each_own_scale.get();
        let Some(mosaic) = wall.lines.with(|lines| rows.mosaic(lines, each_own_scale)) else { return };
        draw(&canvas, &mosaic, Scale::Sequential, (0.0, mosaic.range().1));
    });
}

impl WallState {
    fn side(self) -> usize {
        self.rows.with(|rows| {
            let row = rows.as_ref().and_then(|rows| rows.row(0, HeadChoice::Mean));
            row.map_or(1, |row| row.patches.rows)
        })
    }

    fn largest(self) -> Option<f32> {
        let rows = self.rows.get()?;
        self.lines.with(|lines| rows.mosaic(lines, false)).map(|mosaic| mosaic.range().1)
    }

    fn place(self, cell: Cell) -> Option<Place> {
        self.lines.with(|lines| lines.get(cell.row)?.get(cell.column).copied())
    }

    /// Where the chosen block and head hang.
    fn cell_of_chosen(self) -> Option<Cell> {
        let chosen = self.chosen.get();
        self.lines.with(|lines| {
            lines.iter().enumerate().find_map(|(row, line)| {
                line.iter().position(|place| *place == chosen).map(|column| Cell { row, column })
            })
        })
    }

    fn title(self) -> String {
        let count = self.lines.with(|lines| lines.iter().map(Vec::len).sum());
        match self.shown.get() {
            Wall::All => text::wall_of_all(self.lines.with(Vec::len), count),
            Wall::OfBlock(block) => text::wall_of_block(block, count),
            Wall::OfHead(head) => text::wall_of_head(head, count),
        }
    }

    /// What is under the pointer, or else what is chosen.
    fn told(self) -> String {
        let (block, head) =
            self.marked.get().and_then(|cell| self.place(cell)).unwrap_or_else(|| self.chosen.get());
        let row = self.rows.with(|rows| rows.as_ref()?.row(block, head));
        row.map(|row| text::told(block, head, row.patches_with_half(), row.to_leading)).unwrap_or_default()
    }

    fn heads(self) -> impl IntoView {
        let count = self.lines.with(|lines| lines.first().map_or(0, Vec::len));
        let names: Vec<_> = (0..count).map(|head| view! { <span>{head}</span> }).collect();
        view! { <p class="wall-axis wall-heads-name">{text::HEAD}</p> <div class="wall-heads" aria-hidden="true">{names}</div> }
    }

    fn blocks(self) -> impl IntoView {
        let count = self.lines.with(Vec::len);
        let names: Vec<_> = (0..count).map(|block| view! { <span>{block}</span> }).collect();
        view! { <div class="wall-blocks" aria-hidden="true">{names}</div> }
    }

    fn maps(self, is_whole: Memo<bool>) -> impl IntoView {
        let pointed = move |event: &PointerEvent| {
            let bounds = self.canvas.get_untracked()?.get_bounding_client_rect();
            let (rows, columns) = self
                .lines
                .with_untracked(|lines| (lines.len(), lines.iter().map(Vec::len).max().unwrap_or(0)));
            let part = |offset: f64, size: f64, count: usize| {
                let index = (offset / size * count as f64).max(0.0) as usize;
                (offset < size).then_some(index)
            };
            let row = part(f64::from(event.client_y()) - bounds.top(), bounds.height(), rows)?;
            let column = part(f64::from(event.client_x()) - bounds.left(), bounds.width(), columns)?;
            let cell = Cell { row, column };
            untrack(move || self.place(cell)).map(|_place| cell)
        };
        let label = move || text::wall_label(&self.title(), &self.told());
        view! {
            <div
                class="wall-maps"
                role="img"
                tabindex="0"
                aria-label=live(label)
                on:pointermove=on(move |event| self.marked.set(pointed(&event)))
                on:pointerleave=on(move |_event| self.marked.set(None))
                on:click=on(move |_event: leptos::ev::MouseEvent| self.open())
                on:keydown=on(move |event| self.step(&event))
            >
                <canvas node_ref=self.canvas aria-hidden="true"></canvas>
                {move || self.outlines(is_whole.get())}
            </div>
        }
    }

    /// Frames around the chosen and the marked map, and names in the corners where no axis names them.
    fn outlines(self, is_whole: bool) -> impl IntoView {
        let side = self.side();
        let (rows, columns) =
            self.lines.with(|lines| (lines.len(), lines.iter().map(Vec::len).max().unwrap_or(0)));
        let (width, height) = ((columns * (side + 1)).max(2) - 1, (rows * (side + 1)).max(2) - 1);
        let frame = move |cell: Cell, class: &'static str| {
            let (x, y) = (cell.column * (side + 1), cell.row * (side + 1));
            view! { <rect class=class x=x y=y width=side height=side/> }
        };
        let chosen = self.cell_of_chosen();
        let marked = self.marked.get().filter(|cell| Some(*cell) != chosen);
        let names: Vec<_> = match is_whole {
            true => Vec::new(),
            false => self.lines.with(|lines| names(lines, side)),
        };
        view! {
            <svg viewBox=format!("0 0 {width} {height}") preserveAspectRatio="none" aria-hidden="true">
                {names.into_iter().map(|(x, y, name)| view! {
                    <text class="wall-name" x=x y=y font-size=side as f64 * 0.15>{name}</text>
                }).collect::<Vec<_>>()}
                {marked.map(|cell| frame(cell, "wall-mark"))}
                {chosen.map(|cell| view! { {frame(cell, "cursor-halo")} {frame(cell, "cursor-ring")} })}
            </svg>
        }
    }

    fn open(self) {
        let place = untrack(move || self.marked.get().and_then(|cell| self.place(cell)));
        place.into_iter().for_each(|place| self.on_open.run(place));
    }

    /// Arrow keys walk, Enter and the space bar open.
    fn step(self, event: &KeyboardEvent) {
        let key = event.key();
        if matches!(key.as_str(), "Enter" | " ") {
            event.prevent_default();
            return self.open();
        }
        let from = untrack(move || self.marked.get().or_else(|| self.cell_of_chosen()));
        let from = from.unwrap_or(Cell { row: 0, column: 0 });
        let lengths: Vec<usize> = self.lines.with_untracked(|lines| lines.iter().map(Vec::len).collect());
        if let Some(to) = step(&lengths, from, &key) {
            event.prevent_default();
            self.marked.set(Some(to));
        }
    }
}

/// Where each map's name stands, in the corner of the map.
fn names(lines: &[Vec<Place>], side: usize) -> Vec<(f64, f64, String)> {
    let is_one_block = lines.iter().flatten().all(|(block, _head)| Some(block) == first(lines).as_ref());
    let mut names = Vec::new();
    for (row, line) in lines.iter().enumerate() {
        for (column, (block, head)) in line.iter().enumerate() {
            let name = if is_one_block { text::head(*head) } else { text::block_short(*block) };
            let at = |index: usize, part: f64| (index * (side + 1)) as f64 + side as f64 * part;
            names.push((at(column, 0.04), at(row, 0.16), name));
        }
    }
    names
}

fn first(lines: &[Vec<Place>]) -> Option<usize> {
    lines.first().and_then(|line| line.first()).map(|(block, _head)| *block)
}
