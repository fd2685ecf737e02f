//! Pictures: taking them in, and what is said of them. Their bytes are not given back; who sent one has it.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use shared::{ApiErrorBody, ImageInfo, route};

use super::error::Failure;
use super::extract::ValidPath;
use super::openapi::Binary;
use super::revalidation::EntityTag;
use super::state::Explorer;
use super::timeout::within;
use super::upload;

/// A form with a picture.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "describes the form; it is read field by field")]
struct UploadForm {
    /// The picture's file.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Send a picture.
///
/// The bytes of a JPEG, PNG, WebP, GIF (first frame), BMP or TIFF file, as the body itself or as the field `file` of a form. Its
/// format is told from the content. The picture is turned upright by its EXIF orientation and laid onto white where it is transparent.
///
/// The answer's `image_id` is the BLAKE3 of the bytes: the same picture always has the same address. Pictures are held in memory for
/// a while and never written to disk; a server that does not hold one any more answers `image_unknown`, and it can be sent again.
#[utoipa::path(
    post,
    path = route::IMAGES,
    tag = "Pictures",
    request_body(
        description = "The file's bytes, or a form with the field `file`.",
        content(
            (Binary = "application/octet-stream"),
            (UploadForm = "multipart/form-data"),
        )
    ),
    responses(
        (status = 201, description = "The picture is held.", body = ImageInfo,
         headers(("location" = String, description = "The picture's path."))),
        (status = 400, description = "`image_missing`, `request_invalid`", body = ApiErrorBody),
        (status = 408, description = "`timed_out`: the picture did not arrive in time", body = ApiErrorBody),
        (status = 413, description = "`image_too_large`, `image_too_many_pixels`", body = ApiErrorBody),
        (status = 415, description = "`image_format_unknown`", body = ApiErrorBody),
        (status = 422, description = "`image_corrupt`", body = ApiErrorBody),
        (status = 503, description = "`overloaded`, `not_ready`, `timed_out`; see `Retry-After`", body = ApiErrorBody),
    )
)]
pub async fn create_image(State(explorer): State<Explorer>, request: Request) -> Result<Response, Failure> {
    let loaded = explorer.loaded()?;
    let limit = explorer.options().request_timeout;
    let upload = within(limit, Failure::UploadTooSlow, upload::receive(&explorer, request)).await?;
    let image =
        within(limit, Failure::TimedOut, async { Ok(loaded.images.take_in(upload.bytes).await?) }).await?;
    let location = route::IMAGE.replace("{image_id}", &image.info.image_id);
    Ok((StatusCode::CREATED, [(LOCATION, location)], Json(image.info.clone())).into_response())
}

/// What is known of a picture.
///
/// Its size once upright, the format and channels of its file, and what was noted while decoding.
#[utoipa::path(
    get,
    path = route::IMAGE,
    tag = "Pictures",
    params(("image_id" = String, Path, description = "BLAKE3 of the picture's bytes, in hexadecimal")),
    responses(
        (status = 200, description = "The picture is held.", body = ImageInfo),
        (status = 404, description = "`image_unknown`: send it again", body = ApiErrorBody),
        (status = 503, description = "`not_ready`; see `Retry-After`", body = ApiErrorBody),
    )
)]
pub async fn show_image(
    State(explorer): State<Explorer>,
    ValidPath(image_id): ValidPath<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let image = explorer.loaded()?.image(&image_id)?;
    let tag = EntityTag::of(&["image", env!("CARGO_PKG_VERSION"), &image.info.image_id]);
    if tag.is_known(&headers) {
        return Ok(tag.not_modified());
    }
    Ok(tag.attach(Json(&image.info)))
}
