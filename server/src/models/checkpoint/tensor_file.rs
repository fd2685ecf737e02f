//! What every file format comes down to: tensors by the file's own names, and texts that are said beside them.

use std::collections::BTreeMap;
use std::path::Path;

use candle_core::{Result, Tensor};

use super::error::CheckpointError;
use super::gguf::GgufFile;
use super::mapped_file::MappedFile;
use super::pth::PthFile;
use super::safetensors::SafetensorsFile;

/// The formats that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Header in JSON, then the values.
    Safetensors,
    /// llama.cpp's format, here for quantised weights.
    Gguf,
    /// PyTorch's `torch.save`: a zip archive of a pickle and of the values.
    Pth,
}

impl Format {
    /// The usual name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Safetensors => "safetensors",
            Self::Gguf => "GGUF",
            Self::Pth => "PyTorch .pth",
        }
    }
}

/// A file whose table of contents has been checked: no tensor reaches beyond the file.
pub trait TensorFile: Send + Sync {
    /// Which format it is.
    fn format(&self) -> Format;

    /// The shape of each tensor, by the file's own names.
    fn shapes(&self) -> &BTreeMap<String, Vec<usize>>;

    /// What is said beside the tensors; lists as JSON.
    fn texts(&self) -> &BTreeMap<String, String>;

    /// One tensor as f32 on the CPU, of the shape that `shapes` gives.
    ///
    /// # Errors
    /// If there is no such tensor or the memory for it.
    fn read(&self, name: &str) -> Result<Tensor>;

    /// Gives back the memory of what has been read; it is read again when it is needed.
    fn let_go(&self);
}

/// Opens a file by its first bytes; its name says nothing.
///
/// # Errors
/// If it is of no known format or broken.
pub fn open(path: &Path) -> std::result::Result<(Box<dyn TensorFile>, FileIdentity), CheckpointError> {
    let bytes = MappedFile::open(path)?;
    let identity =
        FileIdentity { blake3: blake3::hash(&bytes).to_hex().to_string(), size_bytes: bytes.len() as u64 };
    let file: Box<dyn TensorFile> = match Signature::of(&bytes) {
        Signature::Gguf => Box::new(GgufFile::new(bytes)?),
        Signature::Zip => Box::new(PthFile::new(bytes)?),
        Signature::Safetensors => Box::new(SafetensorsFile::new(bytes)?),
        Signature::BarePickle => return Err(CheckpointError::BarePickle),
        Signature::LfsPointer => return Err(CheckpointError::LfsPointer),
        Signature::Unknown => return Err(CheckpointError::UnknownFormat),
    };
    Ok((file, identity))
}

/// Which file it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileIdentity {
    /// Hash of all bytes, in hexadecimal.
    pub blake3: String,
    /// Length.
    pub size_bytes: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Signature {
    Gguf,
    Zip,
    Safetensors,
    BarePickle,
    LfsPointer,
    Unknown,
}

impl Signature {
    fn of(bytes: &[u8]) -> Self {
        // A safetensors file opens with the length of its header in eight bytes, and the header is a JSON object.
        const HEADER_LENGTH_BYTES: usize = 8;
        match bytes {
            [b'G', b'G', b'U', b'F', ..] => Self::Gguf,
            [b'P', b'K', 3 | 5, 4 | 6, ..] => Self::Zip,
            // A pickle of protocol 2 or later, or a global, with which the older protocol's attacks open.
            [0x80, 2..=5, ..] | [b'c', ..] => Self::BarePickle,
            _ if bytes.starts_with(b"version https://git-lfs") => Self::LfsPointer,
            _ if bytes.get(HEADER_LENGTH_BYTES) == Some(&b'{') => Self::Safetensors,
            _ => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_known_by_its_first_bytes() {
        let table: [(&[u8], Signature); 8] = [
            (b"GGUF\x03\0\0\0", Signature::Gguf),
            (b"PK\x03\x04", Signature::Zip),
            (b"\x10\0\0\0\0\0\0\0{\"a\":1}", Signature::Safetensors),
            (b"\x80\x02\x8a\nl\xfc", Signature::BarePickle),
            (b"cos\nsystem\n", Signature::BarePickle),
            (b"version https://git-lfs.github.com/spec/v1\n", Signature::LfsPointer),
            (b"<!DOCTYPE html>", Signature::Unknown),
            (b"P", Signature::Unknown),
        ];
        for (bytes, expected) in table {
            assert_eq!(Signature::of(bytes), expected, "{:?}", String::from_utf8_lossy(bytes));
        }
    }
}
