//! The page, rendered on the server: the view that the query asks for, with both models' answers in the HTML. The one file
//! of the server that knows the frontend (beside `assets`, which knows the names of its files).

mod front;

use std::future::Future;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, COOKIE, LINK, RETRY_AFTER, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
pub use frontend::document::glossary::render as render_glossary;
pub use frontend::document::render_unavailable;
pub use frontend::document::report::{render as render_report, render_missing as render_missing_report};
pub use frontend::document::training::render as render_training;
use frontend::document::{self, DocumentAssets};
pub use frontend::state::Theme;
use frontend::state::ViewState;
use frontend::state::view::Picture;
use shared::{ApiError, PageState};
use tower::ServiceExt;

use front::{FrontPage, FrontPages};

const HTML: &str = "text/html; charset=utf-8";

/// Who knows the page's first state.
pub trait PageSource: Clone + Send + Sync + 'static {
    /// Rises whenever the state may have changed: with the models, and with each head that they are given.
    fn generation(&self) -> u64;

    /// Models, samples, and a sample with both answers: the named one, or the default where there is none of that name. Once it is
    /// there it stays the same for as long as the generation does.
    ///
    /// # Errors
    /// The models are not loaded yet, or do not answer.
    fn page_state(&self, sample: Option<&str>) -> impl Future<Output = Result<PageState, ApiError>> + Send;
}

#[derive(Clone)]
struct Pages<S> {
    source: S,
    assets: Arc<DocumentAssets>,
    front: FrontPages,
}

/// Serves the page at `/`.
pub fn router<S: PageSource>(source: S, assets: DocumentAssets) -> Router {
    let pages = Pages { source, assets: Arc::new(assets), front: FrontPages::default() };
    Router::new().route("/", get(show_page::<S>)).with_state(pages)
}

/// Asks for the page once, so that the first visitor gets it as small as it is for everybody after.
pub async fn write_front_page(router: Router) {
    // What goes wrong is told to whoever asks next.
    _ = router.oneshot(Request::new(Body::empty())).await;
}

async fn show_page<S: PageSource>(
    State(pages): State<Pages<S>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = query.unwrap_or_default();
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let theme = Theme::from_cookies(text(COOKIE));
    let is_front = query.is_empty();
    let generation = pages.source.generation();
    let kept = pages.front.kept(theme, generation);
    let kept = kept.filter(|_page| is_front && takes_brotli(text(ACCEPT_ENCODING)));
    if let Some(FrontPage { photo, compressed }) = kept {
        let headers = [(CONTENT_ENCODING, "br"), (VARY, "cookie, accept-encoding")];
        return (page_headers(photo.as_ref()), headers, compressed).into_response();
    }
    let view = ViewState::from_query(&query);
    let sample = match &view.picture {
        Some(Picture::Sample(name)) => Some(name.as_str()),
        Some(Picture::Own) | None => None,
    };
    match pages.source.page_state(sample).await {
        Ok(state) => {
            let photo = photo_link(&state);
            let html = document::render(state, view, theme, &pages.assets);
            // A page of models that were replaced meanwhile is not kept.
            if is_front && pages.source.generation() == generation {
                pages.front.keep(theme, generation, photo.clone(), &html);
            }
            (page_headers(photo.as_ref()), [(VARY, "cookie")], html).into_response()
        }
        Err(error) => {
            let headers = [(CONTENT_TYPE, HTML), (CACHE_CONTROL, "no-store"), (RETRY_AFTER, "2")];
            (StatusCode::SERVICE_UNAVAILABLE, headers, render_unavailable(&error.message, &pages.assets))
                .into_response()
        }
    }
}

fn page_headers(photo: Option<&HeaderValue>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(HTML));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.extend(photo.map(|photo| (LINK, photo.clone())));
    headers
}

/// Has the photo, the largest thing of the first view, fetched before the document says where it goes.
fn photo_link(state: &PageState) -> Option<HeaderValue> {
    let sample = state.samples.iter().find(|sample| sample.name == state.specimen.sample)?;
    HeaderValue::try_from(format!("<{}>; rel=preload; as=image; fetchpriority=high", sample.path)).ok()
}

/// Whether a client lists brotli among what it takes, and does not refuse it with a weight of zero.
fn takes_brotli(accepted: &str) -> bool {
    accepted.split(',').any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let weight = weight.trim().strip_prefix("q=").map_or(Ok(1.0), str::parse::<f32>);
        name.trim().eq_ignore_ascii_case("br") && weight.is_ok_and(|weight| weight > 0.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brotli_is_sent_to_who_takes_it() {
        for accepted in ["br", "gzip, deflate, br", "gzip;q=0.5, BR;q=0.8", "br; q=1"] {
            assert!(takes_brotli(accepted), "{accepted}");
        }
        for accepted in ["", "gzip", "br;q=0", "br; q=0.0, gzip", "brotli", "br;q=x"] {
            assert!(!takes_brotli(accepted), "{accepted}");
        }
    }
}
