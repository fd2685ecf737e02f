//! The window over the picture and over the map that the layer reads, the unit on the map that it makes, and the buttons that move them.

use std::time::Duration;

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use shared::ReceptiveField;

use super::{Layer, MODEL, Slide, map_of};
use crate::components::cropped_picture::CroppedPicture;
use crate::components::heat_map::{ColourBar, HeatMap};
use crate::components::learning::{MapPanel, PanelSize};
use crate::components::lenses::node_choice::write_place;
use crate::components::live::{live, on};
use crate::drawing::colour::Scale;
use crate::drawing::convolution_steps::{next_unit, previous_unit, window_start};
use crate::drawing::grid::Cell;
use crate::i18n::text::lenses::filters as text;
use crate::state::Models;

/// Time that a unit is shown while it plays.
const STEP: Duration = Duration::from_millis(700);
/// Most dots on the picture: more than a 3 x 3 window has lie too close to be told apart.
const MAX_DOTS: usize = 9;

/// What moves the window.
#[derive(Clone, Copy)]
struct Player {
    slide: Slide,
    is_playing: RwSignal<bool>,
}

impl Player {
    fn new(slide: Slide) -> Self {
        let player = Self { slide, is_playing: RwSignal::new(false) };
        let running = StoredValue::new(None::<IntervalHandle>);
        let stop = move || {
            if let Some(Some(handle)) = running.try_get_value() {
                handle.clear();
                running.set_value(None);
            }
        };
        Effect::new(move |_previous: Option<()>| {
            stop();
            if player.is_playing.get() {
                // Without a timer the steps remain.
                running.set_value(set_interval_with_handle(move || player.go(next_unit), STEP).ok());
            }
        });
        on_cleanup(stop);
        player
    }

    /// To a neighbouring unit.
    fn go(self, to: fn(Cell, usize, usize) -> Cell) {
        // A timer that is a moment late finds the lens closed.
        let Some(Some(layer)) = self.slide.layer.try_get_untracked() else { return };
        let side = layer.output_side;
        let unit = to(self.slide.unit.get_untracked(), side, side);
        let centre = |index: usize| (index as f64 + 0.5) / side as f64;
        self.slide.cursor.choose((centre(unit.column), centre(unit.row)));
    }

    fn step(self, to: fn(Cell, usize, usize) -> Cell) {
        self.is_playing.set(false);
        self.go(to);
        write_place(self.slide.state, self.slide.cursor);
    }

    fn toggle(self) {
        self.is_playing.update(|is_playing| *is_playing = !*is_playing);
        write_place(self.slide.state, self.slide.cursor);
    }

    /// Space plays and pauses; a visitor who wants no motion gets one step.
    fn key(self, event: &KeyboardEvent) {
        match event.key().as_str() {
            " " if prefers_stillness() => self.step(next_unit),
            " " => self.toggle(),
            name if name.starts_with("Arrow") => {
                self.is_playing.set(false);
                return;
            }
            _ => return,
        }
        event.prevent_default();
    }
}

/// Whether the visitor has asked the system for less motion.
fn prefers_stillness() -> bool {
    let query = window().match_media("(prefers-reduced-motion: reduce)").ok().flatten();
    query.is_some_and(|query| query.matches())
}

/// The three maps and the buttons.
#[component]
pub fn Sliding(
    /// What is chosen.
    slide: Slide,
) -> impl IntoView {
    let player = Player::new(slide);
    let remember = move || {
        if !player.is_playing.get_untracked() {
            write_place(slide.state, slide.cursor);
        }
    };
    let output = map_of(slide.output_map);
    let scale = Memo::new(move |_previous| match slide.layer.get() {
        Some(layer) if layer.has_relu => Scale::Sequential,
        _ => Scale::Diverging,
    });
    let output_map = move || {
        view! {
            <MapPanel
                name=Signal::derive(move || text::output(&slide.node(), slide.out_channel.get()))
                grid=output
                scale=scale.get()
                quantity=text::VALUE
                label=Signal::derive(move || text::output_label(&slide.node(), slide.out_channel.get()))
                size=PanelSize::Full
            />
        }
    };
    view! {
        <section class="filter-sliding" aria-labelledby="filter-sliding-heading">
            <h5 id="filter-sliding-heading">{text::SLIDING}</h5>
            <p class="muted">{text::SLIDING_HINT}</p>
            <div
                class="sliding-maps"
                on:keydown=on(move |event| player.key(&event))
                on:keyup=on(move |event: KeyboardEvent| if event.key().starts_with("Arrow") { remember() })
                on:pointerup=on(move |_event| remember())
            >
                <PictureWindow slide/>
                <InputWindow slide/>
                {output_map}
            </div>
            <div class="pager needs-script" role="group" aria-label=text::PLAYER data-export="no">
                <button type="button" class="button" on:click=on(move |_event| player.step(previous_unit))>{text::BACK}</button>
                <button type="button" class="button play" aria-pressed=live(move || player.is_playing.get().to_string()) on:click=on(move |_event| player.toggle())>
                    {move || if player.is_playing.get() { text::PAUSE } else { text::PLAY }}
                </button>
                <button type="button" class="button" on:click=on(move |_event| player.step(next_unit))>{text::NEXT}</button>
            </div>
        </section>
    }
}

