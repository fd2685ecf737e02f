//! The browser's side of the API: typed requests that decode the one shape of failure, and pictures that are sent again
//! where a server has forgotten them. The only module that fetches.

pub mod events;
mod npy;
mod pictures;
mod request;
pub mod training;
mod view;

use shared::{ApiError, CkaMatrix, ErrorCode, ImageInfo, ModelSlot, NodeId, Predictions, route};
use web_sys::{AbortSignal, Blob};

use crate::i18n::text;
pub use npy::{Array, to_npy};
pub use request::{belong_to, is_cancelled, unreachable_server};
use request::{get_bytes, get_json, post_blob};
pub use view::view;

/// Sends a picture. Its bytes are kept, so that they can be sent again.
///
/// # Errors
/// What the server says of the picture, or that the server cannot be reached.
pub async fn upload(picture: &Blob, cancel: Option<&AbortSignal>) -> Result<ImageInfo, ApiError> {
    let info: ImageInfo = post_blob(route::IMAGES, picture, cancel).await?;
    pictures::keep_blob(&info.image_id, picture);
    Ok(info)
}

/// Says where a sample's bytes are, should a server have forgotten the sample.
pub fn remember_sample(image_id: &str, path: &str) {
    pictures::keep_path(image_id, path);
}

/// Sends a picture again that a server has forgotten.
///
/// # Errors
/// This page does not have the picture either, or what the server says of it.
pub async fn send_again(image_id: &str) -> Result<(), ApiError> {
    let unknown = ApiError { code: ErrorCode::ImageUnknown, message: text::shell::PICTURE_GONE.to_owned() };
    pictures::send_again(image_id, unknown).await
}

/// A model's answer to a picture, all classes.
///
/// # Errors
/// What the server says, or that it cannot be reached.
pub async fn predictions(
    image_id: &str,
    model: ModelSlot,
    cancel: Option<&AbortSignal>,
) -> Result<Predictions, ApiError> {
    let path = route::predictions(image_id, model, None);
    match get_json(&path, cancel).await {
        Err(error) if error.code == ErrorCode::ImageUnknown => {
            pictures::send_again(image_id, error).await?;
            get_json(&path, cancel).await
        }
        answer => answer,
    }
}

/// A node's tensor, or a part of it: half-open ranges or indices on the leading axes, such as `0:8,3`.
///
/// # Errors
/// What the server says, that it cannot be reached, or that it sent no array.
pub async fn tensor(
    image_id: &str,
    model: ModelSlot,
    node: &NodeId,
    slice: Option<&str>,
) -> Result<Array, ApiError> {
    let path = route::tensor(image_id, model, node, slice);
    let bytes = match get_bytes(&path).await {
        Err(error) if error.code == ErrorCode::ImageUnknown => {
            pictures::send_again(image_id, error).await?;
            get_bytes(&path).await?
        }
        answer => answer?,
    };
    Array::from_npy(&bytes).ok_or_else(request::unreadable)
}

/// A parameter of a model, or a part of it.
///
/// # Errors
/// What the server says, that it cannot be reached, or that it sent no array.
pub async fn weights(model: ModelSlot, parameter: &str, slice: Option<&str>) -> Result<Array, ApiError> {
    let bytes = get_bytes(&route::weights(model, parameter, slice)).await?;
    Array::from_npy(&bytes).ok_or_else(request::unreadable)
}

/// How similar the layers of both models are.
///
/// # Errors
/// Nobody has measured it for the weights that are loaded, or the server cannot be reached.
pub async fn cka() -> Result<CkaMatrix, ApiError> {
    get_json(route::CKA, None).await
}
