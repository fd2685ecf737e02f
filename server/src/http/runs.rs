//! Runs: asked for, watched, stopped, gone on with, removed, and what came of them.

pub mod events;
pub mod results;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use shared::training::{RunRequest, RunStatus};
use shared::{ApiErrorBody, ModelSlot, route};

use super::admin::{Admin, AdminChange};
use super::blocking::on_a_thread;
use super::error::Failure;
use super::extract::{ValidJson, ValidPath};
use super::revalidation::NEVER_KEPT;
use super::state::Explorer;
use super::{head, training};

/// Every route of training but data sets and events.
pub fn router() -> Router<Explorer> {
    Router::new()
        .route(route::TRAINING, get(training::show_overview))
        .route(route::RUNS, post(create_run))
        .route(route::RUN, get(show_run).delete(remove_run))
        .route(route::RUN_STOP, post(stop_run))
        .route(route::RUN_RESUME, post(resume_run))
        .route(route::RUN_RESULT, get(results::show_result))
        .route(route::RUN_ANSWERS, get(results::list_answers))
        .route(route::RUN_FILE, get(results::show_file))
        .route(route::RUN_EVENTS, get(events::watch_run))
        .route(route::MODEL_HEAD, get(head::show_head).put(head::use_head).delete(head::remove_head))
}

/// Ask for a run.
///
/// It waits until a device is free: one run a device works at a time. What cannot be followed is refused at once.
#[utoipa::path(
    post,
    path = route::RUNS,
    tag = "Training",
    security(("admin_token" = [])),
    request_body = RunRequest,
    responses(
        (status = 201, description = "It waits or works.", body = RunStatus,
         headers(("location" = String, description = "The run's path."))),
        (status = 400, description = "`request_invalid`: the message says what cannot be followed", body = ApiErrorBody),
        (status = 401, description = "`unauthorized`", body = ApiErrorBody),
        (status = 403, description = "`training_off`", body = ApiErrorBody),
        (status = 404, description = "`training_unknown`: no such data set", body = ApiErrorBody),
        (status = 409, description = "`conflict`: the data set is not ready, or too many runs wait or are kept", body = ApiErrorBody),
        (status = 429, description = "`too_many_requests`; see `Retry-After`", body = ApiErrorBody),
        (status = 503, description = "`not_ready`; see `Retry-After`", body = ApiErrorBody),
        (status = 507, description = "`disk_full`", body = ApiErrorBody),
    )
)]
pub async fn create_run(
    State(explorer): State<Explorer>,
    _admin: AdminChange,
    ValidJson(request): ValidJson<RunRequest>,
) -> Result<Response, Failure> {
    let status = on_a_thread(move || explorer.training().ask(request)).await?;
    let location = route::run(route::RUN, &status.id, "");
    Ok((StatusCode::CREATED, [(LOCATION, location)], Json(status)).into_response())
}

/// A run.
#[utoipa::path(
    get,
    path = route::RUN,
    tag = "Training",
    params(("run_id" = String, Path, description = "A run's id")),
    responses(
        (status = 200, description = "What was asked for, and how it stands.", body = RunStatus),
        (status = 404, description = "`training_unknown`", body = ApiErrorBody),
    )
)]
pub async fn show_run(
    State(explorer): State<Explorer>,
    ValidPath(id): ValidPath<String>,
) -> Result<Response, Failure> {
    let status = explorer.training().run(&id)?.status();
    Ok((NEVER_KEPT, Json(status)).into_response())
}

/// Stop a run.
///
/// One that works ends behind its step or batch and can go on from there.
#[utoipa::path(
    post,
    path = route::RUN_STOP,
    tag = "Training",
    security(("admin_token" = [])),
    params(("run_id" = String, Path, description = "A run's id")),
    responses(
        (status = 202, description = "It ends, or has ended.", body = RunStatus),
        (status = 401, description = "`unauthorized`", body = ApiErrorBody),
        (status = 403, description = "`training_off`", body = ApiErrorBody),
        (status = 404, description = "`training_unknown`", body = ApiErrorBody),
        (status = 409, description = "`conflict`: it has ended", body = ApiErrorBody),
    )
)]
pub async fn stop_run(
    State(explorer): State<Explorer>,
    _admin: Admin,
    ValidPath(id): ValidPath<String>,
) -> Result<Response, Failure> {
    let status = on_a_thread(move || explorer.training().stop(&id)).await?;
    Ok((StatusCode::ACCEPTED, Json(status)).into_response())
}

/// Have a run go on.
///
/// One that was stopped, interrupted by a restart, or has failed, from what was kept last: with the same steps it becomes the same head.
#[utoipa::path(
    post,
    path = route::RUN_RESUME,
    tag = "Training",
    security(("admin_token" = [])),
    params(("run_id" = String, Path, description = "A run's id")),
    responses(
        (status = 202, description = "It waits or works.", body = RunStatus),
        (status = 401, description = "`unauthorized`", body = ApiErrorBody),
        (status = 403, description = "`training_off`", body = ApiErrorBody),
        (status = 404, description = "`training_unknown`: no such run, or its data set is gone", body = ApiErrorBody),
        (status = 409, description = "`conflict`: it cannot go on, or too many runs wait", body = ApiErrorBody),
        (status = 429, description = "`too_many_requests`; see `Retry-After`", body = ApiErrorBody),
        (status = 507, description = "`disk_full`", body = ApiErrorBody),
    )
)]
pub async fn resume_run(
    State(explorer): State<Explorer>,
    _admin: AdminChange,
    ValidPath(id): ValidPath<String>,
) -> Result<Response, Failure> {
    let status = on_a_thread(move || explorer.training().resume(&id)).await?;
    Ok((StatusCode::ACCEPTED, Json(status)).into_response())
}

/// Remove a run.
///
/// With its head and files. Not while it waits or works, nor while a model answers with its head.
#[utoipa::path(
    delete,
    path = route::RUN,
    tag = "Training",
    security(("admin_token" = [])),
    params(("run_id" = String, Path, description = "A run's id")),
    responses(
        (status = 204, description = "It is gone."),
        (status = 401, description = "`unauthorized`", body = ApiErrorBody),
        (status = 403, description = "`training_off`", body = ApiErrorBody),
        (status = 404, description = "`training_unknown`", body = ApiErrorBody),
        (status = 409, description = "`conflict`: it waits or works, or its head is in use", body = ApiErrorBody),
    )
)]
pub async fn remove_run(
    State(explorer): State<Explorer>,
    _admin: Admin,
    ValidPath(id): ValidPath<String>,
) -> Result<StatusCode, Failure> {
    // No head is swapped meanwhile.
    let turn = explorer.swap_turn().await;
    if let Some(slot) = slot_in_use(&explorer, &id)? {
        return Err(Failure::Conflict(format!(
            "The {slot} answers with the head of this run. Go back to the head of the start before the run is removed."
        )));
    }
    let asked = explorer.clone();
    on_a_thread(move || asked.training().remove(&id)).await?;
    drop(turn);
    Ok(StatusCode::NO_CONTENT)
}

/// The model that answers with the head of a run.
fn slot_in_use(explorer: &Explorer, run_id: &str) -> Result<Option<ModelSlot>, Failure> {
    let head = explorer.training().run(run_id)?.record().head;
    let loaded = explorer.loaded()?;
    let in_use = head.filter(|head| training::head_in_use(&loaded, head.slot) == Some(&head.id));
    Ok(in_use.map(|head| head.slot))
}
