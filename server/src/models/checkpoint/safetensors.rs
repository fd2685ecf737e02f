//! safetensors: a JSON header and the values behind it, read where they lie in the mapped file.

use std::collections::BTreeMap;

use candle_core::{DType, Device, Error, Result, Tensor};
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, Metadata};

use super::error::CheckpointError;
use super::mapped_file::MappedFile;
use super::tensor_file::{Format, TensorFile};

const HEADER_LENGTH_BYTES: usize = 8;

/// An open safetensors file.
pub struct SafetensorsFile {
    bytes: MappedFile,
    header: Metadata,
    values_start: usize,
    shapes: BTreeMap<String, Vec<usize>>,
    texts: BTreeMap<String, String>,
}

impl SafetensorsFile {
    /// Reads the header; the library checks that the tensors lie side by side and fill the file.
    ///
    /// # Errors
    /// If they do not, or one is of a type that holds no weights.
    pub fn new(bytes: MappedFile) -> std::result::Result<Self, CheckpointError> {
        let (header_length, header) = SafeTensors::read_metadata(&bytes)?;
        for (name, info) in header.tensors() {
            let is_counter = matches!(info.dtype, Dtype::I64 | Dtype::I32);
            if float_type(info.dtype).is_none() && !is_counter {
                return Err(CheckpointError::ValueType { name, value_type: format!("{:?}", info.dtype) });
            }
        }
        let shapes = header.tensors().into_iter().map(|(name, info)| (name, info.shape.clone())).collect();
        let texts = header.metadata().clone().unwrap_or_default().into_iter().collect();
        Ok(Self { bytes, header, values_start: HEADER_LENGTH_BYTES + header_length, shapes, texts })
    }
}

impl TensorFile for SafetensorsFile {
    fn let_go(&self) {
        self.bytes.let_go();
    }

    fn format(&self) -> Format {
        Format::Safetensors
    }

    fn shapes(&self) -> &BTreeMap<String, Vec<usize>> {
        &self.shapes
    }

    fn texts(&self) -> &BTreeMap<String, String> {
        &self.texts
    }

    fn read(&self, name: &str) -> Result<Tensor> {
        let info = self.header.info(name).ok_or_else(|| Error::Msg(format!("the file has no {name}")))?;
        let dtype = float_type(info.dtype).ok_or_else(|| Error::Msg(format!("{name} is no weight")))?;
        let (start, end) = info.data_offsets;
        let values = &self.bytes[self.values_start + start..self.values_start + end];
        Tensor::from_raw_buffer(values, dtype, &info.shape, &Device::Cpu)?.to_dtype(DType::F32)
    }
}

fn float_type(dtype: Dtype) -> Option<DType> {
    match dtype {
        Dtype::F16 => Some(DType::F16),
        Dtype::BF16 => Some(DType::BF16),
        Dtype::F32 => Some(DType::F32),
        Dtype::F64 => Some(DType::F64),
        _ => None,
    }
}
