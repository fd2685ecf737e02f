//! Requests that change the server: with the admin's token in a header, JSON as their body, and for an archive how much of it is sent.

use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::{ApiError, ApiErrorBody, route};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Event, File, Headers, ProgressEvent, RequestInit, XmlHttpRequest};

use crate::api::request::{self, unreachable_server, unreadable};

/// Sends a request without a body, and passes over what is answered.
pub async fn send(method: &str, path: &str, token: &str) -> Result<(), ApiError> {
    request::send(path, &options(method, token)).await.map(drop)
}

/// Sends JSON and reads JSON.
pub async fn send_json<B: Serialize, T: DeserializeOwned>(
    method: &str,
    path: &str,
    body: &B,
    token: &str,
) -> Result<T, ApiError> {
    let options = options(method, token);
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    let body = body.serialize(&serializer).map_err(|_no_plain_data| unreadable())?;
    let text = js_sys::JSON::stringify(&body).map_err(|_no_plain_data| unreadable())?;
    options.set_body(&text);
    if let Ok(headers) = headers(token) {
        // Fails for no value of ours.
        _ = headers.set("content-type", "application/json");
        options.set_headers(&headers);
    }
    request::json(&request::send(path, &options).await?).await
}

fn options(method: &str, token: &str) -> RequestInit {
    let options = RequestInit::new();
    options.set_method(method);
    if let Ok(headers) = headers(token) {
        options.set_headers(&headers);
    }
    options
}

/// Letters that no header may hold make no token either: the server then says that it is missing.
fn headers(token: &str) -> Result<Headers, JsValue> {
    let headers = Headers::new()?;
    _ = headers.set("authorization", &format!("Bearer {token}"));
    Ok(headers)
}

/// An archive on its way. Dropping it gives it up; the server keeps nothing of it then.
pub struct Upload {
    request: XmlHttpRequest,
    /// Kept for as long as they may be called.
    _listeners: [Closure<dyn FnMut(Event)>; 2],
    _progress: Closure<dyn FnMut(ProgressEvent)>,
}

impl Drop for Upload {
    fn drop(&mut self) {
        self.request.set_onload(None);
        self.request.set_onerror(None);
        // What has ended is not ended again.
        _ = self.request.abort();
    }
}

/// Sends an archive as the body of a request, from the disk as it is read. `on_progress` gets the part that is sent, 0 to 1; `on_end`
/// whether the server took it.
///
/// # Errors
/// The browser refuses the request.
pub fn upload_archive(
    file: &File,
    token: &str,
    on_progress: impl Fn(f64) + 'static,
    on_end: impl Fn(Result<(), ApiError>) + Clone + 'static,
) -> Result<Upload, ApiError> {
    let request = XmlHttpRequest::new().map_err(unreachable_server)?;
    let name = js_sys::encode_uri_component(&file.name());
    let path = format!("{}?name={name}", route::DATASETS);
    request.open("POST", &path).map_err(unreachable_server)?;
    request.set_request_header("authorization", &format!("Bearer {token}")).map_err(unreachable_server)?;
    let progress = Closure::<dyn FnMut(ProgressEvent)>::new(move |event: ProgressEvent| {
        if event.length_computable() {
            on_progress(event.loaded() / event.total().max(1.0));
        }
    });
    if let Ok(upload) = request.upload() {
        upload.set_onprogress(Some(progress.as_ref().unchecked_ref()));
    }
    let ended = on_end.clone();
    let answered = request.clone();
    let loaded = Closure::<dyn FnMut(Event)>::new(move |_event: Event| ended(outcome(&answered)));
    let broke = Closure::<dyn FnMut(Event)>::new(move |event: Event| on_end(Err(unreachable_server(event))));
    request.set_onload(Some(loaded.as_ref().unchecked_ref()));
    request.set_onerror(Some(broke.as_ref().unchecked_ref()));
    request.send_with_opt_blob(Some(file)).map_err(unreachable_server)?;
    Ok(Upload { request, _listeners: [loaded, broke], _progress: progress })
}

fn outcome(request: &XmlHttpRequest) -> Result<(), ApiError> {
    if request.status().is_ok_and(|status| (200..300).contains(&status)) {
        return Ok(());
    }
    let text = request.response_text().ok().flatten().unwrap_or_default();
    let body = js_sys::JSON::parse(&text).ok();
    let body = body.and_then(|body| serde_wasm_bindgen::from_value::<ApiErrorBody>(body).ok());
    Err(body.map_or_else(unreadable, |body| body.error))
}
