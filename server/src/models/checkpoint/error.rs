//! What can be wrong with a checkpoint, in sentences for the person who chose it.

use std::fmt;
use std::path::PathBuf;

use safetensors::SafeTensorError;
use thiserror::Error;

use super::pth::PickleError;

/// Why a file is not a checkpoint that can be loaded.
#[derive(Debug, Error)]
pub enum CheckpointError {
    /// The operating system refused.
    #[error("it cannot be read: {0}")]
    Unreadable(std::io::Error),
    /// A path to a folder.
    #[error("it is a folder; name the file of weights inside it")]
    Folder,
    /// No bytes.
    #[error("it is empty")]
    Empty,
    /// None of the formats.
    #[error("it is no checkpoint: PyTorch .pth, safetensors and GGUF files are read")]
    UnknownFormat,
    /// What a clone without LFS leaves.
    #[error("it is a Git LFS pointer, not the weights themselves; fetch them with `git lfs pull`")]
    LfsPointer,
    /// `torch.save` before PyTorch 1.6, or a pickle of something else.
    #[error(
        "it is a bare pickle, as PyTorch wrote it before 1.6. Nothing in it was run. Load it with a PyTorch that you \
         trust it with and save its state_dict again with torch.save"
    )]
    BarePickle,
    /// The archive or the pickle in a `.pth`.
    #[error(transparent)]
    Pickle(#[from] PickleError),
    /// The header of a safetensors file.
    #[error("its safetensors header is broken or the file is cut short: {0}")]
    Safetensors(#[from] SafeTensorError),
    /// The header of a GGUF file.
    #[error("its GGUF header is broken or the file is cut short: {0}")]
    Gguf(candle_core::Error),
    /// Sizes that contradict each other.
    #[error("it is broken: {0}")]
    Broken(String),
    /// Integers, 8-bit floats and so on.
    #[error("tensor {name} holds {value_type}; weights are read from f16, bf16, f32 and f64")]
    ValueType {
        /// The tensor.
        name: String,
        /// Its type.
        value_type: String,
    },
    /// No tensor of it belongs to a ResNet or a ViT.
    #[error(
        "its tensors are named like no ResNet or plain ViT of torchvision, timm or transformers; it begins with {}",
        examples.join(", ")
    )]
    UnknownNaming {
        /// The first few names.
        examples: Vec<String>,
    },
    /// The number of heads leaves no trace in the tensors.
    #[error(
        "it does not say how many attention heads share its {dim} features; put a config.json with \
         num_attention_heads beside it"
    )]
    HeadsUnknown {
        /// Features of a token.
        dim: usize,
    },
    /// A grid that is no square, heads that do not divide the features, and the like.
    #[error("{0}")]
    Architecture(String),
    /// Tensors that do not make up the model.
    #[error(transparent)]
    Mismatch(Box<Mismatch>),
    /// A file beside the checkpoint.
    #[error("{} beside it is not what it should be: {reason}", path.display())]
    Companion {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// Metadata inside the checkpoint.
    #[error("its metadata {key} is not what it should be: {reason}")]
    Text {
        /// Which entry.
        key: String,
        /// What is wrong.
        reason: String,
    },
}

/// Every tensor that does not fit, by the file's own names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mismatch {
    /// The model that the tensors were compared with, such as `ResNet-50`.
    pub model: String,
    /// The naming that they were read in.
    pub naming: String,
    /// What the model needs and the file lacks.
    pub missing: Vec<String>,
    /// What the file has and the model does not know.
    pub unexpected: Vec<String>,
    /// What has another shape than the model needs.
    pub misshaped: Vec<MisshapedTensor>,
}

/// A tensor of another shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MisshapedTensor {
    /// By the file's own name.
    pub name: String,
    /// In the file.
    pub shape: Vec<usize>,
    /// In the model.
    pub expected: Vec<usize>,
}

impl Mismatch {
    /// Whether everything fits.
    pub fn is_empty(&self) -> bool {
        self.missing.is_empty() && self.unexpected.is_empty() && self.misshaped.is_empty()
    }
}

impl std::error::Error for Mismatch {}

impl fmt::Display for Mismatch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "its tensors ({}) do not make up a {}", self.naming, self.model)?;
        let misshaped: Vec<String> = self.misshaped.iter().map(MisshapedTensor::to_string).collect();
        for (what, tensors) in
            [("missing", &self.missing), ("unexpected", &self.unexpected), ("mis-shaped", &misshaped)]
        {
            if !tensors.is_empty() {
                write!(formatter, "\n  {what} ({}): {}", tensors.len(), tensors.join(", "))?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for MisshapedTensor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {:?} instead of {:?}", self.name, self.shape, self.expected)
    }
}
