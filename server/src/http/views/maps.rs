//! Feature maps of a node.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use shared::views::{ChannelSort, FeatureMapsAbout, ViewBody};
use shared::{ApiErrorBody, ModelSlot, NodeId, route};

use super::{Request, read};
use crate::http::error::Failure;
use crate::http::extract::{ValidPath, ValidQuery};
use crate::http::state::Explorer;
use crate::views::maps::{Channels, feature_maps};

/// Maps of an answer where the query does not say.
const DEFAULT_COUNT: usize = 64;
/// Most maps of an answer.
const MAX_COUNT: usize = 256;

/// The query.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FeatureMapsQuery {
    /// `resnet` or `vit`.
    #[param(required = true, value_type = ModelSlot)]
    model: Option<String>,
    /// The order: `index`; `mean`, the largest first; `contribution` to the logit of `class`, the largest first.
    #[param(default = "index")]
    sort: Option<String>,
    /// Position among the logits of the class that contributions are to.
    class: Option<String>,
    /// Position in that order of the first channel, from 0.
    #[param(default = "0")]
    from: Option<String>,
    /// At most so many channels: 1 to 256.
    #[param(default = "64")]
    count: Option<String>,
    /// `json`, `npy` or `packed`, in place of the header `Accept`.
    format: Option<String>,
}

/// Feature maps.
///
/// Channels of a map as they are, or features of a stream of tokens as maps over the patches: `maps`, `[count, rows, columns]`. With a class,
/// each channel's contribution to its logit is given too: value times gradient, summed over the map.
#[utoipa::path(
    get,
    path = route::IMAGE_FEATURE_MAPS,
    tag = "Models at work",
    params(
        ("image_id" = String, Path, description = "BLAKE3 of the picture's bytes, in hexadecimal"),
        ("node_id" = String, Path, description = "A node that is a map or a stream of tokens", example = "layer1.0"),
        FeatureMapsQuery,
    ),
    responses(
        (status = 200, description = "The maps, as JSON, `.npy` or packed.", body = ViewBody<FeatureMapsAbout>),
        (status = 304, description = "The answer with the tag in `If-None-Match` still stands."),
        (status = 400, description = "`request_invalid`", body = ApiErrorBody),
        (status = 404, description = "`image_unknown`: send it again; `model_unknown`; `node_unknown`; `view_unavailable`", body = ApiErrorBody),
        (status = 409, description = "`head_changed`: the header `x-checkpoints` names other checkpoints than answer now", body = ApiErrorBody),
        (status = 503, description = "`overloaded`, `not_ready`, `timed_out`; see `Retry-After`", body = ApiErrorBody),
    )
)]
pub async fn show_feature_maps(
    State(explorer): State<Explorer>,
    ValidPath((image_id, node)): ValidPath<(String, String)>,
    ValidQuery(query): ValidQuery<FeatureMapsQuery>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let asked = channels(&query)?;
    let (model, format) = (query.model.as_deref(), query.format.as_deref());
    let request = Request { explorer: &explorer, image_id: &image_id, model, format, headers: &headers };
    let parts = format!("{asked:?}");
    let id = NodeId::new(node.as_str());
    let view = |viewed: super::Viewed| async move { feature_maps(viewed.subject(), &id, asked).await };
    request.answer(&["feature-maps", &node, &parts], view).await
}

fn channels(query: &FeatureMapsQuery) -> Result<Channels, Failure> {
    const COUNTS: &str = "a number from 1 to 256";
    let class = query.class.as_deref();
    let class = class.map(|class| read("class", Some(class), None, super::CLASSES)).transpose()?;
    let count = read("count", query.count.as_deref(), Some(DEFAULT_COUNT), COUNTS)?;
    if !(1..=MAX_COUNT).contains(&count) {
        return Err(Failure::RequestInvalid(format!("count cannot be {count}: it is {COUNTS}.")));
    }
    let from = read("from", query.from.as_deref(), Some(0), super::POSITIONS)?;
    Ok(Channels { sort: sort(query.sort.as_deref())?, class, from, count })
}

fn sort(text: Option<&str>) -> Result<ChannelSort, Failure> {
    match text {
        None | Some("index") => Ok(ChannelSort::Index),
        Some("mean") => Ok(ChannelSort::Mean),
        Some("contribution") => Ok(ChannelSort::Contribution),
        Some(other) => Err(Failure::RequestInvalid(format!(
            "sort cannot be {other:?}: it is index, mean or contribution."
        ))),
    }
}
