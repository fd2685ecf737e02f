//! Receives an archive: handed on to the disk chunk by chunk, none of it kept in memory. It has its own time: as long as something comes, up to
//! an hour.

use std::time::Duration;

use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use futures::StreamExt;
use shared::dataset::DatasetListing;

use crate::http::error::Failure;
use crate::http::state::Explorer;
use crate::http::timeout::within;
use crate::runs::Upload;

/// From the first byte to the data set.
const MAX_TIME: Duration = Duration::from_secs(3600);

/// Receives an archive and adds the data set in it.
///
/// # Errors
/// It does not come in time or completely, is too large, or cannot be used.
pub async fn archive(explorer: &Explorer, name: &str, request: Request) -> Result<DatasetListing, Failure> {
    within(MAX_TIME, Failure::ArchiveTooSlow, receive(explorer, name, request)).await
}

async fn receive(explorer: &Explorer, name: &str, request: Request) -> Result<DatasetListing, Failure> {
    let headers = request.headers();
    if text(headers, &CONTENT_TYPE).trim_start().to_ascii_lowercase().starts_with("multipart/") {
        return Err(Failure::RequestInvalid(
            "Send the archive's bytes as the body, not as a form.".to_owned(),
        ));
    }
    let length = text(headers, &CONTENT_LENGTH).parse().ok();
    let mut upload = Upload::begin(explorer.training(), name, length).await?;
    let mut chunks = request.into_body().into_data_stream();
    let pause = explorer.options().request_timeout;
    let next = async |chunks: &mut axum::body::BodyDataStream| Ok(chunks.next().await);
    while let Some(chunk) = within(pause, Failure::ArchiveTooSlow, next(&mut chunks)).await? {
        let chunk = chunk.map_err(|_broken| {
            Failure::RequestInvalid("The archive did not arrive completely. Send it again.".to_owned())
        })?;
        upload.write(&chunk).await?;
    }
    Ok(upload.finish().await?)
}

fn text<'a>(headers: &'a HeaderMap, name: &axum::http::HeaderName) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
