//! The front page, which is the page without a query and what most visitors see first: kept as small as brotli makes it, once for
//! each theme. It is written when it is first asked for; who asks meanwhile gets it as any other view.

use std::io::Write;
use std::sync::{Arc, Once, OnceLock};

use axum::body::Bytes;
use axum::http::HeaderValue;
use brotli::CompressorWriter;

use super::Theme;

/// Brotli's best, which takes a third of a second.
const QUALITY: u32 = 11;
/// Holds the whole page.
const WINDOW_BITS: u32 = 20;
const BUFFER_BYTES: usize = 1 << 16;

/// The front page in one theme.
#[derive(Clone, Debug)]
pub struct FrontPage {
    /// What has its photo fetched early.
    pub photo: Option<HeaderValue>,
    /// The document in brotli.
    pub compressed: Bytes,
}

/// The front page in each theme. A clone is the same pages.
#[derive(Clone, Debug, Default)]
pub struct FrontPages(Arc<[Place; 3]>);

#[derive(Debug)]
struct Place {
    started: Once,
    page: OnceLock<FrontPage>,
}

impl Default for Place {
    fn default() -> Self {
        Self { started: Once::new(), page: OnceLock::new() }
    }
}

impl FrontPages {
    /// The page in this theme, as soon as it is written.
    pub fn kept(&self, theme: Option<Theme>) -> Option<FrontPage> {
        self.0[index(theme)].page.get().cloned()
    }

    /// Writes the page in this theme on a thread of its own, unless that is being done.
    pub fn keep(&self, theme: Option<Theme>, photo: Option<HeaderValue>, html: &str) {
        let index = index(theme);
        self.0[index].started.call_once(|| {
            let (places, html) = (Arc::clone(&self.0), html.to_owned());
            tokio::task::spawn_blocking(move || {
                _ = places[index].page.set(FrontPage { photo, compressed: compress(&html) });
            });
        });
    }
}

/// Without a theme the browser's preference rules.
fn index(theme: Option<Theme>) -> usize {
    match theme {
        None => 0,
        Some(Theme::Light) => 1,
        Some(Theme::Dark) => 2,
    }
}

fn compress(html: &str) -> Bytes {
    let mut compressor = CompressorWriter::new(Vec::new(), BUFFER_BYTES, QUALITY, WINDOW_BITS);
    compressor.write_all(html.as_bytes()).expect("memory can be written");
    compressor.into_inner().into()
}
