//! The front page, which is the page without a query and what most visitors see first: kept as small as brotli makes it, once for
//! each theme, for as long as the same models answer. It is written when it is first asked for; who asks meanwhile gets it as any other view.

use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard};

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
pub struct FrontPages(Arc<[Mutex<Place>; 3]>);

/// A page of one generation of models.
#[derive(Debug, Default)]
struct Place {
    /// Whose page is here, or being written; none before the first.
    generation: Option<u64>,
    page: Option<FrontPage>,
}

impl FrontPages {
    /// The page in this theme with the models of this generation, as soon as it is written.
    pub fn kept(&self, theme: Option<Theme>, generation: u64) -> Option<FrontPage> {
        let place = self.place(index(theme));
        place.page.clone().filter(|_page| place.generation == Some(generation))
    }

    /// Writes the page in this theme on a thread of its own, unless that is being done, or a later one is there.
    pub fn keep(&self, theme: Option<Theme>, generation: u64, photo: Option<HeaderValue>, html: &str) {
        let index = index(theme);
        let mut place = self.place(index);
        if place.generation >= Some(generation) {
            return;
        }
        *place = Place { generation: Some(generation), page: None };
        drop(place);
        let (pages, html) = (self.clone(), html.to_owned());
        tokio::task::spawn_blocking(move || {
            let page = FrontPage { photo, compressed: compress(&html) };
            let mut place = pages.place(index);
            if place.generation == Some(generation) {
                place.page = Some(page);
            }
        });
    }

    fn place(&self, index: usize) -> MutexGuard<'_, Place> {
        self.0[index].lock().expect("no holder of this lock panics")
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
