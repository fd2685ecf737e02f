//! The picture under a magnifying glass: the pixel that the visitor points at, its neighbours, and its three numbers.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;

use super::pointed_picture::{Place, PointedPicture};
use crate::components::figure::Figure;
use crate::components::picture_reading::{PictureReading, paint};
use crate::components::specimen_panel::geometry::crop_to_picture;
use crate::components::stages::data_table::{Bar, Cell, DataTable, Row};
use crate::drawing::pixels::{LEVELS, Pixels};
use crate::i18n::text::stages::raw_data as text;
use crate::state::{Cursor, Models, Specimen, View};

/// Pixels across the magnified neighbourhood; odd, so that one is in its middle.
const LENS_SIDE: u32 = 11;
/// Colours of the three bars.
const BAR_KINDS: [&str; 3] = ["is-red", "is-green", "is-blue"];

type LensPixels = Memo<Option<Arc<Pixels>>>;

/// The figure.
#[component]
pub fn PixelReader(
    /// Reads the picture that this figure shows.
    reading: PictureReading,
) -> impl IntoView {
    let specimen = Specimen::expect();
    // Where this figure is pointed at; places outside of the crop have no shared cursor.
    let pointed = RwSignal::new(None::<Place>);
    let pixel = pixel_shown(reading, pointed);
    let lens: LensPixels = Memo::new(move |_previous| reading.around(pixel.get(), LENS_SIDE));
    let colour = Memo::new(move |_previous| {
        let middle = (LENS_SIDE / 2) as usize;
        lens.with(|lens| lens.as_ref()?.at(middle, middle))
    });
    let other_size = move || {
        let own = specimen.image().with(|image| (image.info.width as usize, image.info.height as usize));
        reading.size().filter(|size| *size != own)
    };
    let rows = move || {
        let levels = colour.get().map(|colour| colour.map(Some)).unwrap_or_default();
        levels.into_iter().enumerate().map(level_row).collect::<Vec<_>>()
    };
    view! {
        <Figure
            title=Signal::derive(move || text::pixel_title(colour.get()))
            explanation=Signal::derive(move || text::pixel_explanation(other_size()))
        >
            <div class="pixel-reader">
                <PointedPicture reading pointed pixel/>
                <div class="pixel-numbers needs-script">
                    <Lens lens/>
                    <div>
                        <p class="pixel-place number">{move || text::pixel_place(pixel.get())}</p>
                        <DataTable
                            caption=text::PIXEL_TABLE.to_owned()
                            columns=text::PIXEL_COLUMNS.map(str::to_owned).to_vec()
                            rows=Signal::derive(rows)
                        />
                    </div>
                </div>
            </div>
        </Figure>
    }
}

fn level_row((channel, level): (usize, Option<u8>)) -> Row {
    let part = f64::from(level.unwrap_or_default()) / (LEVELS - 1) as f64;
    let words = level.map_or_else(|| "\u{2007}".to_owned(), |level| level.to_string());
    let bar = Bar { from: 0.0, to: part, kind: BAR_KINDS[channel] };
    let name = Cell::Words(text::CHANNEL_NAMES[channel].to_owned());
    Row { cells: vec![name, Cell::Number(words), Cell::Bar(bar)], is_marked: false }
}

/// The pixel that is shown: where this figure is pointed at, else where the shared cursor is, else the middle.
fn pixel_shown(reading: PictureReading, pointed: RwSignal<Option<Place>>) -> Memo<(usize, usize)> {
    let (specimen, cursor) = (Specimen::expect(), Cursor::expect());
    let (model, models) = (View::expect().model(), Models::expect());
    Memo::new(move |_previous| {
        let (width, height) = specimen.image().with(|image| (image.info.width, image.info.height));
        let from_cursor = || {
            let crop = models.info(model.get()).preprocessing.crop_box(width, height);
            let (x, y) = crop_to_picture(cursor.position()?, &crop);
            Some((x / f64::from(width), y / f64::from(height)))
        };
        let (x, y) = pointed.get().or_else(from_cursor).unwrap_or((0.5, 0.5));
        let (columns, rows) = reading.size().unwrap_or((width as usize, height as usize));
        // Truncation is the floor here; the far edge belongs to the last pixel.
        let index = |place: f64, count: usize| {
            ((place.max(0.0) * count as f64) as usize).min(count.saturating_sub(1))
        };
        (index(x, columns), index(y, rows))
    })
}

/// The neighbourhood, magnified, with its middle marked.
#[component]
fn Lens(
    /// The pixels.
    lens: LensPixels,
) -> impl IntoView {
    let canvas = NodeRef::<html::Canvas>::new();
    Effect::new(move |_previous: Option<()>| {
        if let (Some(canvas), Some(pixels)) = (canvas.get(), lens.get()) {
            paint(&canvas, &pixels);
        }
    });
    let middle = LENS_SIDE / 2;
    view! {
        <div class="lens" role="img" aria-label=text::lens(LENS_SIDE)>
            <canvas node_ref=canvas aria-hidden="true"></canvas>
            <svg viewBox=format!("0 0 {LENS_SIDE} {LENS_SIDE}") aria-hidden="true">
                <rect class="cursor-halo" x=middle y=middle width="1" height="1"/>
                <rect class="cursor-ring" x=middle y=middle width="1" height="1"/>
            </svg>
        </div>
    }
}
