//! Experiments on a picture, answered as events while they run or as one table when they have: the route, and who may still start one.
//! What can be asked is read in `question`, the experiment is run in `running`, and `table` writes CSV and `.npy`.

mod question;
mod running;
mod table;

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{ACCEPT, CACHE_CONTROL, VARY};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::sse::Event;
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use shared::views::ExperimentPoint;
use shared::{ApiErrorBody, route};

use crate::http::error::Failure;
use crate::http::event_stream;
use crate::http::extract::{ValidPath, ValidQuery};
use crate::http::npy;
use crate::http::openapi::Binary;
use crate::http::state::Explorer;
use crate::views::experiments::Bench;
pub use question::ExperimentQuery;
use running::{Message, Running};

/// How a client wants an experiment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Events,
    Json,
    Csv,
    Npy,
}

impl Form {
    fn wanted(format: Option<&str>, headers: &HeaderMap) -> Result<Self, Failure> {
        let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let accepts = |media_type: &str| accepted.to_ascii_lowercase().contains(media_type);
        match format {
            Some("events") => Ok(Self::Events),
            Some("json") => Ok(Self::Json),
            Some("csv") => Ok(Self::Csv),
            Some("npy") => Ok(Self::Npy),
            Some(other) => Err(Failure::RequestInvalid(format!(
                "format cannot be {other:?}: it is events, json, csv or npy."
            ))),
            None if accepts("text/event-stream") => Ok(Self::Events),
            None if accepts("text/csv") => Ok(Self::Csv),
            None if accepts(npy::CONTENT_TYPE_NPY) => Ok(Self::Npy),
            None if accepts("application/json") => Ok(Self::Json),
            None => Ok(Self::Events),
        }
    }
}

/// An experiment on a picture.
///
/// Changes the picture or a model a little, point by point, and says what the models answer to each. Four experiments, and what the
/// numbers of a `setting` are in each:
///
/// `translation` slides the crop inside the resized picture, so that no pixel has to be made up; `setting` is the shift to the right and
/// down in px. Without `model`, those models are asked whose preprocessing leaves room.
///
/// `shuffle` cuts the model's input into cells that change places; `setting` is the cells along a side, and the first point is the
/// unchanged picture. Cell `i` of the shuffled picture, in reading order, is cell `order[i]` of the picture: `order` begins as 0, 1, ...,
/// and from the last position down to 1, each is swapped with position `splitmix64() % (position + 1)`, the generator starting at `seed`.
///
/// `cover` sets a region of the normalised input to 0, the mean colour; `setting` is the share of the pixels. Patches are the ViT's, and
/// the same pixels are covered for both models. Where blocks are compared, `changes` says how much each place of their outputs changed.
///
/// `skip` switches off the shortcut or the residual branch of one block after another (both sums of an encoder block); `setting` is the
/// block's position among its model's blocks, and a point has an outcome for the model whose block it is.
///
/// As `text/event-stream`, which is also what clients get that do not say: `start` (`ExperimentStart`), then a `point`
/// (`ExperimentPoint`) for each as it comes, then `done` (`ExperimentDone`), or `failed` (`ApiError`). Who leaves stops the experiment.
/// As JSON the points; as CSV a row each; as `.npy` `[points, columns]`: the numbers of the setting, then probability, logit and largest
/// change of a logit for each model in the order of `start`, NaN where a point is not about a model. These come when the experiment is
/// ready, within the time that a request may take; events have no such limit.
#[utoipa::path(
    get,
    path = route::IMAGE_EXPERIMENT,
    tag = "Models at work",
    params(
        ("image_id" = String, Path, description = "BLAKE3 of the picture's bytes, in hexadecimal"),
        ("experiment" = String, Path, description = "`translation`, `shuffle`, `cover` or `skip`"),
        ExperimentQuery,
    ),
    responses(
        (status = 200, description = "The points: as events, JSON, CSV or `.npy`.", content(
            (Vec<ExperimentPoint> = "application/json"),
            (String = "text/event-stream"),
            (String = "text/csv"),
            (Binary = "application/octet-stream"),
        )),
        (status = 400, description = "`request_invalid`", body = ApiErrorBody),
        (status = 404, description = "`image_unknown`: send it again; `model_unknown`; `view_unavailable`; `route_unknown`", body = ApiErrorBody),
        (status = 409, description = "`head_changed`: the header `x-checkpoints` names other checkpoints than answer now", body = ApiErrorBody),
        (status = 503, description = "`overloaded`: as many experiments run as may; `not_ready`, `timed_out`; see `Retry-After`", body = ApiErrorBody),
    )
)]
pub async fn run_experiment(
    State(explorer): State<Explorer>,
    ValidPath((image_id, experiment)): ValidPath<(String, String)>,
    ValidQuery(query): ValidQuery<ExperimentQuery>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let form = Form::wanted(query.format.as_deref(), &headers)?;
    let question = question::Question::read(&experiment, &query)?;
    let loaded = explorer.loaded_for(&headers)?;
    let image = loaded.image(&image_id)?;
    let place = explorer.begin_experiment()?;
    let bench = Bench { inference: &loaded.inference, images: &loaded.images, image: &image };
    let prepared = question.prepare(bench).await?;
    let table = table::Table { slots: prepared.slots().to_vec(), setting_names: prepared.setting_names() };
    let running = Running::start(explorer.clone(), Arc::clone(&loaded), image, prepared, place);
    let mut response = match form {
        Form::Events => event_stream::respond(running.messages().map(|message| event(&message))),
        Form::Json => axum::Json(running.points().await?).into_response(),
        Form::Csv => table.csv(&running.points().await?, &experiment),
        Form::Npy => npy::respond(&table.array(&running.points().await?), &experiment),
    };
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(VARY, HeaderValue::from_static("accept"));
    Ok(response)
}

fn event(message: &Message) -> Event {
    let event = Event::default();
    let written = match message {
        Message::Start(start) => event.event("start").json_data(start),
        Message::Point(point) => event.event("point").json_data(point),
        Message::Done(done) => event.event("done").json_data(done),
        Message::Failed(failure) => event.event("failed").json_data(failure.to_api_error()),
    };
    written.expect("what experiments say is plain data")
}
