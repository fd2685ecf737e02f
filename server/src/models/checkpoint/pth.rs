//! PyTorch's `.pth`: a zip archive of one pickle, which describes the tensors, and of their values, stored as they are.
//! The pickle is read as data: nothing that it names is ever called.

mod archive;
mod pickle;
mod state_dict;
mod value;

use std::collections::BTreeMap;

use candle_core::{DType, Device, Error, Result, Tensor};
use thiserror::Error;

use super::error::CheckpointError;
use super::mapped_file::MappedFile;
use super::tensor_file::{Format, TensorFile};
use archive::{Archive, Extent};
use state_dict::StoredTensor;

/// What can be wrong with a `.pth` file.
#[derive(Debug, Error)]
pub enum PickleError {
    /// The zip archive.
    #[error("its zip archive is broken or cut short: {0}")]
    Archive(#[from] zip::result::ZipError),
    /// A zip archive of something else.
    #[error("it is a zip archive, but not one that torch.save wrote: it has no data.pkl")]
    NoPickle,
    /// A member that is compressed, or lies outside the file.
    #[error("its archive member {0} is not stored as torch.save stores it")]
    Member(String),
    /// Written on another kind of machine.
    #[error("its values are big-endian; save it again on a little-endian machine")]
    BigEndian,
    /// The pickle needs more than any checkpoint does.
    #[error("its pickle is larger than any checkpoint's: {0}")]
    TooLarge(&'static str),
    /// The pickle is none.
    #[error("its pickle is broken at byte {position}: {reason}")]
    Malformed {
        /// Where.
        position: usize,
        /// What is wrong.
        reason: &'static str,
    },
    /// `torch.save(model)`.
    #[error(
        "it holds a whole object of class {class}, not weights. Nothing in it was run. Save the model's state_dict: \
         torch.save(model.state_dict(), path)"
    )]
    WholeObject {
        /// Its class or the function that would have made it.
        class: String,
    },
    /// Something else.
    #[error(
        "it holds no state_dict: tensors by name, at the top or under state_dict, model or model_state_dict"
    )]
    NoStateDict,
    /// A tensor that contradicts its storage.
    #[error("its tensor {name} {reason}")]
    Tensor {
        /// Its name.
        name: String,
        /// What is wrong.
        reason: &'static str,
    },
    /// Views that would multiply in memory.
    #[error("its tensors together are larger than the file")]
    Overlapping,
}

/// An open `.pth` file.
pub struct PthFile {
    bytes: MappedFile,
    tensors: BTreeMap<String, PlacedTensor>,
    shapes: BTreeMap<String, Vec<usize>>,
    texts: BTreeMap<String, String>,
}

/// A tensor and where its storage lies.
struct PlacedTensor {
    tensor: StoredTensor,
    extent: Extent,
}

impl PthFile {
    /// Reads the archive's directory and the pickle, and checks each tensor against its storage.
    ///
    /// # Errors
    /// If any of them is broken or hostile.
    pub fn new(bytes: MappedFile) -> std::result::Result<Self, CheckpointError> {
        let archive = Archive::read(&bytes)?;
        let pickle = pickle::parse(&bytes[archive.pickle()?.range()])?;
        let mut tensors = BTreeMap::new();
        let mut total_bytes: usize = 0;
        for (name, tensor) in state_dict::read(&pickle)? {
            let extent = archive.storage(&tensor.key)?;
            tensor.check(&name, extent.size)?;
            total_bytes = total_bytes.saturating_add(tensor.size_bytes());
            tensors.insert(name, PlacedTensor { tensor, extent });
        }
        if total_bytes > bytes.len() {
            return Err(PickleError::Overlapping.into());
        }
        let shapes =
            tensors.iter().map(|(name, placed)| (name.clone(), placed.tensor.shape.clone())).collect();
        Ok(Self { bytes, tensors, shapes, texts: BTreeMap::new() })
    }
}

impl TensorFile for PthFile {
    fn let_go(&self) {
        self.bytes.let_go();
    }

    fn format(&self) -> Format {
        Format::Pth
    }

    fn shapes(&self) -> &BTreeMap<String, Vec<usize>> {
        &self.shapes
    }

    fn texts(&self) -> &BTreeMap<String, String> {
        &self.texts
    }

    fn read(&self, name: &str) -> Result<Tensor> {
        let PlacedTensor { tensor, extent } =
            self.tensors.get(name).ok_or_else(|| Error::Msg(format!("the file has no {name}")))?;
        let storage = &self.bytes[extent.range()];
        let values = tensor.gather(storage);
        Tensor::from_raw_buffer(&values, tensor.dtype, &tensor.shape, &Device::Cpu)?.to_dtype(DType::F32)
    }
}
