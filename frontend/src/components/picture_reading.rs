//! The pixels of a picture that the page shows, read through a canvas: whole, or a part of it at its own resolution. Only
//! pictures of this page's own origin and of the visitor's disk are shown, so a canvas may be read.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, HtmlImageElement, ImageData};

use crate::drawing::pixels::Pixels;

/// An `<img>` whose pixels can be read once it has loaded.
#[derive(Clone, Copy, Debug)]
pub struct PictureReading {
    /// The element.
    pub image: NodeRef<html::Img>,
    /// How often it has loaded a picture.
    loads: RwSignal<u32>,
}

/// A rectangle of a picture, in its pixels; may reach beyond it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Part {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
}

/// A size in whole pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Size {
    width: u32,
    height: u32,
}

impl PictureReading {
    /// Nothing is read yet. The element calls [`Self::loaded`].
    pub fn new() -> Self {
        let reading = Self { image: NodeRef::new(), loads: RwSignal::new(0) };
        // Runs once the page is hydrated; a picture of the server's HTML has mostly loaded by then.
        Effect::new(move |_previous: Option<()>| {
            if reading.image.get().is_some_and(|image| is_complete(&image)) {
                reading.loaded();
            }
        });
        reading
    }

    /// The element has loaded a picture.
    pub fn loaded(self) {
        self.loads.update(|loads| *loads += 1);
    }

    /// Columns and rows of the picture as the browser sees it; reactive, `None` until it has loaded.
    pub fn size(self) -> Option<(usize, usize)> {
        let image = self.element()?;
        Some((image.natural_width() as usize, image.natural_height() as usize))
    }

    /// The whole picture; where its longer side is above `max_side`, evenly chosen pixels of it. Reactive.
    pub fn whole(self, max_side: u32) -> Option<Arc<Pixels>> {
        let image = self.element()?;
        let (width, height) = (image.natural_width(), image.natural_height());
        let scale = (f64::from(max_side) / f64::from(width.max(height))).min(1.0);
        let scaled = |side: u32| ((f64::from(side) * scale) as u32).max(1);
        let part = Part { left: 0.0, top: 0.0, width: f64::from(width), height: f64::from(height) };
        read(&image, part, Size { width: scaled(width), height: scaled(height) }).map(Arc::new)
    }

    /// A square of `side` pixels around one, at the picture's own resolution. White beyond its edges. Reactive.
    pub fn around(self, (column, row): (usize, usize), side: u32) -> Option<Arc<Pixels>> {
        let image = self.element()?;
        let (half, side_px) = (f64::from(side / 2), f64::from(side));
        let part =
            Part { left: column as f64 - half, top: row as f64 - half, width: side_px, height: side_px };
        read(&image, part, Size { width: side, height: side }).map(Arc::new)
    }

    /// The element, if its picture has loaded. Follows only the loads: a server and a page about to be hydrated have none.
    fn element(self) -> Option<HtmlImageElement> {
        (self.loads.get() > 0).then(|| self.image.get_untracked())?.filter(is_complete)
    }
}

impl Default for PictureReading {
    fn default() -> Self {
        Self::new()
    }
}

/// Shows pixels on a canvas, one to one.
pub fn paint(canvas: &HtmlCanvasElement, pixels: &Pixels) {
    let (width, height) = (pixels.width as u32, pixels.height as u32);
    canvas.set_width(width);
    canvas.set_height(height);
    let image = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&pixels.rgba), width, height);
    if let (Some(context), Ok(image)) = (context(canvas), image) {
        // Fails only for positions that are not finite, and these are whole numbers.
        _ = context.put_image_data(&image, 0.0, 0.0);
    }
}

fn is_complete(image: &HtmlImageElement) -> bool {
    image.complete() && image.natural_width() > 0
}

/// Draws a part without smoothing, on white as the server lays transparent pictures, and takes it back as numbers.
fn read(image: &HtmlImageElement, part: Part, size: Size) -> Option<Pixels> {
    let canvas: HtmlCanvasElement = document().create_element("canvas").ok()?.unchecked_into();
    canvas.set_width(size.width);
    canvas.set_height(size.height);
    let context = context(&canvas)?;
    let (width, height) = (f64::from(size.width), f64::from(size.height));
    context.set_fill_style_str("white");
    context.fill_rect(0.0, 0.0, width, height);
    context.set_image_smoothing_enabled(false);
    let Part { left, top, width: part_width, height: part_height } = part;
    context
        .draw_image_with_html_image_element_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
            image,
            left,
            top,
            part_width,
            part_height,
            0.0,
            0.0,
            width,
            height,
        )
        .ok()?;
    let data = context.get_image_data(0.0, 0.0, width, height).ok()?;
    Some(Pixels { width: size.width as usize, height: size.height as usize, rgba: data.data().0 })
}

fn context(canvas: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    canvas.get_context("2d").ok()??.dyn_into().ok()
}
