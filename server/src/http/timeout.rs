//! No request takes longer than it may. What is given up is dropped, and with it its place in every queue.

use std::future::Future;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::error::Failure;
use super::state::Explorer;

/// The result of `work`, or `failure` where it is not there in time.
///
/// # Errors
/// What `work` fails with, or `failure`.
pub async fn within<T>(
    limit: Duration,
    failure: Failure,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    tokio::time::timeout(limit, work).await.unwrap_or(Err(failure))
}

/// Bounds every route but the upload, which bounds its two halves itself.
pub async fn bound(State(explorer): State<Explorer>, request: Request, next: Next) -> Response {
    let limit = explorer.options().request_timeout;
    let answer = within(limit, Failure::TimedOut, async { Ok(next.run(request).await) }).await;
    answer.unwrap_or_else(IntoResponse::into_response)
}
