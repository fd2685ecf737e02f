//! What a node of a model holds for a picture, as numbers.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use shared::{ApiErrorBody, ModelSlot, NodeId, route};

use super::error::Failure;
use super::extract::{self, ValidPath, ValidQuery};
use super::npy;
use super::openapi::Binary;
use super::revalidation::EntityTag;
use super::state::Explorer;
use crate::analysis::Slice;

/// The query.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TensorQuery {
    /// `resnet` or `vit`.
    #[param(required = true, value_type = ModelSlot)]
    model: Option<String>,
    /// A part: an index or a half-open range for each leading axis.
    #[param(example = "0:8,3")]
    slice: Option<String>,
}

/// A node's tensor.
///
/// The exact f32 values that the model computed for the picture, as a `.npy` file without the batch axis, channels first. The nodes and
/// their shapes are those of `/api/v1/models/{model}/graph`.
#[utoipa::path(
    get,
    path = route::IMAGE_TENSOR,
    tag = "Models at work",
    params(
        ("image_id" = String, Path, description = "BLAKE3 of the picture's bytes, in hexadecimal"),
        ("node_id" = String, Path, description = "A node of the model's graph", example = "layer1.0.conv2"),
        TensorQuery,
    ),
    responses(
        (status = 200, description = "The tensor, or the part of it.", content_type = "application/octet-stream", body = Binary),
        (status = 304, description = "The answer with the tag in `If-None-Match` still stands."),
        (status = 400, description = "`slice_invalid`, `request_invalid`", body = ApiErrorBody),
        (status = 404, description = "`image_unknown`: send it again; `model_unknown`; `node_unknown`", body = ApiErrorBody),
        (status = 409, description = "`head_changed`: the header `x-checkpoints` names other checkpoints than answer now", body = ApiErrorBody),
        (status = 503, description = "`overloaded`, `not_ready`, `timed_out`; see `Retry-After`", body = ApiErrorBody),
    )
)]
pub async fn show_tensor(
    State(explorer): State<Explorer>,
    ValidPath((image_id, node)): ValidPath<(String, String)>,
    ValidQuery(query): ValidQuery<TensorQuery>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let slot = extract::model(query.model.as_deref())?;
    let slice = query.slice.as_deref().map(str::parse::<Slice>).transpose()?;
    let loaded = explorer.loaded_for(&headers)?;
    let model = loaded.inference.model(slot);
    let id = NodeId::new(node);
    let node = model.graph.node(&id).ok_or_else(|| Failure::NodeUnknown { slot, node: id.to_string() })?;
    if let Some(slice) = &slice {
        // A slice that does not fit must not cost a forward pass.
        slice.check(&node.output_shape.dims())?;
    }
    let image = loaded.image(&image_id)?;
    let part = query.slice.as_deref().unwrap_or_default();
    let tag = EntityTag::of(&["tensor", &model.fingerprint, &image.info.image_id, id.as_str(), part]);
    if tag.is_known(&headers) {
        return Ok(tag.not_modified());
    }
    let array = loaded.inference.observe(slot, &id, image.input(slot)).await?.array;
    let array = slice.map_or(Ok(array.clone()), |slice| slice.of(&array))?;
    Ok(tag.attach(npy::respond(&array, &format!("{slot}.{id}"))))
}
