//! The three forms of a view: JSON, `.npy` for notebooks, and packed for the page.

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_DISPOSITION, CONTENT_TYPE, HeaderName};
use serde::Serialize;
use shared::packed::{self, Header, PackedArray};
use shared::views::{NamedArray, ViewBody};

use crate::analysis::Array;
use crate::http::error::Failure;
use crate::http::npy;
use crate::views::View;

/// Which form a client wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// What is said, and the arrays with all digits.
    Json,
    /// The first array alone, exactly.
    Npy,
    /// What is said, and the arrays as 16-bit floats.
    Packed,
    /// The same with bytes in place of floats.
    PackedBytes,
}

/// A view, written.
#[derive(Debug)]
pub struct Written {
    /// Type and file name.
    pub headers: [(HeaderName, String); 2],
    /// The bytes.
    pub body: Vec<u8>,
}

impl Form {
    /// Reads `format` of the query or, where that is not given, the header `Accept`; JSON for whoever does not say.
    ///
    /// # Errors
    /// The query names a form that there is not.
    pub fn wanted(format: Option<&str>, headers: &HeaderMap) -> Result<Self, Failure> {
        match format {
            Some("json") => return Ok(Self::Json),
            Some("npy") => return Ok(Self::Npy),
            Some("packed") => return Ok(Self::Packed),
            Some(other) => {
                let message = format!("format cannot be {other:?}: it is json, npy or packed.");
                return Err(Failure::RequestInvalid(message));
            }
            None => {}
        }
        let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let accepted = accepted.to_ascii_lowercase();
        Ok(if accepted.contains(packed::CONTENT_TYPE) {
            if accepted.contains(packed::AS_BYTES) { Self::PackedBytes } else { Self::Packed }
        } else if accepted.contains(npy::CONTENT_TYPE_NPY) || accepted.contains("npy") {
            Self::Npy
        } else {
            Self::Json
        })
    }

    /// Tells answers apart.
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Npy => "npy",
            Self::Packed => "packed",
            Self::PackedBytes => "packed u8",
        }
    }

    /// Writes a view; `name` is for who saves it.
    pub fn write<About: Serialize>(self, view: &View<About>, name: &str) -> Written {
        let (content_type, extension, body) = match self {
            Self::Json => ("application/json", "json", json(view)),
            Self::Npy => (
                npy::CONTENT_TYPE_NPY,
                "npy",
                view.arrays.first().map(|(_name, array)| npy::write(array)).unwrap_or_default(),
            ),
            Self::Packed => (
                packed::CONTENT_TYPE,
                "packed",
                pack(view, |name, array| PackedArray::floats(name, &array.shape)),
            ),
            Self::PackedBytes => {
                let bytes = |name: &str, array: &Array| PackedArray::bytes(name, &array.shape, &array.values);
                (packed::CONTENT_TYPE, "packed", pack(view, bytes))
            }
        };
        let kind = if self == Self::Json { "inline" } else { "attachment" };
        let name = format!("{kind}; filename=\"{}.{extension}\"", npy::plain_name(name));
        Written { headers: [(CONTENT_TYPE, content_type.to_owned()), (CONTENT_DISPOSITION, name)], body }
    }
}

fn json<About: Serialize>(view: &View<About>) -> Vec<u8> {
    let array = |(name, array): &(&'static str, Array)| NamedArray {
        name: (*name).to_owned(),
        shape: array.shape.clone(),
        values: array.values.iter().map(|value| value.is_finite().then_some(*value)).collect(),
    };
    let body = ViewBody { about: &view.about, arrays: view.arrays.iter().map(array).collect() };
    serde_json::to_vec(&body).expect("a view is plain data")
}

fn pack<About: Serialize>(view: &View<About>, describe: impl Fn(&str, &Array) -> PackedArray) -> Vec<u8> {
    let arrays: Vec<PackedArray> = view.arrays.iter().map(|(name, array)| describe(name, array)).collect();
    let header = Header { about: &view.about, arrays };
    let text = serde_json::to_vec(&header).expect("what is said of a view is plain data");
    let length = u32::try_from(text.len()).expect("what is said of a view is less than 4 GB");
    let numbers: usize = header.arrays.iter().map(PackedArray::size_bytes).sum();
    let mut file = Vec::with_capacity(packed::MAGIC.len() + 4 + text.len() + numbers);
    file.extend_from_slice(packed::MAGIC);
    file.extend_from_slice(&length.to_le_bytes());
    file.extend_from_slice(&text);
    for (description, (_name, array)) in header.arrays.iter().zip(&view.arrays) {
        description.write(&array.values, &mut file);
    }
    file
}
