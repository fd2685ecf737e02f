//! GGUF: named metadata and tensors in blocks of a few bits a value, dequantised to f32 when they are read.

use std::collections::BTreeMap;
use std::io::Cursor;

use candle_core::quantized::gguf_file::{Content, Value};
use candle_core::{DType, Device, Error, Result, Tensor};

use super::error::CheckpointError;
use super::mapped_file::MappedFile;
use super::tensor_file::{Format, TensorFile};

/// Most bytes of metadata and table of contents. In memory each value of a list takes 32 times its byte in the file.
const MAX_HEADER_BYTES: usize = 8 << 20;
const ALIGNMENT_KEY: &[u8] = b"general.alignment";

/// An open GGUF file.
pub struct GgufFile {
    bytes: MappedFile,
    content: Content,
    shapes: BTreeMap<String, Vec<usize>>,
    texts: BTreeMap<String, String>,
}

impl GgufFile {
    /// Reads metadata and table of contents.
    ///
    /// # Errors
    /// If they are broken, or the tensors together are larger than the file.
    pub fn new(bytes: MappedFile) -> std::result::Result<Self, CheckpointError> {
        let header = &bytes[..bytes.len().min(MAX_HEADER_BYTES)];
        if says_alignment_zero(header) {
            return Err(CheckpointError::Broken("it wants its tensors aligned to 0 bytes".to_owned()));
        }
        let content = Content::read(&mut Cursor::new(header)).map_err(CheckpointError::Gguf)?;
        check_sizes(&content, bytes.len())?;
        let shapes = content
            .tensor_infos
            .iter()
            .map(|(name, info)| (name.clone(), info.shape.dims().to_vec()))
            .collect();
        let texts = content
            .metadata
            .iter()
            .filter_map(|(name, value)| Some((name.clone(), text_of(value)?)))
            .collect();
        Ok(Self { bytes, content, shapes, texts })
    }
}

impl TensorFile for GgufFile {
    fn let_go(&self) {
        self.bytes.let_go();
    }

    fn format(&self) -> Format {
        Format::Gguf
    }

    fn shapes(&self) -> &BTreeMap<String, Vec<usize>> {
        &self.shapes
    }

    fn texts(&self) -> &BTreeMap<String, String> {
        &self.texts
    }

    fn read(&self, name: &str) -> Result<Tensor> {
        if !self.shapes.contains_key(name) {
            return Err(Error::Msg(format!("the file has no {name}")));
        }
        let quantised = self.content.tensor(&mut Cursor::new(&self.bytes[..]), name, &Device::Cpu)?;
        quantised.dequantize(&Device::Cpu)?.to_dtype(DType::F32)
    }
}

/// candle would divide by it.
fn says_alignment_zero(header: &[u8]) -> bool {
    const TYPE_BYTES: usize = 4;
    header.windows(ALIGNMENT_KEY.len()).enumerate().any(|(start, window)| {
        let value = start + ALIGNMENT_KEY.len() + TYPE_BYTES;
        // The first byte decides: an alignment is a power of two, and a multiple of 256 is none that anyone writes.
        window == ALIGNMENT_KEY && header.get(value) == Some(&0)
    })
}

/// Each tensor lies in the file, and all together are not larger than it: overlapping ones would multiply in memory.
fn check_sizes(content: &Content, file_bytes: usize) -> std::result::Result<(), CheckpointError> {
    let mut total: usize = 0;
    for (name, info) in &content.tensor_infos {
        let broken = || CheckpointError::Broken(format!("tensor {name} is larger than the file"));
        let values = info.shape.dims().iter().try_fold(1_usize, |product, &size| product.checked_mul(size));
        let blocks = values.ok_or_else(broken)?.div_ceil(info.ggml_dtype.block_size());
        let size = blocks.checked_mul(info.ggml_dtype.type_size()).ok_or_else(broken)?;
        let start = content.tensor_data_offset.checked_add(info.offset).ok_or_else(broken)?;
        let end = start.checked_add(size as u64).ok_or_else(broken)?;
        if end > file_bytes as u64 {
            return Err(broken());
        }
        total = total.saturating_add(size);
    }
    if total > file_bytes {
        return Err(CheckpointError::Broken("its tensors together are larger than the file".to_owned()));
    }
    Ok(())
}

/// Strings as they are, numbers in digits, lists of strings as JSON.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(value) => Some(value.to_string()),
        Value::F32(value) => Some(value.to_string()),
        Value::F64(value) => Some(value.to_string()),
        Value::Array(values) => {
            let texts: Option<Vec<&String>> = values.iter().map(|value| value.to_string().ok()).collect();
            serde_json::to_string(&texts?).ok()
        }
        number => number.to_u64().ok().map(|number| number.to_string()),
    }
}
