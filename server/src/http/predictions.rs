//! A model's answer to a picture: its classes, ranked.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use shared::{ApiErrorBody, ClassScore, ModelSlot, NodeId, Predictions, Timings, route};

use super::error::Failure;
use super::extract::{self, ValidPath, ValidQuery};
use super::loaded::Loaded;
use super::revalidation::EntityTag;
use super::state::Explorer;
use crate::analysis::rank;
use crate::images::StoredImage;

/// Classes of an answer where the query does not say.
const DEFAULT_TOP_K: usize = 5;

/// The node that holds a model's answer.
const LOGITS: &str = "logits";

/// The query.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PredictionsQuery {
    /// `resnet` or `vit`.
    #[param(required = true, value_type = ModelSlot)]
    model: Option<String>,
    /// How many classes, from the most probable; `all` for every one.
    #[param(default = "5", example = "all")]
    top_k: Option<String>,
}

/// Ask a model about a picture.
///
/// The classes with the highest probabilities, ranked, with their logits. The timings are those of the work itself: an answer that is
/// given again from memory repeats them.
#[utoipa::path(
    get,
    path = route::IMAGE_PREDICTIONS,
    tag = "Models at work",
    params(
        ("image_id" = String, Path, description = "BLAKE3 of the picture's bytes, in hexadecimal"),
        PredictionsQuery,
    ),
    responses(
        (status = 200, description = "The answer.", body = Predictions),
        (status = 304, description = "The answer with the tag in `If-None-Match` still stands."),
        (status = 400, description = "`request_invalid`", body = ApiErrorBody),
        (status = 404, description = "`image_unknown`: send it again; `model_unknown`", body = ApiErrorBody),
        (status = 409, description = "`head_changed`: the header `x-checkpoints` names other checkpoints than answer now", body = ApiErrorBody),
        (status = 503, description = "`overloaded`, `not_ready`, `timed_out`; see `Retry-After`", body = ApiErrorBody),
    )
)]
pub async fn show_predictions(
    State(explorer): State<Explorer>,
    ValidPath(image_id): ValidPath<String>,
    ValidQuery(query): ValidQuery<PredictionsQuery>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let slot = extract::model(query.model.as_deref())?;
    let top_k = top_k(query.top_k.as_deref())?;
    let loaded = explorer.loaded_for(&headers)?;
    let image = loaded.image(&image_id)?;
    let fingerprint = &loaded.inference.model(slot).fingerprint;
    let tag = EntityTag::of(&["predictions", fingerprint, &image.info.image_id, &top_k.to_string()]);
    if tag.is_known(&headers) {
        return Ok(tag.not_modified());
    }
    let mut predictions = predict(&loaded, slot, &image).await?;
    predictions.classes.truncate(top_k);
    Ok(tag.attach(Json(predictions)))
}

/// A model's answer with all classes.
///
/// # Errors
/// The model cannot be asked, or its answer is no numbers.
pub async fn predict(loaded: &Loaded, slot: ModelSlot, image: &StoredImage) -> Result<Predictions, Failure> {
    let input = image.input(slot);
    let observed = loaded.inference.observe(slot, &NodeId::from(LOGITS), input).await?;
    let model = loaded.inference.model(slot);
    let ranked = rank(&observed.array.values).ok_or(Failure::NotFinite(slot))?;
    let classes = ranked.into_iter().map(|class| ClassScore {
        index: class.index,
        label: model.label(class.index),
        probability: class.probability,
        logit: class.logit,
    });
    Ok(Predictions {
        model: model.reference(),
        classes: classes.collect(),
        timings: Timings {
            decode_ms: image.decode_ms,
            preprocess_ms: input.preprocess_ms,
            queue_ms: observed.queue_ms,
            forward_ms: observed.forward_ms,
        },
    })
}

fn top_k(text: Option<&str>) -> Result<usize, Failure> {
    match text {
        None => Ok(DEFAULT_TOP_K),
        Some("all") => Ok(usize::MAX),
        Some(count) => count.parse().ok().filter(|count| *count > 0).ok_or_else(|| {
            Failure::RequestInvalid(format!("top_k cannot be {count:?}: it is a number from 1, or all."))
        }),
    }
}
