//! Checkpoints of any format and naming, read into one form: a config, parameters by internal name, and what the file
//! says of itself. The steps: open and check the file, map its names, infer the config from the shapes, compare every
//! tensor with the config's graph. Which file it is and what the page says of it are the registry's business.

mod companions;
mod description;
mod error;
pub mod export;
mod gguf;
pub mod head;
mod infer;
mod mapped_file;
mod naming;
mod parameters;
mod pth;
mod safetensors;
mod tensor_file;

use std::path::Path;
use std::sync::Arc;

use shared::{ArchitectureConfig, ModelSlot};

use crate::models::ParameterSource;
pub use companions::{CONFIG, PREPROCESSOR_CONFIG};
pub use description::Description;
pub use error::{CheckpointError, Mismatch, MisshapedTensor};
pub use pth::PickleError;
pub use tensor_file::FileIdentity;

use naming::Naming;
use parameters::NamedTensors;

/// A checkpoint whose tensors make up a model.
pub struct Checkpoint {
    /// Hyper-parameters, read off the tensors. A ResNet's image size is open: it comes from the preprocessing.
    pub architecture: ArchitectureConfig,
    /// The parameters by internal name, in the shapes of the graph.
    pub parameters: Arc<dyn ParameterSource>,
    /// What it says of itself.
    pub description: Description,
    /// Which file it is.
    pub identity: FileIdentity,
    /// Format and naming, such as `safetensors, timm names`.
    pub format: String,
}

impl Checkpoint {
    /// Opens a file, with the configs that lie beside it.
    ///
    /// # Errors
    /// If it is no checkpoint, is broken, or its tensors do not make up a ResNet or a plain ViT.
    pub fn open(path: &Path) -> Result<Self, CheckpointError> {
        let (file, identity) = tensor_file::open(path)?;
        let inside = Description::read(file.texts())?;
        let examples: Vec<String> = file.shapes().keys().take(3).cloned().collect();
        let tensors = NamedTensors::new(file).ok_or(CheckpointError::UnknownNaming { examples })?;
        let description = inside.or(companions::read(path, tensors.family())?);
        let architecture = infer::architecture(&tensors, &description.hints)?;
        let format = match (tensors.file().format(), tensors.naming()) {
            (format, Naming::Internal) => format.as_str().to_owned(),
            (format, naming) => format!("{}, {}", format.as_str(), naming.as_str()),
        };
        let parameters = Arc::new(
            tensors.fit(&architecture).map_err(|mismatch| CheckpointError::Mismatch(Box::new(mismatch)))?,
        );
        Ok(Self { architecture, parameters, description, identity, format })
    }

    /// The slot that the model goes into.
    pub fn family(&self) -> ModelSlot {
        family(&self.architecture)
    }
}

/// The slot of a family.
fn family(architecture: &ArchitectureConfig) -> ModelSlot {
    match architecture {
        ArchitectureConfig::Resnet(_) => ModelSlot::Resnet,
        ArchitectureConfig::Vit(_) => ModelSlot::Vit,
    }
}
