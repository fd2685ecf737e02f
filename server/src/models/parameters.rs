//! Where a model's weights come from: tensors by internal name. Checkpoint files and test fixtures implement the same
//! trait; the layers read it through [`Parameters`], which checks every shape. It knows no file format.

use std::collections::HashMap;
use std::hash::BuildHasher;

use candle_core::{DType, Device, Result, Tensor, bail};
use shared::NodeId;

/// Gives parameters by internal name, `{node_id}.{suffix}`, such as `encoder.3.query.bias` (see `shared::architecture`).
pub trait ParameterSource: Send + Sync {
    /// One parameter as f32 on the CPU, shaped as PyTorch stores it, batch-norm unfolded.
    ///
    /// # Errors
    /// If there is no such parameter or it cannot be read.
    fn parameter(&self, name: &str) -> Result<Tensor>;
}

impl<S: BuildHasher + Send + Sync> ParameterSource for HashMap<String, Tensor, S> {
    fn parameter(&self, name: &str) -> Result<Tensor> {
        match self.get(name) {
            Some(tensor) => Ok(tensor.clone()),
            None => bail!("the source has no parameter {name}"),
        }
    }
}

/// Whether a batch-norm is multiplied into the kernel of its convolution at load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchNormLoading {
    /// Into the kernel: the running model.
    Folded,
    /// Kept as a scale behind the convolution: for parity tests.
    Unfolded,
}

/// A source on its way into layers on one device.
#[derive(Clone, Copy)]
pub struct Parameters<'source> {
    source: &'source dyn ParameterSource,
    device: &'source Device,
    /// How batch-norms are loaded.
    pub batch_norm: BatchNormLoading,
}

impl<'source> Parameters<'source> {
    /// Reads `source` for layers that run on `device`.
    pub fn new(
        source: &'source dyn ParameterSource,
        device: &'source Device,
        batch_norm: BatchNormLoading,
    ) -> Self {
        Self { source, device, batch_norm }
    }

    /// The parameter `{node}.{suffix}`, contiguous, f32, still on the CPU.
    ///
    /// # Errors
    /// If it is missing or its shape is not `shape`.
    pub fn read(&self, node: &NodeId, suffix: &str, shape: &[usize]) -> Result<Tensor> {
        let name = format!("{node}.{suffix}");
        let tensor = self.source.parameter(&name)?;
        if tensor.dims() != shape {
            bail!("parameter {name} has shape {:?} where the model needs {shape:?}", tensor.dims());
        }
        tensor.to_dtype(DType::F32)?.contiguous()
    }

    /// The device that the layers run on.
    pub fn device(&self) -> &'source Device {
        self.device
    }

    /// Whether the layers run on the CPU, whose kernels pack their weights.
    pub fn are_for_cpu(&self) -> bool {
        self.device.is_cpu()
    }

    /// Moves a prepared weight to the device that the model runs on.
    ///
    /// # Errors
    /// If the device has no room for it.
    pub fn place(&self, weight: &Tensor) -> Result<Tensor> {
        weight.to_device(self.device)
    }
}
