//! The photos of a data set: by class and filter, and each by the hash of its file, which is all that a client can name one by.

use std::io::Cursor;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use image::DynamicImage;
use image::codecs::jpeg::JpegEncoder;
use serde::Deserialize;
use shared::dataset::{DatasetPhotos, PhotoFilter};
use shared::{ApiErrorBody, route};

use crate::http::error::Failure;
use crate::http::extract::{ValidPath, ValidQuery};
use crate::http::openapi::Binary;
use crate::http::revalidation::NEVER_KEPT;
use crate::http::state::Explorer;
use crate::models::preprocess::{DecodeLimits, decode};
use crate::runs::KnownDataset;

/// Photos of a list where the query does not say.
const DEFAULT_LIMIT: usize = 60;
const MAX_LIMIT: usize = 500;
/// Sides of a thumbnail, in pixels.
const SIDES: std::ops::RangeInclusive<u32> = 32..=512;
/// Of a JPEG, in percent: what small photos look well in.
const QUALITY: u8 = 85;
/// The address says what is there, so it never changes.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// The query.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PhotosQuery {
    /// Position of a class; without it, all.
    class: Option<usize>,
    /// Which photos.
    #[serde(default)]
    #[param(default = "all")]
    filter: PhotoFilter,
    /// Photos that are passed over.
    #[serde(default)]
    #[param(default = 0)]
    offset: usize,
    /// Photos at most, 1 to 500.
    #[param(default = 60)]
    limit: Option<usize>,
}

/// Photos of a data set.
#[utoipa::path(
    get,
    path = route::DATASET_PHOTOS,
    tag = "Training",
    params(("dataset_id" = String, Path, description = "An id of the list"), PhotosQuery),
    responses(
        (status = 200, description = "In the data set's order.", body = DatasetPhotos),
        (status = 400, description = "`request_invalid`", body = ApiErrorBody),
        (status = 404, description = "`training_unknown`", body = ApiErrorBody),
        (status = 409, description = "`conflict`: its files are still being looked at, or it cannot be used", body = ApiErrorBody),
    )
)]
pub async fn list_photos(
    State(explorer): State<Explorer>,
    ValidPath(id): ValidPath<String>,
    ValidQuery(query): ValidQuery<PhotosQuery>,
) -> Result<Response, Failure> {
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(Failure::RequestInvalid(format!("limit cannot be {limit}: it is 1 to {MAX_LIMIT}.")));
    }
    let dataset = explorer.training().datasets().known(&id)?;
    let photos: DatasetPhotos = dataset.photos(query.class, query.filter, query.offset, limit)?;
    Ok((NEVER_KEPT, Json(photos)).into_response())
}

/// The query.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PhotoQuery {
    /// A thumbnail that fits into a square of this side, 32 to 512 pixels; without it, the file as it is.
    #[param(minimum = 32, maximum = 512, example = 128)]
    side: Option<u32>,
}

/// A photo of a data set.
///
/// The file as it is in the data set, or a thumbnail as JPEG, upright.
#[utoipa::path(
    get,
    path = route::DATASET_PHOTO,
    tag = "Training",
    params(
        ("dataset_id" = String, Path, description = "An id of the list"),
        ("photo_id" = String, Path, description = "BLAKE3 of the photo's file, in hexadecimal"),
        PhotoQuery,
    ),
    responses(
        (status = 200, description = "The photo.", content_type = "image/jpeg", body = Binary),
        (status = 400, description = "`request_invalid`", body = ApiErrorBody),
        (status = 404, description = "`training_unknown`", body = ApiErrorBody),
        (status = 409, description = "`conflict`: the files of the data set are still being looked at", body = ApiErrorBody),
        (status = 503, description = "`not_ready`, `timed_out`; see `Retry-After`", body = ApiErrorBody),
    )
)]
pub async fn show_photo(
    State(explorer): State<Explorer>,
    ValidPath((id, photo_id)): ValidPath<(String, String)>,
    ValidQuery(query): ValidQuery<PhotoQuery>,
) -> Result<Response, Failure> {
    if let Some(side) = query.side.filter(|side| !SIDES.contains(side)) {
        let (low, high) = (SIDES.start(), SIDES.end());
        return Err(Failure::RequestInvalid(format!("side cannot be {side}: it is {low} to {high}.")));
    }
    let dataset = explorer.training().datasets().known(&id)?;
    let (content_type, bytes) = match query.side {
        None => decoded(&explorer, move || original(&dataset, &photo_id)).await?,
        Some(side) => thumbnail(&explorer, dataset, photo_id, side).await?,
    };
    Ok(([(CONTENT_TYPE, HeaderValue::from_static(content_type)), (CACHE_CONTROL, FOR_EVER)], bytes)
        .into_response())
}

fn original(dataset: &KnownDataset, photo_id: &str) -> Result<(&'static str, Bytes), Failure> {
    let bytes = dataset.read_photo(photo_id)?;
    let content_type =
        image::guess_format(&bytes).map_or("application/octet-stream", |format| format.to_mime_type());
    Ok((content_type, bytes.into()))
}

/// Work on a photo where pictures are decoded, a few at a time: each is read as a whole.
async fn decoded<T: Send + 'static>(
    explorer: &Explorer,
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let loaded = explorer.loaded()?;
    let done = loaded.images.decoders().run(work).await;
    done.map_err(|panic| Failure::Internal(panic.to_string()))?
}

/// Made with the bounds of all pictures, and kept for a while.
async fn thumbnail(
    explorer: &Explorer,
    dataset: Arc<KnownDataset>,
    photo_id: String,
    side: u32,
) -> Result<(&'static str, Bytes), Failure> {
    const JPEG: &str = "image/jpeg";
    let key = (photo_id.clone(), side);
    // What a data set does not hold is not given away by another's thumbnail.
    let is_there = dataset.holds(&photo_id);
    if let Some(kept) = explorer.thumbnails().get(&key).filter(|_kept| is_there) {
        return Ok((JPEG, kept));
    }
    let bytes = decoded(explorer, move || shrunk(&dataset, &photo_id, side)).await?;
    explorer.thumbnails().insert(key, bytes.clone(), bytes.len() as u64);
    Ok((JPEG, bytes))
}

fn shrunk(dataset: &KnownDataset, photo_id: &str, side: u32) -> Result<Bytes, Failure> {
    let bytes = dataset.read_photo(photo_id)?;
    // It was decoded with the same limits when the data set was looked at.
    let decoded = decode(&bytes, &DecodeLimits::default());
    let pixels = decoded.map_err(|error| Failure::Internal(error.to_string()))?.pixels;
    let photo = DynamicImage::ImageRgb8(pixels);
    let fits = photo.width() <= side && photo.height() <= side;
    let photo = if fits { photo } else { photo.thumbnail(side, side) };
    let mut file = Cursor::new(Vec::new());
    let encoder = JpegEncoder::new_with_quality(&mut file, QUALITY);
    photo.write_with_encoder(encoder).map_err(|error| Failure::Internal(error.to_string()))?;
    Ok(file.into_inner().into())
}
