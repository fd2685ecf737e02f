//! What small models that learned from scratch reached, as it ships with the explorer. Nothing is trained here: it takes many minutes.

use std::path::Path;
use std::sync::Arc;
use std::{fs, io};

use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use axum::routing::get;
use shared::training::FromScratch;
use shared::{ApiErrorBody, route};

use super::error::Failure;
use super::revalidation::EntityTag;

/// Below the assets.
const FILE: &str = "training/from_scratch.json";
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The file's content, once it was read.
#[derive(Clone, Debug)]
pub(super) enum Shipped {
    Missing,
    Broken(String),
    Known(Arc<str>),
}

/// The route, with what these assets hold.
pub fn router(assets: &Path) -> Router {
    Router::new().route(route::FROM_SCRATCH, get(show_from_scratch)).with_state(Shipped::read(assets))
}

impl Shipped {
    fn read(assets: &Path) -> Self {
        let path = assets.join(FILE);
        let broken = |reason: String| Self::Broken(format!("{}: {reason}", path.display()));
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Self::Missing,
            Err(error) => return broken(error.to_string()),
        };
        let known = serde_json::from_slice::<FromScratch>(&bytes);
        match known.and_then(|outcome| serde_json::to_string(&outcome)) {
            Ok(json) => Self::Known(json.into()),
            Err(error) => broken(error.to_string()),
        }
    }
}

/// A small CNN and a small ViT that learned from scratch.
///
/// Two models of equal size, trained on 1, 2, 4 ... photos a class and on nothing else, in the same way: how the accuracy on test photos
/// grows with the photos, and how it was measured. Computed by `backbone-explorer from-scratch`; the explorer comes with the result.
#[utoipa::path(
    get,
    path = route::FROM_SCRATCH,
    tag = "Models",
    responses(
        (status = 200, description = "Both curves, the photos, the plan, and the command that does it again.", body = FromScratch),
        (status = 304, description = "The answer with the tag in `If-None-Match` still stands."),
        (status = 404, description = "`not_computed`", body = ApiErrorBody),
    )
)]
pub(super) async fn show_from_scratch(
    State(shipped): State<Shipped>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let json = match shipped {
        Shipped::Missing => return Err(Failure::FromScratchNotComputed),
        Shipped::Broken(reason) => return Err(Failure::Internal(reason)),
        Shipped::Known(json) => json,
    };
    let tag = EntityTag::of(&["from-scratch", &json]);
    if tag.is_known(&headers) {
        return Ok(tag.not_modified());
    }
    Ok(tag.attach(([(CONTENT_TYPE, JSON)], json.to_string())))
}
