//! What tokens attend to: rows of weights, rollout, relevance for a class, mean distances.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use shared::views::{
    AttentionAbout, AttentionDistanceAbout, HeadFusion, RelevanceAbout, RolloutAbout, ViewBody,
};
use shared::{ApiErrorBody, route};

use super::{Request, read};
use crate::analysis::attention::Rollout;
use crate::http::error::Failure;
use crate::http::extract::{ValidPath, ValidQuery};
use crate::http::state::Explorer;
use crate::views::tokens::{self, Heads, Query};

/// What a query can be.
const QUERIES: &str = "class, or a patch as row,column";

/// The query of attention weights.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AttentionQuery {
    /// `vit`.
    #[param(required = true, example = "vit")]
    model: Option<String>,
    /// A block from 0, or `all`.
    #[param(default = "all")]
    block: Option<String>,
    /// A head from 0; `all`; or all as one: `mean`, `max`, `min`.
    #[param(default = "all")]
    head: Option<String>,
    /// Which token asks: `class`, or a patch as `row,column`.
    #[param(default = "class", example = "6,7")]
    query: Option<String>,
    /// `json`, `npy` or `packed`, in place of the header `Accept`.
    format: Option<String>,
}

/// The query of a rollout.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RolloutQuery {
    /// `vit`.
    #[param(required = true, example = "vit")]
    model: Option<String>,
    /// Whether the residual stream is mixed in, half and half.
    #[param(default = "true")]
    residual: Option<String>,
    /// Share of each row's weights, the smallest, that are set to zero: 0 to 0.99.
    #[param(default = "0")]
    discard: Option<String>,
    /// How heads become one: `mean`, `max` or `min`.
    #[param(default = "mean")]
    fusion: Option<String>,
    /// Which token asks: `class`, or a patch as `row,column`.
    #[param(default = "class")]
    query: Option<String>,
    /// `json`, `npy` or `packed`, in place of the header `Accept`.
    format: Option<String>,
}

/// The query of relevance.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RelevanceQuery {
    /// `vit`.
    #[param(required = true, example = "vit")]
    model: Option<String>,
    /// Position of the class among the logits.
    #[param(required = true, example = "0")]
    class: Option<String>,
    /// `json`, `npy` or `packed`, in place of the header `Accept`.
    format: Option<String>,
}

/// The query of mean distances.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AttentionDistanceQuery {
    /// `vit`.
    #[param(required = true, example = "vit")]
    model: Option<String>,
    /// `json`, `npy` or `packed`, in place of the header `Accept`.
    format: Option<String>,
}

/// What a token attends to.
///
/// One token's attention weights in a block or in all, of a head or of all: `weights`, `[blocks, heads, tokens]`, token 0 the class token.
#[utoipa::path(
    get,
    path = route::IMAGE_ATTENTION,
    tag = "Models at work",
    params(("image_id" = String, Path, description = "BLAKE3 of the picture's bytes, in hexadecimal"), AttentionQuery),
    responses(
        (status = 200, description = "The weights, as JSON, `.npy` or packed.", body = ViewBody<AttentionAbout>),
        (status = 304, description = "The answer with the tag in `If-None-Match` still stands."),
        (status = 400, description = "`request_invalid`", body = ApiErrorBody),
        (status = 404, description = "`image_unknown`: send it again; `model_unknown`; `view_unavailable`", body = ApiErrorBody),
        (status = 409, description = "`head_changed`: the header `x-checkpoints` names other checkpoints than answer now", body = ApiErrorBody),
        (status = 503, description = "`overloaded`, `not_ready`, `timed_out`; see `Retry-After`", body = ApiErrorBody),
    )
)]
pub async fn show_attention(
    State(explorer): State<Explorer>,
    ValidPath(image_id): ValidPath<String>,
    ValidQuery(query): ValidQuery<AttentionQuery>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let block = match query.block.as_deref() {
        None | Some("all") => None,
        block => Some(read("block", block, None, "a number from 0, or all")?),
    };
    let heads = heads(query.head.as_deref())?;
    let asking = asking(query.query.as_deref())?;
    let parts = format!("{block:?}.{heads:?}.{asking:?}");
    let (model, format) = (query.model.as_deref(), query.format.as_deref());
    let request = Request { explorer: &explorer, image_id: &image_id, model, format, headers: &headers };
    let view = |viewed: super::Viewed| async move {
        tokens::attention(viewed.subject(), block, heads, asking).await
    };
    request.answer(&["attention", &parts], view).await
}

/// Attention through all blocks.
///
/// Rollout (Abnar and Zuidema 2020): `rollout`, `[blocks, tokens]`, the asking token's row of the product of the blocks' matrices up to each
/// block. It knows no class.
#[utoipa::path(
    get,
    path = route::IMAGE_ROLLOUT,
    tag = "Models at work",
    params(("image_id" = String, Path, description = "BLAKE3 of the picture's bytes, in hexadecimal"), RolloutQuery),
    responses(
        (status = 200, description = "The rows, as JSON, `.npy` or packed.", body = ViewBody<RolloutAbout>),
        (status = 304, description = "The answer with the tag in `If-None-Match` still stands."),
        (status = 400, description = "`request_invalid`", body = ApiErrorBody),
        (status = 404, description = "`image_unknown`: send it again; `model_unknown`; `view_unavailable`", body = ApiErrorBody),
        (status = 409, description = "`head_changed`: the header `x-checkpoints` names other checkpoints than answer now", body = ApiErrorBody),
        (status = 503, description = "`overloaded`, `not_ready`, `timed_out`; see `Retry-After`", body = ApiErrorBody),
    )
)]
pub async fn show_rollout(
    State(explorer): State<Explorer>,
    ValidPath(image_id): ValidPath<String>,
    ValidQuery(query): ValidQuery<RolloutQuery>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    const DISCARDS: &str = "a share from 0 to 0.99";
    let discard = read("discard", query.discard.as_deref(), Some(0.0), DISCARDS)?;
    if !(0.0..=0.99).contains(&discard) {
        return Err(Failure::RequestInvalid(format!("discard cannot be {discard}: it is {DISCARDS}.")));
    }
    let how = Rollout {
        fusion: fusion(query.fusion.as_deref())?,
        with_residual: read("residual", query.residual.as_deref(), Some(true), "true or false")?,
        discard,
    };
    let asking = asking(query.query.as_deref())?;
    let parts = format!("{how:?}.{asking:?}");
    let (model, format) = (query.model.as_deref(), query.format.as_deref());
    let request = Request { explorer: &explorer, image_id: &image_id, model, format, headers: &headers };
    let view = |viewed: super::Viewed| async move { tokens::rolled_out(viewed.subject(), how, asking).await };
    request.answer(&["rollout", &parts], view).await
}

