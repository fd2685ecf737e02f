//! What a unit can have seen of a picture, and what it used.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use shared::views::{ReceptiveFieldAbout, ReceptiveFieldKind, UnitPosition, ViewBody};
use shared::{ApiErrorBody, ModelSlot, NodeId, route};

use super::{POSITIONS, Request, Viewed, read};
use crate::http::error::Failure;
use crate::http::extract::{ValidPath, ValidQuery};
use crate::http::state::Explorer;
use crate::views::receptive;

/// The query.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReceptiveFieldQuery {
    /// `resnet` or `vit`.
    #[param(required = true, value_type = ModelSlot)]
    model: Option<String>,
    /// Row of the unit, or of the patch, from 0.
    #[param(required = true, example = "3")]
    row: Option<String>,
    /// Column of the unit, or of the patch, from 0.
    #[param(required = true, example = "3")]
    column: Option<String>,
    /// `theoretical` or `effective`.
    #[param(default = "theoretical")]
    kind: Option<String>,
    /// `samples`: an effective field is averaged over the sample photos, not of this picture.
    average: Option<String>,
    /// `json`, `npy` (of an effective field) or `packed`, in place of the header `Accept`.
    format: Option<String>,
}

/// A unit's receptive field.
///
/// The pixels that a unit can have seen (Araujo, Norris and Sim 2019) or, as `gradient`, `[rows, columns]` of pixels, what it used of them
/// (Luo et al. 2016): the gradient of its mean over the channels, absolute, summed over the colours and divided by its sum.
#[utoipa::path(
    get,
    path = route::IMAGE_RECEPTIVE_FIELD,
    tag = "Models at work",
    params(
        ("image_id" = String, Path, description = "BLAKE3 of the picture's bytes, in hexadecimal"),
        ("node_id" = String, Path, description = "A node that is a map or a stream of tokens", example = "layer3.0"),
        ReceptiveFieldQuery,
    ),
    responses(
        (status = 200, description = "The field, as JSON, `.npy` or packed.", body = ViewBody<ReceptiveFieldAbout>),
        (status = 304, description = "The answer with the tag in `If-None-Match` still stands."),
        (status = 400, description = "`request_invalid`", body = ApiErrorBody),
        (status = 404, description = "`image_unknown`: send it again; `model_unknown`; `node_unknown`; `view_unavailable`", body = ApiErrorBody),
        (status = 409, description = "`head_changed`: the header `x-checkpoints` names other checkpoints than answer now", body = ApiErrorBody),
        (status = 503, description = "`overloaded`, `not_ready`, `timed_out`; see `Retry-After`", body = ApiErrorBody),
    )
)]
pub async fn show_receptive_field(
    State(explorer): State<Explorer>,
    ValidPath((image_id, node)): ValidPath<(String, String)>,
    ValidQuery(query): ValidQuery<ReceptiveFieldQuery>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let unit = UnitPosition {
        row: read("row", query.row.as_deref(), None, POSITIONS)?,
        column: read("column", query.column.as_deref(), None, POSITIONS)?,
    };
    let kind = kind(query.kind.as_deref())?;
    let is_average = is_average(query.average.as_deref(), kind)?;
    let parts = format!("{kind:?}.{}.{}.{is_average}", unit.row, unit.column);
    let (model, format) = (query.model.as_deref(), query.format.as_deref());
    let request = Request { explorer: &explorer, image_id: &image_id, model, format, headers: &headers };
    let id = NodeId::new(node.as_str());
    let view = |viewed: Viewed| async move {
        match kind {
            ReceptiveFieldKind::Theoretical => receptive::theoretical(viewed.subject(), &id, unit),
            ReceptiveFieldKind::Effective => {
                let this = std::slice::from_ref(&viewed.image);
                let pictures = if is_average { viewed.samples() } else { this };
                receptive::effective(viewed.subject(), &id, unit, pictures).await
            }
        }
    };
    request.answer(&["receptive-field", &node, &parts], view).await
}

fn kind(text: Option<&str>) -> Result<ReceptiveFieldKind, Failure> {
    match text {
        None | Some("theoretical") => Ok(ReceptiveFieldKind::Theoretical),
        Some("effective") => Ok(ReceptiveFieldKind::Effective),
        Some(other) => {
            Err(Failure::RequestInvalid(format!("kind cannot be {other:?}: it is theoretical or effective.")))
        }
    }
}

fn is_average(text: Option<&str>, kind: ReceptiveFieldKind) -> Result<bool, Failure> {
    match (text, kind) {
        (None, _) => Ok(false),
        (Some("samples"), ReceptiveFieldKind::Effective) => Ok(true),
        (Some("samples"), ReceptiveFieldKind::Theoretical) => Err(Failure::RequestInvalid(
            "average=samples is for kind=effective: a theoretical field is the same for every picture."
                .to_owned(),
        )),
        (Some(other), _) => {
            Err(Failure::RequestInvalid(format!("average cannot be {other:?}: it is samples, or left out.")))
        }
    }
}
