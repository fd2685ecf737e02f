//! Views of a picture as a model that learns would see them: what is drawn for each seed, and one of them as a PNG file.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use serde::Deserialize;
use shared::augmentation::{AugmentationRecipe, Augmentations};
use shared::{ApiErrorBody, ModelSlot, PixelSize, route};

use super::error::Failure;
use super::extract::{self, ValidPath, ValidQuery};
use super::openapi::Binary;
use super::revalidation::EntityTag;
use super::state::Explorer;
use crate::models::preprocess::augment::draw;

/// Views that are drawn at once.
const MAX_COUNT: u64 = 16;

/// The query of the list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AugmentationsQuery {
    /// `resnet` or `vit`, for the size of the views.
    #[param(required = true, value_type = ModelSlot)]
    model: Option<String>,
    /// Seed of the first view; the others have those after it.
    #[serde(default)]
    seed: u64,
    /// How many views, 1 to 16.
    #[param(minimum = 1, maximum = 16)]
    count: Option<u64>,
}

/// The query of one view.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AugmentedQuery {
    /// `resnet` or `vit`, for the size of the view.
    #[param(required = true, value_type = ModelSlot)]
    model: Option<String>,
}

/// Views of a picture as a model that learns would see them.
///
/// A model that is trained sees each photo otherwise every time: a part of it, mirrored or not, in other light. These are the parts and factors
/// that each seed draws, from the ranges in `recipe`; the same seed draws the same of a picture of the same size. The explorer's own models are
/// not trained so here: their heads learn from the photos as they are.
#[utoipa::path(
    get,
    path = route::IMAGE_AUGMENTATIONS,
    tag = "Models at work",
    params(
        ("image_id" = String, Path, description = "BLAKE3 of the picture's bytes, in hexadecimal"),
        AugmentationsQuery,
    ),
    responses(
        (status = 200, description = "What was drawn for each seed.", body = Augmentations),
        (status = 304, description = "The answer with the tag in `If-None-Match` still stands."),
        (status = 400, description = "`request_invalid`", body = ApiErrorBody),
        (status = 404, description = "`image_unknown`: send it again; `model_unknown`", body = ApiErrorBody),
        (status = 503, description = "`not_ready`; see `Retry-After`", body = ApiErrorBody),
    )
)]
pub async fn list_augmentations(
    State(explorer): State<Explorer>,
    ValidPath(image_id): ValidPath<String>,
    ValidQuery(query): ValidQuery<AugmentationsQuery>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let slot = extract::model(query.model.as_deref())?;
    let count = query.count.unwrap_or(MAX_COUNT);
    if !(1..=MAX_COUNT).contains(&count) {
        return Err(Failure::RequestInvalid(format!("count must be 1 to {MAX_COUNT}, and is {count}.")));
    }
    let loaded = explorer.loaded()?;
    let image = loaded.image(&image_id)?;
    let model = loaded.inference.model(slot);
    let numbers = [query.seed, count].map(|number| number.to_string());
    let tag = ["augmentations", env!("CARGO_PKG_VERSION"), &model.fingerprint, &image.info.image_id];
    let tag = EntityTag::of(&[&tag[..], &[&numbers[0], &numbers[1]]].concat());
    if tag.is_known(&headers) {
        return Ok(tag.not_modified());
    }
    let size = PixelSize { width: image.info.width, height: image.info.height };
    let recipe = AugmentationRecipe::default();
    let seeds = (0..count).map(|index| query.seed.wrapping_add(index));
    Ok(tag.attach(Json(Augmentations {
        recipe,
        size: model.info.preprocessing.crop_size,
        drawn: seeds.map(|seed| draw(seed, size, &recipe)).collect(),
    })))
}

/// One of these views.
///
/// The part of its seed, cut out and resized with antialiasing to the square that the model reads, then mirrored, and changed in
/// brightness, contrast and saturation, as Pillow and torchvision do it.
#[utoipa::path(
    get,
    path = route::IMAGE_AUGMENTED,
    tag = "Models at work",
    params(
        ("image_id" = String, Path, description = "BLAKE3 of the picture's bytes, in hexadecimal"),
        ("seed" = u64, Path, description = "What the view is drawn with"),
        AugmentedQuery,
    ),
    responses(
        (status = 200, description = "The view.", content_type = "image/png", body = Binary),
        (status = 304, description = "The answer with the tag in `If-None-Match` still stands."),
        (status = 400, description = "`request_invalid`", body = ApiErrorBody),
        (status = 404, description = "`image_unknown`: send it again; `model_unknown`", body = ApiErrorBody),
        (status = 503, description = "`not_ready`, `timed_out`; see `Retry-After`", body = ApiErrorBody),
    )
)]
pub async fn show_augmented(
    State(explorer): State<Explorer>,
    ValidPath((image_id, seed)): ValidPath<(String, u64)>,
    ValidQuery(query): ValidQuery<AugmentedQuery>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let slot = extract::model(query.model.as_deref())?;
    let loaded = explorer.loaded()?;
    let image = loaded.image(&image_id)?;
    let fingerprint = &loaded.inference.model(slot).fingerprint;
    let version = env!("CARGO_PKG_VERSION");
    let tag = EntityTag::of(&["augmented", version, fingerprint, &image.info.image_id, &seed.to_string()]);
    if tag.is_known(&headers) {
        return Ok(tag.not_modified());
    }
    let png = loaded.images.augment(&image, slot, seed).await?;
    Ok(tag.attach(([(CONTENT_TYPE, "image/png")], png)))
}
