//! The whole picture, to be pointed at pixel by pixel; inside the square that the model sees this moves the shared cursor.

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::html;
use leptos::prelude::*;

use crate::components::live::{live, on};
use crate::components::picture_reading::PictureReading;
use crate::components::specimen_panel::geometry::{Size, frame_to_picture, picture_to_crop};
use crate::i18n::text::stages::raw_data as text;
use crate::state::{Cursor, Models, Specimen, View};

/// Pixels that an arrow key moves with Shift held.
const LONG_STEP: f64 = 10.0;

/// A place in the picture, each axis from 0 to 1.
pub type Place = (f64, f64);

/// The picture with a mark at the pixel.
#[component]
pub fn PointedPicture(
    /// Reads the picture.
    reading: PictureReading,
    /// Where it is pointed at.
    pointed: RwSignal<Option<Place>>,
    /// The pixel shown.
    pixel: Memo<(usize, usize)>,
) -> impl IntoView {
    let specimen = Specimen::expect();
    let frame = NodeRef::<html::Div>::new();
    let size = Memo::new(move |_previous| specimen.image().with(|image| size_of(&image.info)));
    let pointer = Pointer { pointed, size, cursor: Cursor::expect(), view: View::expect() };
    let models = StoredValue::new(Models::expect());
    let point_at = move |place| models.with_value(|models| pointer.point_at(place, models));
    let point = move |event: PointerEvent| {
        if let Some(frame) = frame.get_untracked() {
            let bounds = frame.get_bounding_client_rect();
            let place =
                (f64::from(event.client_x()) - bounds.left(), f64::from(event.client_y()) - bounds.top());
            point_at(pointer.place(place, Size { width: bounds.width(), height: bounds.height() }));
        }
    };
    let move_by_key = move |event: KeyboardEvent| match event.key().as_str() {
        "Escape" if pointed.get_untracked().is_some() => {
            // Escape lets go of the pixel first, and closes the stage only then.
            event.stop_propagation();
            point_at(None);
        }
        _ => {
            let place = moved(&event, pixel.get_untracked(), untrack(move || reading.size()));
            place.into_iter().for_each(|place| point_at(Some(place)));
        }
    };
    view! {
        <div
            class="picture-frame"
            node_ref=frame
            role="group"
            tabindex="0"
            aria-label=text::PIXEL_KEYS
            on:pointermove=on(point)
            on:pointerdown=on(point)
            on:pointerleave=on(move |_event| point_at(None))
            on:keydown=on(move_by_key)
        >
            <img
                node_ref=reading.image
                src=live(move || specimen.image().with(|image| image.url.clone()))
                alt=live(move || specimen.image().with(|image| image.description.clone()))
                width=live(move || size.get().width)
                height=live(move || size.get().height)
                draggable="false"
                on:load=on(move |_event| reading.loaded())
                on:error=on(move |_event| specimen.cannot_display())
            />
            <svg class="picture-overlay" viewBox=live(move || format!("0 0 {} {}", size.get().width, size.get().height)) aria-hidden="true">
                {move || mark(pixel.get(), reading.size(), size.get())}
            </svg>
        </div>
    }
}

fn size_of(info: &shared::ImageInfo) -> Size {
    Size { width: f64::from(info.width), height: f64::from(info.height) }
}

/// Puts what is pointed at where it belongs.
#[derive(Clone, Copy)]
struct Pointer {
    pointed: RwSignal<Option<Place>>,
    size: Memo<Size>,
    cursor: Cursor,
    view: View,
}

impl Pointer {
    /// From a point of the frame to a place in the picture; `None` beside it.
    fn place(self, point: (f64, f64), frame: Size) -> Option<Place> {
        let size = self.size.get_untracked();
        let (x, y) = frame_to_picture(point, frame, size);
        let place = (x / size.width, y / size.height);
        let is_inside = |position: f64| (0.0..=1.0).contains(&position);
        (is_inside(place.0) && is_inside(place.1)).then_some(place)
    }

    fn point_at(self, place: Option<Place>, models: &Models) {
        let Size { width, height } = self.size.get_untracked();
        let model = self.view.get_untracked().model;
        let crop = models.info(model).preprocessing.crop_box(width as u32, height as u32);
        self.pointed.set(place);
        self.cursor.point_at(place.map(|(x, y)| picture_to_crop((x * width, y * height), &crop)));
    }
}

/// A ring around a pixel. `natural` is the size that the pixel is counted in, `size` that of the drawing.
fn mark((column, row): (usize, usize), natural: Option<(usize, usize)>, size: Size) -> impl IntoView {
    let (columns, rows) =
        natural.map_or((size.width, size.height), |(columns, rows)| (columns as f64, rows as f64));
    let (x, y) = ((column as f64 + 0.5) / columns * size.width, (row as f64 + 0.5) / rows * size.height);
    let radius = size.width.max(size.height) / 60.0;
    view! {
        <circle class="cursor-halo" cx=x cy=y r=radius/>
        <circle class="cursor-ring" cx=x cy=y r=radius/>
    }
}

/// Where a key leads, to the middle of a pixel.
fn moved(event: &KeyboardEvent, pixel: (usize, usize), size: Option<(usize, usize)>) -> Option<Place> {
    let length = if event.shift_key() { LONG_STEP } else { 1.0 };
    let (right, down) = match event.key().as_str() {
        "ArrowLeft" => (-length, 0.0),
        "ArrowRight" => (length, 0.0),
        "ArrowUp" => (0.0, -length),
        "ArrowDown" => (0.0, length),
        _ => return None,
    };
    event.prevent_default();
    let (columns, rows) = size?;
    let middle = |index: usize, step: f64, count: usize| {
        (index as f64 + 0.5 + step).clamp(0.5, count as f64 - 0.5) / count as f64
    };
    Some((middle(pixel.0, right, columns), middle(pixel.1, down, rows)))
}
