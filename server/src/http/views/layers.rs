//! A model layer by layer on one picture: the head after each block, and what every node holds and takes.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use shared::views::{LayerStatistics, LogitLensAbout, ViewBody};
use shared::{ApiErrorBody, ModelSlot, route};

use super::form::Form;
use super::{Request, read};
use crate::http::error::Failure;
use crate::http::extract::{ValidPath, ValidQuery};
use crate::http::state::Explorer;
use crate::views::layers;

/// Classes of each entry where the query does not say.
const DEFAULT_TOP_K: usize = 5;
/// Forward passes that are timed where the query does not say, and at most.
const DEFAULT_PASSES: usize = 5;
const MAX_PASSES: usize = 20;

/// The query of the logit lens.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LogitLensQuery {
    /// `resnet` or `vit`.
    #[param(required = true, value_type = ModelSlot)]
    model: Option<String>,
    /// How many classes of each entry are named, from the most probable.
    #[param(default = "5")]
    top_k: Option<String>,
    /// `json`, `npy` or `packed`, in place of the header `Accept`.
    format: Option<String>,
}

/// The query of statistics.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StatisticsQuery {
    /// `resnet` or `vit`.
    #[param(required = true, value_type = ModelSlot)]
    model: Option<String>,
    /// How many forward passes are timed, 1 to 20.
    #[param(default = "5")]
    passes: Option<String>,
    /// `json` or `packed`, in place of the header `Accept`.
    format: Option<String>,
}

/// The head after each layer.
///
/// What the head would answer if the model ended after a block: `logits`, `[entries, classes]`. A ViT's final norm and pooling are applied
/// before it, a ResNet's mean over the map; of a ResNet's stages only the last is as wide as the head reads, and `gaps` names the others.
#[utoipa::path(
    get,
    path = route::IMAGE_LOGIT_LENS,
    tag = "Models at work",
    params(("image_id" = String, Path, description = "BLAKE3 of the picture's bytes, in hexadecimal"), LogitLensQuery),
    responses(
        (status = 200, description = "The logits, as JSON, `.npy` or packed.", body = ViewBody<LogitLensAbout>),
        (status = 304, description = "The answer with the tag in `If-None-Match` still stands."),
        (status = 400, description = "`request_invalid`", body = ApiErrorBody),
        (status = 404, description = "`image_unknown`: send it again; `model_unknown`", body = ApiErrorBody),
        (status = 409, description = "`head_changed`: the header `x-checkpoints` names other checkpoints than answer now", body = ApiErrorBody),
        (status = 503, description = "`overloaded`, `not_ready`, `timed_out`; see `Retry-After`", body = ApiErrorBody),
    )
)]
pub async fn show_logit_lens(
    State(explorer): State<Explorer>,
    ValidPath(image_id): ValidPath<String>,
    ValidQuery(query): ValidQuery<LogitLensQuery>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let top_k: usize = read("top_k", query.top_k.as_deref(), Some(DEFAULT_TOP_K), "a number from 1")?;
    if top_k == 0 {
        return Err(Failure::RequestInvalid("top_k cannot be 0: it is a number from 1.".to_owned()));
    }
    let (model, format) = (query.model.as_deref(), query.format.as_deref());
    let request = Request { explorer: &explorer, image_id: &image_id, model, format, headers: &headers };
    let view = |viewed: super::Viewed| async move { layers::logit_lens(viewed.subject(), top_k).await };
    request.answer(&["logit-lens", &top_k.to_string()], view).await
}

/// What every node holds and takes.
///
/// Mean, deviation, ends and share of zeros of every node for the picture, and the median time from the node before it to it over some
/// forward passes on the machine that the explorer runs on. That time has in it all that the graph draws as one node, such as batch-norm
/// and ReLU of a convolution; query, key and value are one product, whose time is the query's.
#[utoipa::path(
    get,
    path = route::IMAGE_STATISTICS,
    tag = "Models at work",
    params(("image_id" = String, Path, description = "BLAKE3 of the picture's bytes, in hexadecimal"), StatisticsQuery),
    responses(
        (status = 200, description = "Every node in order of execution, as JSON or packed; there are no arrays.", body = ViewBody<LayerStatistics>),
        (status = 304, description = "The answer with the tag in `If-None-Match` still stands."),
        (status = 400, description = "`request_invalid`", body = ApiErrorBody),
        (status = 404, description = "`image_unknown`: send it again; `model_unknown`", body = ApiErrorBody),
        (status = 409, description = "`head_changed`: the header `x-checkpoints` names other checkpoints than answer now", body = ApiErrorBody),
        (status = 503, description = "`overloaded`, `not_ready`, `timed_out`; see `Retry-After`", body = ApiErrorBody),
    )
)]
pub async fn show_statistics(
    State(explorer): State<Explorer>,
    ValidPath(image_id): ValidPath<String>,
    ValidQuery(query): ValidQuery<StatisticsQuery>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let can_be = format!("a number from 1 to {MAX_PASSES}");
    let passes: usize = read("passes", query.passes.as_deref(), Some(DEFAULT_PASSES), &can_be)?;
    if !(1..=MAX_PASSES).contains(&passes) {
        return Err(Failure::RequestInvalid(format!("passes cannot be {passes}: it is {can_be}.")));
    }
    let (model, format) = (query.model.as_deref(), query.format.as_deref());
    if Form::wanted(format, &headers)? == Form::Npy {
        let message = "There are no arrays here that .npy could hold: ask for format=json.";
        return Err(Failure::RequestInvalid(message.to_owned()));
    }
    let request = Request { explorer: &explorer, image_id: &image_id, model, format, headers: &headers };
    let view = |viewed: super::Viewed| async move { layers::statistics(viewed.subject(), passes).await };
    request.answer(&["statistics", &passes.to_string()], view).await
}
