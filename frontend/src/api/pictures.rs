//! Where the bytes of each picture can be had again. A server holds pictures in a bounded memory, and another replica may
//! never have seen one: the browser then sends it again, and the visitor notices nothing.

use std::cell::RefCell;
use std::collections::HashMap;

use shared::{ApiError, ImageInfo, route};
use web_sys::Blob;

use super::request::{get_blob, post_blob};

#[derive(Clone)]
enum Source {
    Blob(Blob),
    Path(String),
}

thread_local! {
    /// By image id. A browser has one thread; the server never fills this.
    static SOURCES: RefCell<HashMap<String, Source>> = RefCell::default();
}

/// Keeps an uploaded picture.
pub fn keep_blob(image_id: &str, picture: &Blob) {
    SOURCES.with_borrow_mut(|sources| sources.insert(image_id.to_owned(), Source::Blob(picture.clone())));
}

/// Keeps a sample's path.
pub fn keep_path(image_id: &str, path: &str) {
    SOURCES.with_borrow_mut(|sources| sources.insert(image_id.to_owned(), Source::Path(path.to_owned())));
}

/// Sends a forgotten picture again.
///
/// # Errors
/// `unknown`, the server's own words, where this page does not have the picture either; else why sending failed.
pub async fn send_again(image_id: &str, unknown: ApiError) -> Result<(), ApiError> {
    let source = SOURCES.with_borrow(|sources| sources.get(image_id).cloned()).ok_or(unknown)?;
    let picture = match source {
        Source::Blob(picture) => picture,
        Source::Path(path) => get_blob(&path).await?,
    };
    let _info: ImageInfo = post_blob(route::IMAGES, &picture, None).await?;
    Ok(())
}
