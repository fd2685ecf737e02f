//! A model's parameters, as numbers.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use shared::{ApiErrorBody, ModelSlot, route};

use super::error::Failure;
use super::extract::{ValidPath, ValidQuery};
use super::npy;
use super::openapi::Binary;
use super::revalidation::EntityTag;
use super::state::Explorer;
use crate::analysis::Slice;

/// The query.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WeightsQuery {
    /// A part: an index or a half-open range for each leading axis.
    #[param(example = "0:8,3")]
    slice: Option<String>,
}

/// A parameter of a model.
///
/// The checkpoint's values as f32 in a `.npy` file, shaped as PyTorch stores them, before batch-norm is folded into the convolutions. The
/// names are those of the graph's `parameters`.
#[utoipa::path(
    get,
    path = route::MODEL_WEIGHTS,
    tag = "Models",
    params(
        ("model" = ModelSlot, Path, description = "`resnet` or `vit`"),
        ("parameter" = String, Path, description = "A parameter of the graph", example = "conv1.weight"),
        WeightsQuery,
    ),
    responses(
        (status = 200, description = "The parameter, or the part of it.", content_type = "application/octet-stream", body = Binary),
        (status = 304, description = "The answer with the tag in `If-None-Match` still stands."),
        (status = 400, description = "`slice_invalid`, `request_invalid`", body = ApiErrorBody),
        (status = 404, description = "`model_unknown`, `parameter_unknown`", body = ApiErrorBody),
        (status = 409, description = "`head_changed`: the header `x-checkpoints` names other checkpoints than answer now", body = ApiErrorBody),
        (status = 503, description = "`not_ready`, `timed_out`; see `Retry-After`", body = ApiErrorBody),
    )
)]
pub async fn show_weights(
    State(explorer): State<Explorer>,
    ValidPath((model, parameter)): ValidPath<(String, String)>,
    ValidQuery(query): ValidQuery<WeightsQuery>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let slot: ModelSlot = model.parse()?;
    let slice = query.slice.as_deref().map(str::parse::<Slice>).transpose()?;
    let loaded = explorer.loaded_for(&headers)?;
    let model = Arc::clone(loaded.inference.model(slot));
    let Some(shape) = model.parameter_shape(&parameter) else {
        return Err(Failure::ParameterUnknown { slot, parameter });
    };
    if let Some(slice) = &slice {
        slice.check(shape)?;
    }
    let part = query.slice.as_deref().unwrap_or_default();
    let tag = EntityTag::of(&["weights", &model.fingerprint, &parameter, part]);
    if tag.is_known(&headers) {
        return Ok(tag.not_modified());
    }
    let name = parameter.clone();
    let array = loaded.parameter_readers.run(move || model.parameter(&name)).await;
    let array = array.map_err(|error| Failure::Internal(error.to_string()))?;
    let array = array.map_err(|error| Failure::Internal(error.to_string()))?;
    let array = slice.map_or(Ok(array.clone()), |slice| slice.of(&array))?;
    Ok(tag.attach(npy::respond(&array, &format!("{slot}.{parameter}"))))
}
