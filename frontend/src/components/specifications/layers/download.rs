//! Hands text that the page has made to the visitor as a file. Browser only.

use js_sys::Array;
use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

/// Saves `text` as a file of that name.
pub fn save_text(name: &str, text: &str) {
    let options = BlobPropertyBag::new();
    options.set_type("text/csv;charset=utf-8");
    // Neither call fails for text and a plain element.
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&text.into()), &options);
    let Ok(url) = blob.and_then(|blob| Url::create_object_url_with_blob(&blob)) else { return };
    if let Ok(anchor) = document().create_element("a") {
        let anchor: HtmlAnchorElement = anchor.unchecked_into();
        anchor.set_href(&url);
        anchor.set_download(name);
        anchor.click();
    }
    _ = Url::revoke_object_url(&url);
}
