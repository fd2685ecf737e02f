//! Where the bytes of each picture can be had again. A server holds pictures in a bounded memory, and another replica may
//! never have seen one: the browser then sends it again, and the visitor notices nothing.

use std::cell::RefCell;

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
    static SOURCES: RefCell<Vec<(String, Source)>> = const { RefCell::new(Vec::new()) };
}

/// Keeps an uploaded picture.
pub fn keep_blob(image_id: &str, picture: &Blob) {
    keep(image_id, Source::Blob(picture.clone()));
}

/// Keeps a sample's path.
pub fn keep_path(image_id: &str, path: &str) {
    keep(image_id, Source::Path(path.to_owned()));
}

/// Sends a forgotten picture again.
///
/// # Errors
/// `unknown`, the server's own words, where this page does not have the picture either; else why sending failed.
pub async fn send_again(image_id: &str, unknown: ApiError) -> Result<(), ApiError> {
    let source = SOURCES.with_borrow(|sources| {
        sources.iter().find(|(known, _source)| known == image_id).map(|(_known, source)| source.clone())
    });
    let picture = match source.ok_or(unknown)? {
        Source::Blob(picture) => picture,
        Source::Path(path) => get_blob(&path).await?,
    };
    let _info: ImageInfo = post_blob(route::IMAGES, &picture, None).await?;
    Ok(())
}

/// A handful in a visit, so a list will do.
fn keep(image_id: &str, source: Source) {
    SOURCES.with_borrow_mut(|sources| {
        sources.retain(|(known, _source)| known != image_id);
        sources.push((image_id.to_owned(), source));
    });
}
