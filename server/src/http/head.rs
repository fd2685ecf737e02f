//! The head that a model answers with: another one for all visitors without a restart, and back.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use shared::training::{HeadChoice, HeadListing};
use shared::{ApiErrorBody, ModelSlot, route};

use super::admin::{Admin, AdminChange};
use super::blocking::on_a_thread;
use super::error::Failure;
use super::extract::{ValidJson, ValidPath};
use super::loaded::Loaded;
use super::revalidation::NEVER_KEPT;
use super::state::Explorer;

/// The head that a model answers with.
///
/// Of a file of its own; without content where the model answers with the head of its checkpoint.
#[utoipa::path(
    get,
    path = route::MODEL_HEAD,
    tag = "Training",
    params(("model" = ModelSlot, Path, description = "`resnet` or `vit`")),
    responses(
        (status = 200, description = "The head.", body = HeadListing),
        (status = 204, description = "The checkpoint's own."),
        (status = 404, description = "`model_unknown`", body = ApiErrorBody),
        (status = 503, description = "`not_ready`; see `Retry-After`", body = ApiErrorBody),
    )
)]
pub async fn show_head(
    State(explorer): State<Explorer>,
    ValidPath(model): ValidPath<String>,
) -> Result<Response, Failure> {
    let slot: ModelSlot = model.parse()?;
    Ok(respond(&explorer, &*explorer.loaded()?, slot))
}

/// Use a head.
///
/// From then on the model answers with it, for all visitors: class count, labels, logits and everything that is made of them follow. Requests
/// that have begun end with the head that they began with, and each answer names the checkpoint that it came from. Until the server is
/// started again; `--resnet-head` and `--vit-head` load one at the start.
#[utoipa::path(
    put,
    path = route::MODEL_HEAD,
    tag = "Training",
    security(("admin_token" = [])),
    params(("model" = ModelSlot, Path, description = "`resnet` or `vit`")),
    request_body = HeadChoice,
    responses(
        (status = 200, description = "The model answers with it.", body = HeadListing),
        (status = 400, description = "`request_invalid`", body = ApiErrorBody),
        (status = 401, description = "`unauthorized`", body = ApiErrorBody),
        (status = 403, description = "`training_off`", body = ApiErrorBody),
        (status = 404, description = "`model_unknown`; `training_unknown`: no run of this server has this head", body = ApiErrorBody),
        (status = 409, description = "`conflict`: it belongs to another model", body = ApiErrorBody),
        (status = 429, description = "`too_many_requests`; see `Retry-After`", body = ApiErrorBody),
        (status = 503, description = "`not_ready`, `timed_out`; see `Retry-After`", body = ApiErrorBody),
    )
)]
pub async fn use_head(
    State(explorer): State<Explorer>,
    _admin: AdminChange,
    ValidPath(model): ValidPath<String>,
    ValidJson(choice): ValidJson<HeadChoice>,
) -> Result<Response, Failure> {
    let slot: ModelSlot = model.parse()?;
    let asked = explorer.clone();
    let head = on_a_thread(move || asked.training().open_head(slot, &choice.head_id)).await?;
    let loaded = finish(&explorer, slot, Some(head)).await?;
    Ok(respond(&explorer, &loaded, slot))
}

/// Go back to the head of the start.
#[utoipa::path(
    delete,
    path = route::MODEL_HEAD,
    tag = "Training",
    security(("admin_token" = [])),
    params(("model" = ModelSlot, Path, description = "`resnet` or `vit`")),
    responses(
        (status = 204, description = "The model answers as it did when the server was started."),
        (status = 401, description = "`unauthorized`", body = ApiErrorBody),
        (status = 403, description = "`training_off`", body = ApiErrorBody),
        (status = 404, description = "`model_unknown`", body = ApiErrorBody),
        (status = 503, description = "`not_ready`, `timed_out`; see `Retry-After`", body = ApiErrorBody),
    )
)]
pub async fn remove_head(
    State(explorer): State<Explorer>,
    _admin: Admin,
    ValidPath(model): ValidPath<String>,
) -> Result<StatusCode, Failure> {
    let slot: ModelSlot = model.parse()?;
    finish(&explorer, slot, None).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Swaps on a task of its own: a client that leaves does not undo what it asked for.
async fn finish(
    explorer: &Explorer,
    slot: ModelSlot,
    head: Option<crate::models::checkpoint::head::HeadFile>,
) -> Result<std::sync::Arc<Loaded>, Failure> {
    let explorer = explorer.clone();
    let swap = tokio::spawn(async move { explorer.use_head(slot, head).await });
    swap.await.map_err(|panic| Failure::Internal(panic.to_string()))?
}

fn respond(explorer: &Explorer, loaded: &Loaded, slot: ModelSlot) -> Response {
    let info = &loaded.inference.model(slot).info;
    let Some(head) = &info.checkpoint.head else {
        return (NEVER_KEPT, StatusCode::NO_CONTENT).into_response();
    };
    let runs = explorer.training().heads();
    let run_id =
        runs.into_iter().find(|(_run_id, record)| record.id == head.id).map(|(run_id, _record)| run_id);
    let listing = HeadListing {
        id: head.id.clone(),
        run_id,
        slot,
        dataset: head.dataset.clone(),
        num_classes: info.architecture.num_classes(),
        top1_percent: info.checkpoint.accuracy.as_ref().map(|accuracy| accuracy.top1_percent),
        is_in_use: true,
    };
    (NEVER_KEPT, Json(listing)).into_response()
}
