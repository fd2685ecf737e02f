//! What came of a run: its result, the answers to its test photos, and its files.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use shared::training::{AnsweredPhoto, RunResult};
use shared::{ApiErrorBody, route};

use crate::http::blocking::on_a_thread;
use crate::http::error::Failure;
use crate::http::extract::{ValidPath, ValidQuery};
use crate::http::openapi::Binary;
use crate::http::revalidation::NEVER_KEPT;
use crate::http::state::Explorer;
use crate::runs::{AnswerFilter, RunFile};

/// What came of a run.
#[utoipa::path(
    get,
    path = route::RUN_RESULT,
    tag = "Training",
    params(("run_id" = String, Path, description = "A run's id")),
    responses(
        (status = 200, description = "Everything about it.", body = RunResult),
        (status = 404, description = "`training_unknown`: no such run, or nothing has come of it yet", body = ApiErrorBody),
    )
)]
pub async fn show_result(
    State(explorer): State<Explorer>,
    ValidPath(id): ValidPath<String>,
) -> Result<Response, Failure> {
    let bytes = on_a_thread(move || explorer.training().result(&id)).await?;
    let json = [(CONTENT_TYPE, "application/json")];
    Ok((NEVER_KEPT, json, Bytes::from(bytes)).into_response())
}

/// The query.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AnswersQuery {
    /// Position of the photos' class; without it, of all.
    class: Option<usize>,
    /// Position of the answer; without it, any.
    answer: Option<usize>,
}

/// The answers to a run's test photos.
///
/// Of a class, of an answer, or both: what stands behind a cell of the confusion matrix. The most certain first.
#[utoipa::path(
    get,
    path = route::RUN_ANSWERS,
    tag = "Training",
    params(("run_id" = String, Path, description = "A run's id"), AnswersQuery),
    responses(
        (status = 200, description = "Photos and answers.", body = Vec<AnsweredPhoto>),
        (status = 400, description = "`request_invalid`", body = ApiErrorBody),
        (status = 404, description = "`training_unknown`: no such run, or it has no answers", body = ApiErrorBody),
    )
)]
pub async fn list_answers(
    State(explorer): State<Explorer>,
    ValidPath(id): ValidPath<String>,
    ValidQuery(query): ValidQuery<AnswersQuery>,
) -> Result<Response, Failure> {
    let filter = AnswerFilter { class: query.class, answer: query.answer };
    let answers: Vec<AnsweredPhoto> = on_a_thread(move || {
        let run = explorer.training().run(&id)?;
        filter.read(run.folder())
    })
    .await?;
    Ok((NEVER_KEPT, Json(answers)).into_response())
}

/// A file of a run.
///
/// `head.safetensors` and `report.json`, `curve.csv` and `classes.csv` of a head, `split.json`, `efficiency.csv` of curves: those that the run
/// has. A head can be loaded at the start with `--resnet-head` or `--vit-head`.
#[utoipa::path(
    get,
    path = route::RUN_FILE,
    tag = "Training",
    params(
        ("run_id" = String, Path, description = "A run's id"),
        ("file" = String, Path, description = "The file's name", example = "head.safetensors"),
    ),
    responses(
        (status = 200, description = "The file.", content_type = "application/octet-stream", body = Binary),
        (status = 404, description = "`training_unknown`: no such run, or it has no such file", body = ApiErrorBody),
    )
)]
pub async fn show_file(
    State(explorer): State<Explorer>,
    ValidPath((id, name)): ValidPath<(String, String)>,
) -> Result<Response, Failure> {
    let Some(file) = RunFile::of_name(&name) else {
        let names = RunFile::ALL.map(RunFile::name).join(", ");
        return Err(Failure::TrainingUnknown(format!("A run has no such file. Its files are {names}.")));
    };
    let asked = id.clone();
    let bytes = on_a_thread(move || explorer.training().file(&asked, file)).await?;
    let disposition = format!("attachment; filename=\"{id}-{}\"", file.name());
    let disposition = HeaderValue::from_str(&disposition).expect("ids and names of files are plain");
    let headers =
        [(CONTENT_TYPE, HeaderValue::from_static(file.content_type())), (CONTENT_DISPOSITION, disposition)];
    Ok((NEVER_KEPT, headers, Bytes::from(bytes)).into_response())
}
