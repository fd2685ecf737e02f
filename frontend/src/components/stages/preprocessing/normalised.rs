//! The tensor that the model reads: its three channels as maps, and one pixel's way from 0 to 255 into it, with a check of
//! every value against the formula.

use std::sync::Arc;

use leptos::prelude::*;
use shared::NodeId;

use super::Recipe;
use crate::components::figure::Figure;
use crate::components::heat_map::{ColourBar, HeatMap};
use crate::components::picture_reading::PictureReading;
use crate::components::stages::data_table::{DataTable, Row, number_row};
use crate::components::stages::load_notice::LoadNotice;
use crate::drawing::colour::Scale;
use crate::drawing::grid::{Cell, Grid};
use crate::drawing::normalised::{agreement, steps};
use crate::drawing::pixels::CHANNELS;
use crate::i18n::number;
use crate::i18n::text::stages::{preprocessing as text, raw_data};
use crate::state::{Cursor, Load, TensorLoad, TensorRequest, View};

/// Decimals of the steps.
const DECIMALS: usize = 4;
/// Decimals of the tensor's values, all that an f32 of this size has.
const TENSOR_DECIMALS: usize = 6;

type Maps = Memo<Option<[Arc<Grid>; CHANNELS]>>;

/// The figure.
#[component]
pub fn Normalised(
    /// How the picture is prepared.
    recipe: Recipe,
    /// Reads the cropped picture.
    cropped: PictureReading,
) -> impl IntoView {
    let (model, cursor) = (View::expect().model(), Cursor::expect());
    let input = TensorLoad::new(move || {
        Some(TensorRequest::Node { model: model.get(), node: NodeId::new("input"), slice: None })
    });
    let maps: Maps = Memo::new(move |_previous| {
        let tensor = input.state().with(|state| state.ready().cloned())?;
        let [red, green, blue] = [0, 1, 2].map(|channel| Grid::channel(&tensor, channel).map(Arc::new));
        Some([red?, green?, blue?])
    });
    let range =
        Memo::new(move |_previous| {
            let ranges = maps.get()?.map(|map| map.range());
            Some(ranges.into_iter().fold((0.0_f32, 0.0_f32), |(low, high), (least, largest)| {
                (low.min(least), high.max(largest))
            }))
        });
    let symmetric = Signal::derive(move || {
        let (low, high) = range.get()?;
        let reach = low.abs().max(high);
        Some((-reach, reach))
    });
    let pixels = Memo::new(move |_previous| {
        let side = recipe.with(|recipe| u32::try_from(recipe.crop_size).unwrap_or(u32::MAX));
        cropped.whole(side)
    });
    let place = Memo::new(move |_previous| {
        let side = recipe.with(|recipe| recipe.crop_size);
        let square = Grid { rows: side, columns: side, values: Vec::new() };
        square.cell_at(cursor.position().unwrap_or((0.5, 0.5)))
    });
    let rows = move || {
        let colour = pixels.with(|pixels| pixels.as_ref()?.at(place.get().column, place.get().row));
        let maps = maps.get();
        (0..CHANNELS)
            .map(|channel| {
                let level = colour.map(|colour| colour[channel]);
                let value = maps.as_ref().and_then(|maps| maps[channel].value(place.get()));
                recipe.with(|recipe| pixel_row(recipe, channel, level, value))
            })
            .collect::<Vec<_>>()
    };
    let check = move || {
        let tensor = input.state().with(|state| match state {
            Load::Ready(tensor) => Some(Arc::clone(tensor)),
            Load::Waiting | Load::Failed(_) => None,
        })?;
        let pixels = pixels.get()?;
        Some(recipe.with(|recipe| agreement(recipe, &tensor, &pixels)))
    };
    view! {
        <Figure
            title=Signal::derive(move || text::normalised_title(range.get()))
            explanation=Signal::derive(move || recipe.with(text::normalised_explanation))
        >
            <div class="channels needs-script">
                {[0, 1, 2].map(|channel| view! {
                    <div class="channel">
                        <p class="channel-name">{raw_data::CHANNEL_NAMES[channel]}</p>
                        <HeatMap
                            grid=Signal::derive(move || maps.get().map(|maps| Arc::clone(&maps[channel])))
                            scale=Scale::Diverging
                            range=symmetric
                            label=text::map(raw_data::CHANNEL_NAMES[channel])
                        />
                    </div>
                })}
            </div>
            <div class="needs-script">
                <ColourBar scale=Scale::Diverging range=symmetric quantity=text::QUANTITY.to_owned()/>
                <LoadNotice loads=vec![input]/>
            </div>
            <div class="arithmetic">
                <p class="formula mono">{text::FORMULA}</p>
                <p class="pixel-place number needs-script">{move || place_words(place.get())}</p>
                <DataTable
                    caption=text::ARITHMETIC_TABLE.to_owned()
                    columns=Signal::derive(move || text::ARITHMETIC_COLUMNS.map(str::to_owned).to_vec())
                    rows=Signal::derive(rows)
                />
                <p class="check">{move || check().map(text::check)}</p>
            </div>
        </Figure>
    }
}

fn place_words(place: Cell) -> String {
    raw_data::pixel_place((place.column, place.row))
}

/// One channel's steps; before they are known, the recipe's numbers alone.
fn pixel_row(recipe: &shared::Preprocessing, channel: usize, level: Option<u8>, value: Option<f32>) -> Row {
    let gap = || "\u{2007}".to_owned();
    let steps = level.map(|level| steps(recipe, channel, level));
    let step = |number: Option<f32>| number.map_or_else(gap, |number| number::fixed(number.into(), DECIMALS));
    number_row(
        raw_data::CHANNEL_NAMES[channel],
        [
            level.map_or_else(gap, |level| level.to_string()),
            step(steps.map(|steps| steps.unit)),
            text::minus(recipe.mean[channel]),
            step(steps.map(|steps| steps.centred)),
            text::divided(recipe.std[channel]),
            step(steps.map(|steps| steps.normalised)),
            value.map_or_else(gap, |value| number::fixed(value.into(), TENSOR_DECIMALS)),
        ],
    )
}
