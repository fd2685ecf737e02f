//! What is loaded: both models' descriptions, and each one's graph.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use shared::{ApiErrorBody, Graph, ModelInfo, ModelSlot, route};

use super::error::Failure;
use super::extract::ValidPath;
use super::revalidation::EntityTag;
use super::state::Explorer;

/// Both models.
///
/// Architecture, checkpoint with its origin and measured accuracy, preprocessing, and the names of the classes.
#[utoipa::path(
    get,
    path = route::MODELS,
    tag = "Models",
    responses(
        (status = 200, description = "The ResNet and the Vision Transformer.", body = Vec<ModelInfo>),
        (status = 304, description = "The answer with the tag in `If-None-Match` still stands."),
        (status = 503, description = "`not_ready`; see `Retry-After`", body = ApiErrorBody),
    )
)]
pub async fn list_models(State(explorer): State<Explorer>, headers: HeaderMap) -> Result<Response, Failure> {
    let loaded = explorer.loaded()?;
    let [resnet, vit] = ModelSlot::ALL.map(|slot| loaded.inference.model(slot));
    let tag = EntityTag::of(&["models", &resnet.fingerprint, &vit.fingerprint]);
    if tag.is_known(&headers) {
        return Ok(tag.not_modified());
    }
    Ok(tag.attach(Json([&resnet.info, &vit.info])))
}

/// A model's graph.
///
/// Every node that can be observed, in order of execution: its operation and hyper-parameters, output shape, parameters,
/// multiply-accumulates and receptive field; and who reads whose tensor. Computed from the checkpoint that is loaded.
#[utoipa::path(
    get,
    path = route::MODEL_GRAPH,
    tag = "Models",
    params(("model" = ModelSlot, Path, description = "`resnet` or `vit`")),
    responses(
        (status = 200, description = "Nodes and edges.", body = Graph),
        (status = 304, description = "The answer with the tag in `If-None-Match` still stands."),
        (status = 404, description = "`model_unknown`", body = ApiErrorBody),
        (status = 503, description = "`not_ready`; see `Retry-After`", body = ApiErrorBody),
    )
)]
pub async fn show_graph(
    State(explorer): State<Explorer>,
    ValidPath(model): ValidPath<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let slot: ModelSlot = model.parse()?;
    let loaded = explorer.loaded()?;
    let model = loaded.inference.model(slot);
    let tag = EntityTag::of(&["graph", env!("CARGO_PKG_VERSION"), &model.fingerprint]);
    if tag.is_known(&headers) {
        return Ok(tag.not_modified());
    }
    Ok(tag.attach(Json(&model.graph)))
}
