//! Each request gets an id that its answer and its log lines carry, and is counted by its route and status.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::HeaderName;
use axum::middleware::Next;
use axum::response::Response;
use tower_http::request_id::RequestId;
use tracing::Span;

use super::state::Explorer;
use crate::telemetry::RequestLabels;

/// The header with the id.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const MAX_ID_LENGTH: usize = 64;

/// Takes off an id that a client or a proxy gave where it is not short and plain: it would go into every log line.
pub fn drop_odd_id<B>(mut request: axum::http::Request<B>) -> axum::http::Request<B> {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    let is_odd = |id: &[u8]| id.is_empty() || id.len() > MAX_ID_LENGTH || !id.iter().all(is_plain);
    if request.headers().get(REQUEST_ID).is_some_and(|id| is_odd(id.as_bytes())) {
        request.headers_mut().remove(REQUEST_ID);
    }
    request
}

/// What every log line of a request says.
pub fn span<B>(request: &axum::http::Request<B>) -> Span {
    let id = request.extensions().get::<RequestId>().and_then(|id| id.header_value().to_str().ok());
    tracing::info_span!(
        "request",
        id = id.unwrap_or_default(),
        method = %request.method(),
        path = request.uri().path(),
    )
}

/// Counts a request.
pub async fn count(State(explorer): State<Explorer>, request: Request, next: Next) -> Response {
    let start = Instant::now();
    let route = request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str).to_owned();
    let method = known_method(&request);
    let response = next.run(request).await;
    let labels = RequestLabels { route, method, status: response.status().as_u16() };
    explorer.metrics().observe_request(labels, start.elapsed());
    response
}

/// Methods are the client's to make up; a label is not.
fn known_method(request: &Request) -> String {
    let method = request.method().as_str();
    let is_known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].contains(&method);
    if is_known { method.to_owned() } else { "OTHER".to_owned() }
}
