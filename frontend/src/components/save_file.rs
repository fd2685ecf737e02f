//! Hands what the page has made to the visitor as a file. Browser only.

use js_sys::Array;
use leptos::prelude::{document, window};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

/// Saves text as a file.
pub fn save_text(name: &str, kind: &str, text: &str) {
    let options = BlobPropertyBag::new();
    options.set_type(&format!("{kind};charset=utf-8"));
    // Neither call fails for text and a plain element.
    if let Ok(blob) = Blob::new_with_str_sequence_and_options(&Array::of1(&text.into()), &options) {
        save_blob(name, &blob);
    }
}

/// An address in this page of an array as a file for NumPy, for what no route gives; it goes with the component that asks.
pub fn npy_address(shape: &[usize], values: &[f32]) -> Option<String> {
    let bytes = js_sys::Uint8Array::from(crate::api::to_npy(shape, values).as_slice());
    let blob = Blob::new_with_u8_array_sequence(&Array::of1(&bytes)).ok()?;
    let url = Url::create_object_url_with_blob(&blob).ok()?;
    let own = url.clone();
    // Fails for no address that is one.
    leptos::prelude::on_cleanup(move || _ = Url::revoke_object_url(&own));
    Some(url)
}

/// Saves a file of any kind.
pub fn save_blob(name: &str, blob: &Blob) {
    let Ok(url) = Url::create_object_url_with_blob(blob) else { return };
    if let Ok(anchor) = document().create_element("a") {
        let anchor: HtmlAnchorElement = anchor.unchecked_into();
        anchor.set_href(&url);
        anchor.set_download(name);
        anchor.click();
    }
    // The download has begun by the time that the page rests.
    let done = Closure::once_into_js(move || _ = Url::revoke_object_url(&url));
    _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(done.unchecked_ref(), 1000);
}
