//! Where in a map a class's logit comes from.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use shared::views::{ClassMapAbout, ClassMapMethod, ViewBody};
use shared::{ApiErrorBody, ModelSlot, NodeId, route};

use super::{CLASSES, Request, Viewed, read};
use crate::http::error::Failure;
use crate::http::extract::{ValidPath, ValidQuery};
use crate::http::state::Explorer;
use crate::views::class_map::{cam, eigen_cam, grad_cam};

/// The query.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ClassMapQuery {
    /// `resnet`.
    #[param(required = true, value_type = ModelSlot, example = "resnet")]
    model: Option<String>,
    /// Position of the class among the logits. `eigen-cam` knows no class and does not need it.
    #[param(example = "0")]
    class: Option<String>,
    /// `cam`, `grad-cam` or `eigen-cam`.
    #[param(default = "cam")]
    method: Option<String>,
    /// A map, for `grad-cam` and `eigen-cam`; where it is not given, the last.
    node: Option<String>,
    /// A place of the map as `row,column`, for `cam`: the model is run again with zeros there.
    #[param(example = "3,3")]
    cell: Option<String>,
    /// `json`, `npy` or `packed`, in place of the header `Accept`.
    format: Option<String>,
}

/// Where a class's logit comes from.
///
/// `map`, `[rows, columns]`: a class activation map (Zhou et al. 2016), which is exact; a Grad-CAM (Selvaraju et al. 2017); or an Eigen-CAM
/// (Muhammad and Yeasin 2020), which knows no class.
#[utoipa::path(
    get,
    path = route::IMAGE_CLASS_MAP,
    tag = "Models at work",
    params(("image_id" = String, Path, description = "BLAKE3 of the picture's bytes, in hexadecimal"), ClassMapQuery),
    responses(
        (status = 200, description = "The map, as JSON, `.npy` or packed.", body = ViewBody<ClassMapAbout>),
        (status = 304, description = "The answer with the tag in `If-None-Match` still stands."),
        (status = 400, description = "`request_invalid`", body = ApiErrorBody),
        (status = 404, description = "`image_unknown`: send it again; `model_unknown`; `node_unknown`; `view_unavailable`", body = ApiErrorBody),
        (status = 409, description = "`head_changed`: the header `x-checkpoints` names other checkpoints than answer now", body = ApiErrorBody),
        (status = 503, description = "`overloaded`, `not_ready`, `timed_out`; see `Retry-After`", body = ApiErrorBody),
    )
)]
pub async fn show_class_map(
    State(explorer): State<Explorer>,
    ValidPath(image_id): ValidPath<String>,
    ValidQuery(query): ValidQuery<ClassMapQuery>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let method = method(query.method.as_deref())?;
    let cell = query.cell.as_deref().map(cell).transpose()?;
    if cell.is_some() && method != ClassMapMethod::Cam {
        let message = "cell is for method=cam: only there is it known what the logit must lose.";
        return Err(Failure::RequestInvalid(message.to_owned()));
    }
    let class = match method {
        ClassMapMethod::EigenCam => 0,
        ClassMapMethod::Cam | ClassMapMethod::GradCam => {
            read("class", query.class.as_deref(), None, CLASSES)?
        }
    };
    let node = query.node.as_deref().map(NodeId::new);
    let named = node.as_ref().map_or("last", NodeId::as_str).to_owned();
    let parts = format!("{method:?}.{class}.{cell:?}");
    let (model, format) = (query.model.as_deref(), query.format.as_deref());
    let request = Request { explorer: &explorer, image_id: &image_id, model, format, headers: &headers };
    let view = |viewed: Viewed| async move {
        match method {
            ClassMapMethod::Cam => cam(viewed.subject(), node.as_ref(), class, cell).await,
            ClassMapMethod::GradCam => grad_cam(viewed.subject(), node.as_ref(), class).await,
            ClassMapMethod::EigenCam => eigen_cam(viewed.subject(), node.as_ref()).await,
        }
    };
    request.answer(&["class-map", &named, &parts], view).await
}

fn method(text: Option<&str>) -> Result<ClassMapMethod, Failure> {
    match text {
        None | Some("cam") => Ok(ClassMapMethod::Cam),
        Some("grad-cam") => Ok(ClassMapMethod::GradCam),
        Some("eigen-cam") => Ok(ClassMapMethod::EigenCam),
        Some(other) => Err(Failure::RequestInvalid(format!(
            "method cannot be {other:?}: it is cam, grad-cam or eigen-cam."
        ))),
    }
}

fn cell(text: &str) -> Result<[usize; 2], Failure> {
    let place = text
        .split_once(',')
        .and_then(|(row, column)| Some([row.trim().parse().ok()?, column.trim().parse().ok()?]));
    place.ok_or_else(|| {
        Failure::RequestInvalid(format!("cell cannot be {text:?}: it is row,column, each from 0."))
    })
}
