//! What a model really reads of a picture, as files to look at.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use serde::Deserialize;
use shared::route::PreprocessingStep;
use shared::{ApiErrorBody, ModelSlot, route};

use super::error::Failure;
use super::extract::{self, ValidPath, ValidQuery};
use super::openapi::Binary;
use super::revalidation::EntityTag;
use super::state::Explorer;

/// The query.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PreprocessedQuery {
    /// `resnet` or `vit`.
    #[param(required = true, value_type = ModelSlot)]
    model: Option<String>,
}

/// A picture on its way into a model.
///
/// `resized.png` is the whole picture after the model's resize, `cropped.png` the square that the model reads: scaled to 0..1, less the
/// mean and over the standard deviation of `/api/v1/models`, its pixels are the node `input`, exactly. `cropped.jpg` is the
/// same square with losses, in a sixth of the bytes.
#[utoipa::path(
    get,
    path = route::IMAGE_PREPROCESSED,
    tag = "Models at work",
    params(
        ("image_id" = String, Path, description = "BLAKE3 of the picture's bytes, in hexadecimal"),
        ("step" = String, Path, description = "`resized.png`, `cropped.png` or `cropped.jpg`"),
        PreprocessedQuery,
    ),
    responses(
        (status = 200, description = "The picture after the step.", content(
            (Binary = "image/png"),
            (Binary = "image/jpeg"),
        )),
        (status = 304, description = "The answer with the tag in `If-None-Match` still stands."),
        (status = 400, description = "`request_invalid`", body = ApiErrorBody),
        (status = 404, description = "`image_unknown`: send it again; `model_unknown`; `route_unknown`", body = ApiErrorBody),
        (status = 413, description = "`image_too_many_pixels`: too elongated to be shown as a whole", body = ApiErrorBody),
        (status = 503, description = "`not_ready`, `timed_out`; see `Retry-After`", body = ApiErrorBody),
    )
)]
pub async fn show_preprocessed(
    State(explorer): State<Explorer>,
    ValidPath((image_id, step)): ValidPath<(String, String)>,
    ValidQuery(query): ValidQuery<PreprocessedQuery>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let step = PreprocessingStep::ALL.into_iter().find(|known| known.file_name() == step);
    let step = step.ok_or(Failure::RouteUnknown)?;
    let slot = extract::model(query.model.as_deref())?;
    let loaded = explorer.loaded()?;
    let image = loaded.image(&image_id)?;
    let fingerprint = &loaded.inference.model(slot).fingerprint;
    let tag = EntityTag::of(&["preprocessed", fingerprint, &image.info.image_id, step.file_name()]);
    if tag.is_known(&headers) {
        return Ok(tag.not_modified());
    }
    let file = loaded.images.render(&image, slot, step).await?;
    let content_type = match step {
        PreprocessingStep::Resized | PreprocessingStep::Cropped => "image/png",
        PreprocessingStep::Glance => "image/jpeg",
    };
    Ok(tag.attach(([(CONTENT_TYPE, content_type)], file)))
}