/// The picture: what the unit can have seen of it, and where the units lie that it reads.
#[component]
fn PictureWindow(
    /// What is chosen.
    slide: Slide,
) -> impl IntoView {
    let side_px = Models::expect().info(MODEL).architecture.image_size();
    let marks = move || {
        let (layer, unit) = (slide.layer.get()?, slide.unit.get());
        let (rows, columns) = (layer.field.span(unit.row)?, layer.field.span(unit.column)?);
        let dots: Vec<_> = centres(&layer, unit)
            .into_iter()
            .map(|(x, y)| view! { <circle class="window-dot" cx=x cy=y r=side_px as f64 / 100.0/> })
            .collect();
        let (width, height) = (columns.end_px - columns.begin_px, rows.end_px - rows.begin_px);
        Some(view! {
            <rect class="cursor-halo" x=columns.begin_px y=rows.begin_px width=width height=height/>
            <rect class="window-field" x=columns.begin_px y=rows.begin_px width=width height=height/>
            {dots}
        })
    };
    let name = move || {
        let field = slide.layer.get().map(|layer| layer.field.size_px(side_px));
        text::on_picture(field.unwrap_or(side_px))
    };
    view! {
        <div class="map-panel">
            <p class="map-name">{name}</p>
            <div class="map-stack window-stack">
                <CroppedPicture model=MODEL alt=text::PICTURE_LABEL/>
                <svg class="window-marks" viewBox=format!("0 0 {side_px} {side_px}") aria-hidden="true">{marks}</svg>
            </div>
            <p class="muted window-note">{text::PICTURE_NOTE}</p>
        </div>
    }
}

/// Where the units of a window are centred on the picture, where there are few.
fn centres(layer: &Layer, unit: Cell) -> Vec<(f64, f64)> {
    let side = layer.conv.kernel_size;
    let ReceptiveField::Local { jump_px, start_px, .. } = layer.input_field else { return Vec::new() };
    if side * side > MAX_DOTS || jump_px == 1 {
        return Vec::new();
    }
    let along = |position: usize| {
        let first = window_start(&layer.conv, position);
        (first..first + side as i64)
            .filter(|index| (0..layer.input_side as i64).contains(index))
            .map(move |index| start_px + (index * jump_px as i64) as f64)
            .collect::<Vec<_>>()
    };
    let columns = along(unit.column);
    along(unit.row)
        .into_iter()
        .flat_map(|y| columns.iter().map(move |x| (*x, y)).collect::<Vec<_>>())
        .collect()
}

/// A channel of the map that the layer reads, with the window on it.
#[component]
fn InputWindow(
    /// What is chosen.
    slide: Slide,
) -> impl IntoView {
    let grid = map_of(slide.input_map);
    let ends = Memo::new(move |_previous| grid.get().map(|grid| Scale::Diverging.range(&grid)));
    let side = move || slide.layer.with(|layer| layer.as_ref().map_or(1, |layer| layer.input_side));
    let mark = move || {
        let (layer, unit) = (slide.layer.get()?, slide.unit.get());
        let (left, top) = (window_start(&layer.conv, unit.column), window_start(&layer.conv, unit.row));
        let side = layer.conv.kernel_size;
        Some(view! {
            <rect class="cursor-halo" x=left y=top width=side height=side/>
            <rect class="cursor-ring" x=left y=top width=side height=side/>
        })
    };
    let name = move || {
        let input = slide.layer.get().map(|layer| (layer.input.to_string(), layer.reads_colours()));
        input
            .map(|(input, is_colours)| text::input(&input, slide.in_channel.get(), is_colours))
            .unwrap_or_default()
    };
    view! {
        <div class="map-panel">
            <p class="map-name">{name}</p>
            <div class="map-stack window-stack">
                <HeatMap grid=grid scale=Scale::Diverging label=Signal::derive(name) is_apart=true/>
                <svg class="window-marks" viewBox=move || format!("0 0 {0} {0}", side()) aria-hidden="true">{mark}</svg>
            </div>
            <ColourBar scale=Scale::Diverging range=ends quantity=text::VALUE/>
            <p class="muted window-note">{move || slide.worked.get().map(|worked| text::padding_note(worked.sum.padding_cells))}</p>
        </div>
    }
}
