//! Reads what a request names: query, path, model. What cannot be read becomes a failure in the one shape.

use axum::Json;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use shared::ModelSlot;

use super::error::Failure;

/// A query with known names and readable values.
#[derive(Clone, Copy, Debug)]
pub struct ValidQuery<T>(pub T);

/// A path whose parts can be read.
#[derive(Clone, Copy, Debug)]
pub struct ValidPath<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for ValidQuery<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let query = Query::from_request_parts(parts, state).await;
        let Query(query) = query.map_err(|error| {
            Failure::RequestInvalid(format!("The query cannot be used: {}.", error.body_text()))
        })?;
        Ok(Self(query))
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for ValidPath<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let path = Path::from_request_parts(parts, state).await;
        let Path(path) = path.map_err(|error| {
            Failure::RequestInvalid(format!("The path cannot be used: {}.", error.body_text()))
        })?;
        Ok(Self(path))
    }
}

/// A body of JSON that can be read.
#[derive(Clone, Copy, Debug)]
pub struct ValidJson<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for ValidJson<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let body = Json::from_request(request, state).await;
        let Json(body) = body.map_err(|error| {
            Failure::RequestInvalid(format!("The body cannot be used: {}.", error.body_text()))
        })?;
        Ok(Self(body))
    }
}

/// The model that a query names, which it must.
///
/// # Errors
/// None is named, or one that there is not.
pub fn model(name: Option<&str>) -> Result<ModelSlot, Failure> {
    let name = name.ok_or_else(|| {
        Failure::RequestInvalid(
            "Say which model is asked: add model=resnet or model=vit to the query.".to_owned(),
        )
    })?;
    Ok(name.parse()?)
}
