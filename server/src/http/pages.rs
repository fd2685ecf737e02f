//! The page, rendered on the server: the view that the query asks for, with both models' answers in the HTML. The one file
//! of the server that knows the frontend (beside `assets`, which knows the names of its files).

use std::future::Future;
use std::sync::Arc;

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, COOKIE, RETRY_AFTER, VARY};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
pub use frontend::document::glossary::render as render_glossary;
use frontend::document::{self, DocumentAssets};
pub use frontend::state::Theme;
use frontend::state::ViewState;
use frontend::state::view::Picture;
use shared::{ApiError, PageState};

/// Who knows the page's first state.
pub trait PageSource: Clone + Send + Sync + 'static {
    /// Models, samples, and a sample with both answers: the named one, or the default where there is none of that name.
    ///
    /// # Errors
    /// The models are not loaded yet, or do not answer.
    fn page_state(&self, sample: Option<&str>) -> impl Future<Output = Result<PageState, ApiError>> + Send;
}

#[derive(Clone)]
struct Pages<S> {
    source: S,
    assets: Arc<DocumentAssets>,
}

/// Serves the page at `/`.
pub fn router<S: PageSource>(source: S, assets: DocumentAssets) -> Router {
    Router::new().route("/", get(show_page::<S>)).with_state(Pages { source, assets: Arc::new(assets) })
}

async fn show_page<S: PageSource>(
    State(pages): State<Pages<S>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let view = ViewState::from_query(query.as_deref().unwrap_or_default());
    let cookies = headers.get(COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let sample = match &view.picture {
        Some(Picture::Sample(name)) => Some(name.as_str()),
        Some(Picture::Own) | None => None,
    };
    match pages.source.page_state(sample).await {
        Ok(state) => {
            let html = document::render(state, view, Theme::from_cookies(cookies), &pages.assets);
            let headers = [
                (CONTENT_TYPE, "text/html; charset=utf-8"),
                (CACHE_CONTROL, "private, no-cache"),
                (VARY, "cookie"),
            ];
            (headers, html).into_response()
        }
        Err(error) => {
            let headers =
                [(CONTENT_TYPE, "text/html; charset=utf-8"), (CACHE_CONTROL, "no-store"), (RETRY_AFTER, "2")];
            (
                StatusCode::SERVICE_UNAVAILABLE,
                headers,
                document::render_unavailable(&error.message, &pages.assets),
            )
                .into_response()
        }
    }
}
