//! The page of training and the reports of runs, rendered on the server from what it has at that moment.

use std::future::Future;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, COOKIE, RETRY_AFTER, VARY};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use shared::page::TrainingPageState;
use shared::training::{RunResult, RunStatus};
use shared::{ApiError, ErrorCode, route};

use super::assets::DocumentAssets;
use super::pages::{Theme, render_missing_report, render_report, render_training, render_unavailable};

/// Both change from one moment to the next.
const HEADERS: [(HeaderName, &str); 3] =
    [(CONTENT_TYPE, "text/html; charset=utf-8"), (CACHE_CONTROL, "private, no-store"), (VARY, "cookie")];

/// Who knows what these pages show.
pub trait TrainingSource: Clone + Send + Sync + 'static {
    /// Models, data sets, runs and heads at this moment.
    ///
    /// # Errors
    /// The models are not loaded yet.
    fn training_state(&self) -> impl Future<Output = Result<TrainingPageState, ApiError>> + Send;

    /// A run and what came of it.
    ///
    /// # Errors
    /// There is no such run, or it is not done.
    fn run_report(
        &self,
        run_id: &str,
    ) -> impl Future<Output = Result<(RunStatus, RunResult), ApiError>> + Send;
}

#[derive(Clone)]
struct Pages<S> {
    source: S,
    assets: Arc<DocumentAssets>,
}

/// Serves both.
pub fn router<S: TrainingSource>(source: S, assets: DocumentAssets) -> Router {
    let pages = Pages { source, assets: Arc::new(assets) };
    Router::new()
        .route(route::TRAINING_PAGE, get(show_training::<S>))
        .route(route::RUN_REPORT_PAGE, get(show_report::<S>))
        .with_state(pages)
}

/// Training, as a page.
///
/// Data sets, runs, what came of them, and how many photos it takes, with what the server has at that moment.
#[utoipa::path(
    get,
    path = route::TRAINING_PAGE,
    tag = "Training",
    responses(
        (status = 200, description = "A page.", content_type = "text/html", body = String),
        (status = 503, description = "The models are not loaded yet; see `Retry-After`", content_type = "text/html", body = String),
    )
)]
async fn show_training<S: TrainingSource>(State(pages): State<Pages<S>>, headers: HeaderMap) -> Response {
    match pages.source.training_state().await {
        Ok(state) => (HEADERS, render_training(state, theme(&headers), &pages.assets)).into_response(),
        Err(error) => {
            let page = render_unavailable(&error.message, &pages.assets);
            (StatusCode::SERVICE_UNAVAILABLE, HEADERS, [(RETRY_AFTER, "2")], page).into_response()
        }
    }
}

/// The report of a run, to be printed.
///
/// A page without a script: figures, curves, classes, and everything that is needed to do the run again.
#[utoipa::path(
    get,
    path = route::RUN_REPORT_PAGE,
    tag = "Training",
    params(("run_id" = String, Path, description = "An id of the list of runs")),
    responses(
        (status = 200, description = "A page.", content_type = "text/html", body = String),
        (status = 404, description = "There is no such run", content_type = "text/html", body = String),
        (status = 409, description = "It is not done", content_type = "text/html", body = String),
    )
)]
async fn show_report<S: TrainingSource>(
    State(pages): State<Pages<S>>,
    Path(run_id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let theme = theme(&headers);
    match pages.source.run_report(&run_id).await {
        Ok((run, result)) => (HEADERS, render_report(&run, &result, theme, &pages.assets)).into_response(),
        Err(error) => {
            let status = match error.code {
                ErrorCode::TrainingUnknown => StatusCode::NOT_FOUND,
                ErrorCode::Conflict => StatusCode::CONFLICT,
                _ => StatusCode::INTERNAL_SERVER_ERROR,
            };
            (status, HEADERS, render_missing_report(&error.message, theme, &pages.assets)).into_response()
        }
    }
}

fn theme(headers: &HeaderMap) -> Option<Theme> {
    Theme::from_cookies(headers.get(COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default())
}
