//! How alike one place of a picture and all others are, in what a node holds of them.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use shared::views::{SimilarityAbout, ViewBody};
use shared::{ApiErrorBody, ModelSlot, NodeId, route};

use super::{Request, read};
use crate::http::error::Failure;
use crate::http::extract::{ValidPath, ValidQuery};
use crate::http::state::Explorer;
use crate::views::tokens;

/// What a row or column can be.
const POSITIONS: &str = "a number from 0";

/// The query.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SimilarityQuery {
    /// `resnet` or `vit`.
    #[param(required = true, value_type = ModelSlot)]
    model: Option<String>,
    /// A node with a vector for each place: a map, or a stream of tokens.
    #[param(required = true, example = "encoder.3")]
    node: Option<String>,
    /// Row of the place, from 0.
    #[param(required = true, example = "6")]
    row: Option<String>,
    /// Column of the place, from 0.
    #[param(required = true, example = "7")]
    column: Option<String>,
    /// `json`, `npy` or `packed`, in place of the header `Accept`.
    format: Option<String>,
}

/// How alike places are.
///
/// The cosine between the vector of one place, over all channels or features, and those of all others: `cosines`, `[rows, columns]`.
#[utoipa::path(
    get,
    path = route::IMAGE_SIMILARITY,
    tag = "Models at work",
    params(("image_id" = String, Path, description = "BLAKE3 of the picture's bytes, in hexadecimal"), SimilarityQuery),
    responses(
        (status = 200, description = "The cosines, as JSON, `.npy` or packed.", body = ViewBody<SimilarityAbout>),
        (status = 304, description = "The answer with the tag in `If-None-Match` still stands."),
        (status = 400, description = "`request_invalid`", body = ApiErrorBody),
        (status = 404, description = "`image_unknown`: send it again; `model_unknown`; `node_unknown`; `view_unavailable`", body = ApiErrorBody),
        (status = 409, description = "`head_changed`: the header `x-checkpoints` names other checkpoints than answer now", body = ApiErrorBody),
        (status = 503, description = "`overloaded`, `not_ready`, `timed_out`; see `Retry-After`", body = ApiErrorBody),
    )
)]
pub async fn show_similarity(
    State(explorer): State<Explorer>,
    ValidPath(image_id): ValidPath<String>,
    ValidQuery(query): ValidQuery<SimilarityQuery>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let node: String = read("node", query.node.as_deref(), None, "a node of the model's graph")?;
    let row = read("row", query.row.as_deref(), None, POSITIONS)?;
    let column = read("column", query.column.as_deref(), None, POSITIONS)?;
    let (model, format) = (query.model.as_deref(), query.format.as_deref());
    let request = Request { explorer: &explorer, image_id: &image_id, model, format, headers: &headers };
    let parts = format!("{row}.{column}");
    let id = NodeId::new(node.as_str());
    let view =
        |viewed: super::Viewed| async move { tokens::similarity(viewed.subject(), &id, [row, column]).await };
    request.answer(&["similarity", &node, &parts], view).await
}
