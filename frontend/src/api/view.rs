//! Views of a picture in the packed form: a header that the browser parses, and numbers behind it.

use serde::de::DeserializeOwned;
use shared::packed::{self, Header};
use shared::{ApiError, ErrorCode};
use wasm_bindgen::JsValue;

use super::npy::Array;
use super::pictures;
use super::request::{get_packed, unreadable};

/// A view: what is said of it, and its arrays by name. A picture that the server has forgotten is sent again.
///
/// # Errors
/// What the server says, that it cannot be reached, or that it sent no such file.
pub async fn view<About: DeserializeOwned>(
    image_id: &str,
    path: &str,
    as_bytes: bool,
) -> Result<(About, Vec<(String, Array)>), ApiError> {
    let accept = match as_bytes {
        true => format!("{}; {}", packed::CONTENT_TYPE, packed::AS_BYTES),
        false => packed::CONTENT_TYPE.to_owned(),
    };
    let file = match get_packed(path, &accept).await {
        Err(error) if error.code == ErrorCode::ImageUnknown => {
            pictures::send_again(image_id, error).await?;
            get_packed(path, &accept).await?
        }
        answer => answer?,
    };
    read(&file).ok_or_else(unreadable)
}

fn read<About: DeserializeOwned>(file: &[u8]) -> Option<(About, Vec<(String, Array)>)> {
    let (header, mut numbers) = packed::split(file)?;
    let header: JsValue = js_sys::JSON::parse(std::str::from_utf8(header).ok()?).ok()?;
    let Header { about, arrays } = serde_wasm_bindgen::from_value::<Header<About>>(header).ok()?;
    let mut read = Vec::with_capacity(arrays.len());
    for array in arrays {
        let (own, rest) = numbers.split_at_checked(array.size_bytes())?;
        read.push((array.name.clone(), Array { values: array.read(own)?, shape: array.shape }));
        numbers = rest;
    }
    Some((about, read))
}
