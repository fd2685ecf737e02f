//! How similar the layers of both models are, as it was measured before the server was started. Nothing is measured here: it takes
//! minutes.

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use shared::{ApiErrorBody, CkaMatrix, route};

use super::error::Failure;
use super::revalidation::EntityTag;
use super::state::Explorer;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// How similar the layers of both models are.
///
/// Linear centred kernel alignment of all pairs of layers, within each model and between the two, over the pictures of a data set
/// (Kornblith et al. 2019; unbiased over minibatches, Nguyen et al. 2021). Measured by `cargo xtask cka`; the demo weights come with
/// theirs.
#[utoipa::path(
    get,
    path = route::CKA,
    tag = "Models",
    responses(
        (status = 200, description = "The matrix, its layers, and what it was measured on.", body = CkaMatrix),
        (status = 304, description = "The answer with the tag in `If-None-Match` still stands."),
        (status = 404, description = "`not_computed`", body = ApiErrorBody),
        (status = 409, description = "`head_changed`: the header `x-checkpoints` names other checkpoints than answer now", body = ApiErrorBody),
        (status = 503, description = "`not_ready`; see `Retry-After`", body = ApiErrorBody),
    )
)]
pub async fn show_cka(State(explorer): State<Explorer>, headers: HeaderMap) -> Result<Response, Failure> {
    let loaded = explorer.loaded_for(&headers)?;
    let matrix = loaded.cka().ok_or(Failure::CkaNotComputed)?;
    let json = serde_json::to_string(matrix).map_err(|error| Failure::Internal(error.to_string()))?;
    let tag = EntityTag::of(&["cka", &json]);
    if tag.is_known(&headers) {
        return Ok(tag.not_modified());
    }
    Ok(tag.attach(([(CONTENT_TYPE, JSON)], json)))
}
