//! The photos that ship with the explorer.

use axum::Json;
use axum::extract::State;
use shared::{Sample, route};

use super::state::Explorer;

/// The sample photos.
///
/// Each with its description, author and licence, and its `image_id`: a server always holds them, so they can be asked about at once.
#[utoipa::path(
    get,
    path = route::SAMPLES,
    tag = "Pictures",
    responses((status = 200, description = "In the order of the page; the first is the default.", body = Vec<Sample>))
)]
pub async fn list_samples(State(explorer): State<Explorer>) -> Json<Vec<Sample>> {
    Json(explorer.samples().iter().map(|photo| photo.sample.clone()).collect())
}
