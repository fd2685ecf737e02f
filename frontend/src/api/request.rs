//! One request at a time: `fetch`, the status, the body. Failures of transport get words of their own here; failures of
//! the server arrive in theirs.

use std::cell::Cell;

use serde::de::DeserializeOwned;
use shared::{ApiError, ApiErrorBody, CHECKPOINTS_HEADER, ErrorCode};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Blob, Headers, Request, RequestInit, Response};

use crate::i18n::text;

thread_local! {
    /// What the page tells of itself, see [`CHECKPOINTS_HEADER`].
    static CHECKPOINTS: Cell<&'static str> = const { Cell::new("") };
}

/// Says once which checkpoints the page was made for.
pub fn belong_to(checkpoints: String) {
    // For as long as the page is open.
    CHECKPOINTS.set(checkpoints.leak());
}

/// Asks for JSON.
pub async fn get_json<T: DeserializeOwned>(path: &str, cancel: Option<&AbortSignal>) -> Result<T, ApiError> {
    let options = RequestInit::new();
    options.set_signal(cancel);
    json(&send(path, &options).await?).await
}

/// Asks for bytes.
pub async fn get_bytes(path: &str) -> Result<Vec<u8>, ApiError> {
    let response = send(path, &RequestInit::new()).await?;
    let buffer = body(response.array_buffer()).await?;
    Ok(js_sys::Uint8Array::new(&buffer).to_vec())
}

/// Asks for bytes in a form.
pub async fn get_packed(path: &str, accept: &str) -> Result<Vec<u8>, ApiError> {
    let options = RequestInit::new();
    if let Ok(headers) = Headers::new() {
        // Fails for no value of ours.
        _ = headers.set("accept", accept);
        options.set_headers(&headers);
    }
    let response = send(path, &options).await?;
    let buffer = body(response.array_buffer()).await?;
    Ok(js_sys::Uint8Array::new(&buffer).to_vec())
}

/// Asks for a file.
pub async fn get_blob(path: &str) -> Result<Blob, ApiError> {
    let response = send(path, &RequestInit::new()).await?;
    Ok(body(response.blob()).await?.unchecked_into())
}

/// Sends a file and reads JSON.
pub async fn post_blob<T: DeserializeOwned>(
    path: &str,
    blob: &Blob,
    cancel: Option<&AbortSignal>,
) -> Result<T, ApiError> {
    let options = RequestInit::new();
    options.set_method("POST");
    options.set_body(blob);
    options.set_signal(cancel);
    json(&send(path, &options).await?).await
}

/// Whether a request ended because the visitor cancelled it.
pub fn is_cancelled(cancel: &AbortSignal) -> bool {
    cancel.aborted()
}

/// The server answered with something that this page cannot read.
pub fn unreadable() -> ApiError {
    ApiError { code: ErrorCode::Internal, message: text::shell::ANSWER_UNREADABLE.to_owned() }
}

/// There is no way to the server.
pub fn unreachable_server<C>(_cause: C) -> ApiError {
    ApiError { code: ErrorCode::NotReady, message: text::shell::SERVER_UNREACHABLE.to_owned() }
}

/// Sends a request; an answer that is no success is a failure in the server's words.
pub async fn send(path: &str, options: &RequestInit) -> Result<Response, ApiError> {
    let request = Request::new_with_str_and_init(path, options).map_err(unreachable_server)?;
    let checkpoints = CHECKPOINTS.get();
    if !checkpoints.is_empty() {
        // Fails for no value of ours.
        _ = request.headers().set(CHECKPOINTS_HEADER, checkpoints);
    }
    let promise = leptos::prelude::window().fetch_with_request(&request);
    let response: Response = JsFuture::from(promise).await.map_err(unreachable_server)?.unchecked_into();
    if response.ok() {
        return Ok(response);
    }
    // Something between the page and the server may answer in its own words, such as a proxy's page.
    Err(json(&response).await.map_or_else(|unreadable| unreadable, |body: ApiErrorBody| body.error))
}

/// The body of an answer as JSON.
pub async fn json<T: DeserializeOwned>(response: &Response) -> Result<T, ApiError> {
    let value = body(response.json()).await.map_err(|_not_json| unreadable())?;
    serde_wasm_bindgen::from_value(value).map_err(|_cause| unreadable())
}

async fn body(promise: Result<js_sys::Promise, JsValue>) -> Result<JsValue, ApiError> {
    JsFuture::from(promise.map_err(unreachable_server)?).await.map_err(unreachable_server)
}
