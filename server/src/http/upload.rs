//! Receives a picture's bytes, from the body itself or from a form. What is too large is refused by its announced length before
//! anything is kept, and otherwise as soon as it has grown too large.

use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use futures::StreamExt;
use tokio::sync::OwnedSemaphorePermit;

use super::error::Failure;
use super::state::Explorer;

/// What a form may have around its picture.
pub const MAX_FORM_OVERHEAD_BYTES: u64 = 64 * 1024;

/// How many times the limit is received and thrown away of an upload that is too large. Many clients read no answer before they
/// have sent everything; cut off, they would only see that the connection broke.
const DISCARDED_UPLOADS: u64 = 4;

/// The field of a form that holds the picture.
const FIELD: &str = "file";

/// A picture's bytes, with the room that they take while they are worked on.
pub struct Upload {
    /// Never empty.
    pub bytes: Bytes,
    _room: OwnedSemaphorePermit,
}

/// Receives the picture.
///
/// # Errors
/// There is none, it is too large, or there is no room for it.
pub async fn receive(explorer: &Explorer, request: Request) -> Result<Upload, Failure> {
    let max_bytes = explorer.options().max_upload_bytes;
    let is_form = is_form(request.headers());
    let max_body_bytes = if is_form { max_bytes + MAX_FORM_OVERHEAD_BYTES } else { max_bytes };
    let announced = announced_length(request.headers());
    if let Some(length) = announced.filter(|length| *length > max_body_bytes) {
        let room_for_discarding = max_bytes.saturating_mul(DISCARDED_UPLOADS);
        if length <= room_for_discarding {
            discard(request.into_body().into_data_stream(), room_for_discarding).await;
        }
        return Err(Failure::ImageTooLarge { max_bytes });
    }
    let room = explorer.reserve_upload(announced.unwrap_or(max_bytes).min(max_bytes))?;
    let bytes = if is_form {
        from_form(request, max_bytes).await?
    } else {
        from_body(request.into_body(), max_bytes, announced).await?
    };
    if bytes.is_empty() {
        return Err(Failure::ImageMissing);
    }
    Ok(Upload { bytes, _room: room })
}

fn is_form(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    content_type.trim_start().to_ascii_lowercase().starts_with("multipart/form-data")
}

fn announced_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

async fn from_body(body: Body, max_bytes: u64, announced: Option<u64>) -> Result<Bytes, Failure> {
    let expected = usize::try_from(announced.unwrap_or(0).min(max_bytes)).unwrap_or(0);
    let mut bytes = Vec::with_capacity(expected);
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_broken| {
            Failure::RequestInvalid("The picture did not arrive completely. Send it again.".to_owned())
        })?;
        if (bytes.len() + chunk.len()) as u64 > max_bytes {
            drop(bytes);
            discard(chunks, max_bytes.saturating_mul(DISCARDED_UPLOADS)).await;
            return Err(Failure::ImageTooLarge { max_bytes });
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.into())
}

/// Receives and forgets, up to so many bytes.
async fn discard(mut chunks: BodyDataStream, max_bytes: u64) {
    let mut num_discarded = 0;
    while let Some(Ok(chunk)) = chunks.next().await {
        num_discarded += chunk.len() as u64;
        if num_discarded > max_bytes {
            break;
        }
    }
}

async fn from_form(request: Request, max_bytes: u64) -> Result<Bytes, Failure> {
    let explain = |error: MultipartError| {
        if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Failure::ImageTooLarge { max_bytes }
        } else {
            Failure::RequestInvalid(format!("The form cannot be read: {}.", error.body_text()))
        }
    };
    let form = Multipart::from_request(request, &()).await;
    let mut form = form.map_err(|error| {
        Failure::RequestInvalid(format!("The form cannot be read: {}.", error.body_text()))
    })?;
    while let Some(field) = form.next_field().await.map_err(explain)? {
        if field.name() == Some(FIELD) {
            return from_field(field, max_bytes).await.map_err(explain)?;
        }
    }
    Err(Failure::ImageMissing)
}

async fn from_field(field: Field<'_>, max_bytes: u64) -> Result<Result<Bytes, Failure>, MultipartError> {
    let bytes = field.bytes().await?;
    Ok(if bytes.len() as u64 > max_bytes { Err(Failure::ImageTooLarge { max_bytes }) } else { Ok(bytes) })
}
