//! Writes arrays as `.npy`, version 1.0: what `numpy.load` reads, little-endian f32 in C order.
//!
//! # Source
//! <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use crate::analysis::Array;

/// The type of the files; there is no registered one.
pub const CONTENT_TYPE_NPY: &str = "application/octet-stream";

const MAGIC_AND_VERSION: &[u8] = b"\x93NUMPY\x01\x00";
/// The numbers begin at a multiple of this, so that they can be mapped into memory.
const ALIGNMENT: usize = 64;
/// Length of the field that gives the header's length.
const LENGTH_FIELD: usize = 2;

/// The file.
pub fn write(array: &Array) -> Vec<u8> {
    let header = header(&array.shape);
    let length = u16::try_from(header.len()).expect("a shape of a few axes fits in 64 kB");
    let mut file =
        Vec::with_capacity(MAGIC_AND_VERSION.len() + LENGTH_FIELD + header.len() + 4 * array.values.len());
    file.extend_from_slice(MAGIC_AND_VERSION);
    file.extend_from_slice(&length.to_le_bytes());
    file.extend_from_slice(header.as_bytes());
    file.extend(array.values.iter().flat_map(|value| value.to_le_bytes()));
    file
}

/// The file as an answer, with a name for those who save it.
pub fn respond(array: &Array, name: &str) -> Response {
    let name = plain_name(name);
    let headers = [
        (CONTENT_TYPE, CONTENT_TYPE_NPY.to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.npy\"")),
    ];
    (headers, write(array)).into_response()
}

/// A name without letters that a header or a file system could take for something else.
pub fn plain_name(name: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    name.chars().map(|letter| if is_plain(letter) { letter } else { '_' }).collect()
}

fn header(shape: &[usize]) -> String {
    let mut text = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {}, }}", tuple(shape));
    let length = MAGIC_AND_VERSION.len() + LENGTH_FIELD + text.len() + 1;
    text.extend(std::iter::repeat_n(' ', length.next_multiple_of(ALIGNMENT) - length));
    text.push('\n');
    text
}

/// As Python writes it: a tuple of one has a comma behind it.
fn tuple(shape: &[usize]) -> String {
    let lengths: Vec<String> = shape.iter().map(usize::to_string).collect();
    match &lengths[..] {
        [length] => format!("({length},)"),
        lengths => format!("({})", lengths.join(", ")),
    }
}
