//! The picture with the square that the chosen model sees, and the cursor that all views share.

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::html;
use leptos::prelude::*;
use shared::CropBox;

use super::geometry::{Size, crop_to_picture, frame_to_picture, picture_to_crop};
use crate::components::live::{live, on};
use crate::i18n::text::shell as text;
use crate::state::{Cursor, Models, Specimen, View};

/// A step of the arrow keys, as a part of the square's side.
const KEY_STEP: f64 = 1.0 / 32.0;

/// The picture, its frame and its caption.
#[component]
pub fn Picture() -> impl IntoView {
    let (specimen, cursor) = (Specimen::expect(), Cursor::expect());
    let crop = crop_box();
    let frame = NodeRef::<html::Div>::new();
    let picture_size = move || {
        let info = specimen.image().get().info;
        Size { width: f64::from(info.width), height: f64::from(info.height) }
    };
    let point = move |event: PointerEvent| {
        let Some(frame) =
            frame.get_untracked().filter(|_frame| specimen.arriving().get_untracked().is_none())
        else {
            return;
        };
        let bounds = frame.get_bounding_client_rect();
        let size = Size { width: bounds.width(), height: bounds.height() };
        let place = (f64::from(event.client_x()) - bounds.left(), f64::from(event.client_y()) - bounds.top());
        let place = frame_to_picture(place, size, untrack(picture_size));
        cursor.point_at(Some(picture_to_crop(place, &untrack(crop))));
    };
    let shown_url =
        move || specimen.arriving().get().map_or_else(|| specimen.image().get().url, |arriving| arriving.url);
    view! {
        <figure class="picture">
            <div
                class="picture-frame"
                node_ref=frame
                role="group"
                tabindex="0"
                aria-label=text::PICTURE_KEYS
                on:pointermove=on(point)
                on:pointerdown=on(point)
                on:pointerleave=on(move |_event| cursor.point_at(None))
                on:keydown=on(move |event| move_by_key(cursor, &event))
            >
                <img
                    src=live(shown_url)
                    alt=live(move || specimen.image().get().description)
                    width=live(move || specimen.image().get().info.width)
                    height=live(move || specimen.image().get().info.height)
                    draggable="false"
                    on:error=on(move |_event| specimen.cannot_display())
                />
                <svg class="picture-overlay" viewBox=live(move || view_box(picture_size())) aria-hidden="true">
                    {move || specimen.arriving().get().is_none().then(|| overlay(picture_size(), crop()))}
                    {move || cursor.position().map(|position| cross_hair(crop_to_picture(position, &crop()), picture_size()))}
                </svg>
            </div>
            <figcaption class="picture-caption">{move || caption(specimen)}</figcaption>
        </figure>
    }
}

/// What the chosen model sees of the picture, in the picture's pixels.
fn crop_box() -> impl Fn() -> CropBox + Copy + Send + Sync + 'static {
    let (specimen, model, models) = (Specimen::expect(), View::expect().model(), Models::expect());
    let models = StoredValue::new(models);
    move || {
        let (width, height) = specimen.image().with(|image| (image.info.width, image.info.height));
        models.with_value(|models| models.info(model.get()).preprocessing.crop_box(width, height))
    }
}

fn view_box(size: Size) -> String {
    format!("0 0 {} {}", size.width, size.height)
}

/// Dims what the model does not see and draws the border.
fn overlay(picture: Size, crop: CropBox) -> impl IntoView {
    let CropBox { left, top, width, height } = crop;
    let shade =
        format!("M0 0H{}V{}H0ZM{left} {top}v{height}h{width}v-{height}Z", picture.width, picture.height);
    view! {
        <path class="picture-shade" d=shade fill-rule="evenodd"/>
        <rect class="picture-crop" x=left y=top width=width height=height/>
    }
}

fn cross_hair((x, y): (f64, f64), picture: Size) -> impl IntoView {
    let radius = picture.width.max(picture.height) / 45.0;
    view! {
        <circle class="cursor-halo" cx=x cy=y r=radius/>
        <circle class="cursor-ring" cx=x cy=y r=radius/>
    }
}

fn caption(specimen: Specimen) -> impl IntoView {
    let (name, size) = match specimen.arriving().get() {
        Some(arriving) => (arriving.name, None),
        None => {
            let image = specimen.image().get();
            let sample = image.sample.as_ref().and_then(|name| specimen.sample(name));
            let name = sample.map_or(image.description, |sample| sample.attribution);
            (name, Some(text::picture_size(&image.info)))
        }
    };
    view! {
        <span class="picture-name">{name}</span>
        {size.map(|size| view! { <span class="picture-size number">{size}</span> })}
    }
}

fn move_by_key(cursor: Cursor, event: &KeyboardEvent) {
    let (right, down) = match event.key().as_str() {
        "ArrowLeft" => (-KEY_STEP, 0.0),
        "ArrowRight" => (KEY_STEP, 0.0),
        "ArrowUp" => (0.0, -KEY_STEP),
        "ArrowDown" => (0.0, KEY_STEP),
        "Escape" => return cursor.point_at(None),
        _ => return,
    };
    event.prevent_default();
    let (x, y) = untrack(move || cursor.position()).unwrap_or((0.5, 0.5));
    cursor.point_at(Some(((x + right).clamp(0.0, 1.0), (y + down).clamp(0.0, 1.0))));
}