/// Relevance of patches for a class.
///
/// Gradient-weighted attention (Chefer, Gur and Wolf 2021): `relevance`, `[rows, columns]` of patches.
#[utoipa::path(
    get,
    path = route::IMAGE_RELEVANCE,
    tag = "Models at work",
    params(("image_id" = String, Path, description = "BLAKE3 of the picture's bytes, in hexadecimal"), RelevanceQuery),
    responses(
        (status = 200, description = "The map, as JSON, `.npy` or packed.", body = ViewBody<RelevanceAbout>),
        (status = 304, description = "The answer with the tag in `If-None-Match` still stands."),
        (status = 400, description = "`request_invalid`", body = ApiErrorBody),
        (status = 404, description = "`image_unknown`: send it again; `model_unknown`; `view_unavailable`", body = ApiErrorBody),
        (status = 409, description = "`head_changed`: the header `x-checkpoints` names other checkpoints than answer now", body = ApiErrorBody),
        (status = 503, description = "`overloaded`, `not_ready`, `timed_out`; see `Retry-After`", body = ApiErrorBody),
    )
)]
pub async fn show_relevance(
    State(explorer): State<Explorer>,
    ValidPath(image_id): ValidPath<String>,
    ValidQuery(query): ValidQuery<RelevanceQuery>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let class = read("class", query.class.as_deref(), None, "its position among the logits, from 0")?;
    let (model, format) = (query.model.as_deref(), query.format.as_deref());
    let request = Request { explorer: &explorer, image_id: &image_id, model, format, headers: &headers };
    let view = |viewed: super::Viewed| async move { tokens::relevant(viewed.subject(), class).await };
    request.answer(&["relevance", &class.to_string()], view).await
}

/// How far heads look.
///
/// Mean attention distance: `distances_px`, `[blocks, heads]`, in pixels of the model's input, with two distances to compare with.
#[utoipa::path(
    get,
    path = route::IMAGE_ATTENTION_DISTANCE,
    tag = "Models at work",
    params(("image_id" = String, Path, description = "BLAKE3 of the picture's bytes, in hexadecimal"), AttentionDistanceQuery),
    responses(
        (status = 200, description = "The distances, as JSON, `.npy` or packed.", body = ViewBody<AttentionDistanceAbout>),
        (status = 304, description = "The answer with the tag in `If-None-Match` still stands."),
        (status = 400, description = "`request_invalid`", body = ApiErrorBody),
        (status = 404, description = "`image_unknown`: send it again; `model_unknown`; `view_unavailable`", body = ApiErrorBody),
        (status = 409, description = "`head_changed`: the header `x-checkpoints` names other checkpoints than answer now", body = ApiErrorBody),
        (status = 503, description = "`overloaded`, `not_ready`, `timed_out`; see `Retry-After`", body = ApiErrorBody),
    )
)]
pub async fn show_attention_distance(
    State(explorer): State<Explorer>,
    ValidPath(image_id): ValidPath<String>,
    ValidQuery(query): ValidQuery<AttentionDistanceQuery>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let (model, format) = (query.model.as_deref(), query.format.as_deref());
    let request = Request { explorer: &explorer, image_id: &image_id, model, format, headers: &headers };
    let view = |viewed: super::Viewed| async move { tokens::attention_distance(viewed.subject()).await };
    request.answer(&["attention-distance"], view).await
}

fn heads(text: Option<&str>) -> Result<Heads, Failure> {
    match text {
        None | Some("all") => Ok(Heads::All),
        Some("mean" | "max" | "min") => Ok(Heads::Fused(fusion(text)?)),
        head => Ok(Heads::One(read("head", head, None, "a number from 0, all, mean, max or min")?)),
    }
}

fn fusion(text: Option<&str>) -> Result<HeadFusion, Failure> {
    match text {
        None | Some("mean") => Ok(HeadFusion::Mean),
        Some("max") => Ok(HeadFusion::Max),
        Some("min") => Ok(HeadFusion::Min),
        Some(other) => {
            Err(Failure::RequestInvalid(format!("fusion cannot be {other:?}: it is mean, max or min.")))
        }
    }
}

fn asking(text: Option<&str>) -> Result<Query, Failure> {
    let patch = |text: &str| {
        let (row, column) = text.split_once(',')?;
        Some(Query::Patch(row.trim().parse().ok()?, column.trim().parse().ok()?))
    };
    match text {
        None | Some("class") => Ok(Query::ClassToken),
        Some(text) => patch(text)
            .ok_or_else(|| Failure::RequestInvalid(format!("query cannot be {text:?}: it is {QUERIES}."))),
    }
}
