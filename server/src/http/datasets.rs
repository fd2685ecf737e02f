//! Data sets: which there are, what is in them, and how archives come in and go again.

pub mod photos;
mod receive;

use axum::Json;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Router, http::HeaderMap};
use serde::Deserialize;
use shared::dataset::DatasetListing;
use shared::{ApiErrorBody, DatasetSummary, route};

use super::admin::{Admin, AdminChange};
use super::blocking::on_a_thread;
use super::error::Failure;
use super::extract::{ValidPath, ValidQuery};
use super::openapi::Binary;
use super::revalidation::{EntityTag, NEVER_KEPT};
use super::state::Explorer;

/// What answers at once.
pub fn router() -> Router<Explorer> {
    Router::new()
        .route(route::DATASETS, get(list_datasets))
        .route(route::DATASET, get(show_dataset).delete(remove_dataset))
        .route(route::DATASET_PHOTOS, get(photos::list_photos))
        .route(route::DATASET_PHOTO, get(photos::show_photo))
}

/// The upload, which takes its own time and has its own limit.
pub fn uploads() -> Router<Explorer> {
    Router::new().route(route::DATASETS, post(create_dataset)).layer(DefaultBodyLimit::disable())
}

/// The data sets of this server.
///
/// Those that were named when it started, and those that came as archives. The files of each are looked at once, one data set after
/// another; `state` says how far that is.
#[utoipa::path(
    get,
    path = route::DATASETS,
    tag = "Training",
    responses((status = 200, description = "All of them, the named ones first.", body = Vec<DatasetListing>))
)]
pub async fn list_datasets(State(explorer): State<Explorer>) -> Response {
    (NEVER_KEPT, Json(explorer.training().datasets().list())).into_response()
}

/// The query.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UploadQuery {
    /// What the data set is called.
    #[param(example = "My photos")]
    name: String,
}

/// Upload a data set.
///
/// A zip, tar or tar.gz archive as the body: one folder of photos for each class, or one folder around them. It is written to the disk as it
/// comes, unpacked under strict limits, and added as a whole or not at all. One archive at a time.
#[utoipa::path(
    post,
    path = route::DATASETS,
    tag = "Training",
    security(("admin_token" = [])),
    params(UploadQuery),
    request_body(description = "The archive", content((Binary = "application/octet-stream"))),
    responses(
        (status = 201, description = "The data set is there; its photos are being looked at.", body = DatasetListing,
         headers(("location" = String, description = "The data set's path."))),
        (status = 400, description = "`request_invalid`", body = ApiErrorBody),
        (status = 401, description = "`unauthorized`", body = ApiErrorBody),
        (status = 403, description = "`training_off`", body = ApiErrorBody),
        (status = 408, description = "`timed_out`: the archive did not arrive in time", body = ApiErrorBody),
        (status = 409, description = "`conflict`: it is there already, or another one is being received", body = ApiErrorBody),
        (status = 413, description = "`archive_invalid`: it is too large", body = ApiErrorBody),
        (status = 422, description = "`archive_invalid`: the message says what is wrong with it", body = ApiErrorBody),
        (status = 429, description = "`too_many_requests`; see `Retry-After`", body = ApiErrorBody),
        (status = 507, description = "`disk_full`", body = ApiErrorBody),
    )
)]
pub async fn create_dataset(
    State(explorer): State<Explorer>,
    _admin: AdminChange,
    ValidQuery(query): ValidQuery<UploadQuery>,
    request: Request,
) -> Result<Response, Failure> {
    let listing = receive::archive(&explorer, &query.name, request).await?;
    let location = route::dataset(route::DATASET, &listing.id, "");
    Ok((StatusCode::CREATED, [(LOCATION, location)], Json(listing)).into_response())
}

/// A data set.
///
/// Its classes, how many photos each has, their sizes and shapes, and the files that no photo could be read from.
#[utoipa::path(
    get,
    path = route::DATASET,
    tag = "Training",
    params(("dataset_id" = String, Path, description = "An id of the list")),
    responses(
        (status = 200, description = "What is in it.", body = DatasetSummary),
        (status = 304, description = "The answer with the tag in `If-None-Match` still stands."),
        (status = 404, description = "`training_unknown`", body = ApiErrorBody),
        (status = 409, description = "`conflict`: its files are still being looked at, or it cannot be used", body = ApiErrorBody),
    )
)]
pub async fn show_dataset(
    State(explorer): State<Explorer>,
    ValidPath(id): ValidPath<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let summary = explorer.training().datasets().known(&id)?.summary();
    let tag = EntityTag::of(&["dataset", env!("CARGO_PKG_VERSION"), &summary.name, &summary.hash]);
    if tag.is_known(&headers) {
        return Ok(tag.not_modified());
    }
    Ok(tag.attach(Json(summary)))
}

/// Remove an uploaded data set.
///
/// With its photos. Not while a run that waits or works needs it; those that were named when the server started stay.
#[utoipa::path(
    delete,
    path = route::DATASET,
    tag = "Training",
    security(("admin_token" = [])),
    params(("dataset_id" = String, Path, description = "An id of the list")),
    responses(
        (status = 204, description = "It is gone."),
        (status = 401, description = "`unauthorized`", body = ApiErrorBody),
        (status = 403, description = "`training_off`", body = ApiErrorBody),
        (status = 404, description = "`training_unknown`", body = ApiErrorBody),
        (status = 409, description = "`conflict`: a run needs it, or it was not uploaded", body = ApiErrorBody),
    )
)]
pub async fn remove_dataset(
    State(explorer): State<Explorer>,
    _admin: Admin,
    ValidPath(id): ValidPath<String>,
) -> Result<StatusCode, Failure> {
    on_a_thread(move || explorer.training().remove_dataset(&id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
