//! What a lens shows, as a file: the drawing on the screen is walked element by element and written as one SVG, with the words
//! as words, the canvases and photos as pictures. A PNG is that SVG, drawn by the browser. Browser only.

mod drawing;

use js_sys::Array;
use leptos::prelude::document;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, BlobPropertyBag, CanvasRenderingContext2d, Element, HtmlCanvasElement, HtmlImageElement, Url,
};

use crate::components::save_file::{save_blob, save_text};

/// Pixels of the PNG for one of the page.
const SCALE: f64 = 2.0;

/// Saves what an element shows as a drawing.
pub fn save_svg(element: &Element, name: &str) {
    if let Some((svg, _size)) = drawing::of(element) {
        save_text(&format!("{name}.svg"), "image/svg+xml", &svg);
    }
}

/// Saves what an element shows as a picture.
pub fn save_png(element: &Element, name: String) {
    let Some((svg, size)) = drawing::of(element) else { return };
    spawn_local(async move {
        // A browser that refuses to draw leaves nothing to be saved; the drawing can be saved still.
        _ = draw(&svg, size, &name).await;
    });
}

async fn draw(svg: &str, (width, height): (f64, f64), name: &str) -> Result<(), JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type("image/svg+xml;charset=utf-8");
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&svg.into()), &options)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    let image = HtmlImageElement::new()?;
    image.set_src(&url);
    let decoded = JsFuture::from(image.decode()).await;
    let drawn = decoded.and_then(|_image| {
        let canvas: HtmlCanvasElement = document().create_element("canvas")?.unchecked_into();
        canvas.set_width((width * SCALE) as u32);
        canvas.set_height((height * SCALE) as u32);
        let context =
            canvas.get_context("2d")?.ok_or(JsValue::NULL)?.unchecked_into::<CanvasRenderingContext2d>();
        context.draw_image_with_html_image_element_and_dw_and_dh(
            &image,
            0.0,
            0.0,
            width * SCALE,
            height * SCALE,
        )?;
        let name = format!("{name}.png");
        let save = Closure::once_into_js(move |blob: Option<Blob>| {
            blob.into_iter().for_each(|blob| save_blob(&name, &blob));
        });
        canvas.to_blob(save.unchecked_ref())
    });
    Url::revoke_object_url(&url)?;
    drawn
}
