//! For those who run the explorer: whether it is up, whether it can answer, and its numbers. None of this depends on what
//! visitors send.

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use shared::{ApiErrorBody, route};

use super::error::Failure;
use super::revalidation::NEVER_KEPT;
use super::state::Explorer;

/// Whether the process is up.
#[utoipa::path(
    get,
    path = route::HEALTHZ,
    tag = "Operation",
    responses((status = 200, description = "It is.", content_type = "text/plain", body = String))
)]
pub async fn show_health() -> Response {
    plain("ok\n")
}

/// Whether both models are loaded.
#[utoipa::path(
    get,
    path = route::READYZ,
    tag = "Operation",
    responses(
        (status = 200, description = "They are.", content_type = "text/plain", body = String),
        (status = 503, description = "`not_ready`; see `Retry-After`", body = ApiErrorBody),
    )
)]
pub async fn show_readiness(State(explorer): State<Explorer>) -> Result<Response, Failure> {
    explorer.loaded()?;
    Ok(plain("ready\n"))
}

/// The process in numbers.
///
/// Requests by route and status, their durations, the queue, batches, forward passes and memory, in Prometheus's text format.
#[utoipa::path(
    get,
    path = route::METRICS,
    tag = "Operation",
    responses((status = 200, description = "All of them.", content_type = "application/openmetrics-text", body = String))
)]
pub async fn show_metrics(State(explorer): State<Explorer>) -> Result<Response, Failure> {
    let text = explorer.metrics().write(explorer.snapshot());
    let text = text.map_err(|error| Failure::Internal(error.to_string()))?;
    let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok((NEVER_KEPT, [(CONTENT_TYPE, content_type)], text).into_response())
}

fn plain(text: &'static str) -> Response {
    (NEVER_KEPT, text).into_response()
}
