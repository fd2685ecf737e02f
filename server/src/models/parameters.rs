//! Where a model's weights come from: tensors by internal name. Checkpoint files and test fixtures implement the same
//! trait; the layers read it through [`Parameters`], which checks every shape, and go to their [`Placement`]. It knows no file format.

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::Arc;

use candle_core::{DType, Device, Result, Tensor, bail};
use shared::NodeId;

use super::layers::MapLayout;
use crate::device::{Precision, prefers_channels_last};
use crate::kernels::Width;

/// Gives parameters by internal name, `{node_id}.{suffix}`, such as `encoder.3.query.bias` (see `shared::architecture`).
pub trait ParameterSource: Send + Sync {
    /// One parameter as f32 on the CPU, shaped as PyTorch stores it, batch-norm unfolded.
    ///
    /// # Errors
    /// If there is no such parameter or it cannot be read.
    fn parameter(&self, name: &str) -> Result<Tensor>;

    /// Gives back the memory of what has been read, where it can be read again.
    fn let_go(&self) {}

    /// The checkpoint's own source, where parameters of another file are put over it.
    fn below(&self) -> Option<Arc<dyn ParameterSource>> {
        None
    }
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

/// Where layers run, in which numbers, and through what.
#[derive(Clone, Debug)]
pub struct Placement {
    device: Device,
    precision: Precision,
    has_kernels: bool,
    map_layout: MapLayout,
}

impl Placement {
    /// Through kernels of our own on the CPU, through candle's operations on every other device.
    ///
    /// # Errors
    /// The device does not compute in these numbers.
    pub fn on(device: &Device, precision: Precision) -> Result<Self> {
        if device.is_cpu() && precision == Precision::F16 {
            bail!("a CPU computes in f32 or bf16: say --precision bf16, or --device cuda:0 for {precision}");
        }
        let map_layout =
            if prefers_channels_last(device) { MapLayout::ChannelsLast } else { MapLayout::ChannelsFirst };
        Ok(Self { device: device.clone(), precision, has_kernels: device.is_cpu(), map_layout })
    }

    /// Whether the layers run through the kernels of the CPU.
    pub fn has_kernels(&self) -> bool {
        self.has_kernels
    }

    /// Moves a weight to the device, without rounding it.
    ///
    /// # Errors
    /// If the device has no room for it.
    pub fn place_exactly(&self, weight: &Tensor) -> Result<Tensor> {
        weight.to_device(&self.device)
    }

    /// On the CPU as on every other device, for tests of that path.
    pub fn without_kernels(precision: Precision, map_layout: MapLayout) -> Self {
        Self { device: Device::Cpu, precision, has_kernels: false, map_layout }
    }
}

/// A source on its way into layers.
#[derive(Clone, Copy)]
pub struct Parameters<'source> {
    source: &'source dyn ParameterSource,
    placement: &'source Placement,
    /// How batch-norms are loaded.
    pub batch_norm: BatchNormLoading,
}

impl<'source> Parameters<'source> {
    /// Reads `source` for layers that run there.
    pub fn new(
        source: &'source dyn ParameterSource,
        placement: &'source Placement,
        batch_norm: BatchNormLoading,
    ) -> Self {
        Self { source, placement, batch_norm }
    }

    /// Where the layers run, and in which numbers.
    pub fn placement(&self) -> &'source Placement {
        self.placement
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

    /// Whether the layers run through the kernels of the CPU, which pack their weights.
    pub fn are_for_kernels(&self) -> bool {
        self.placement.has_kernels()
    }

    /// How wide the weights of products are that the kernels pack.
    pub fn width(&self) -> Width {
        if self.placement.precision == Precision::F32 { Width::Single } else { Width::Half }
    }

    /// How maps stand in memory where there are no kernels.
    pub fn map_layout(&self) -> MapLayout {
        self.placement.map_layout
    }

    /// Moves a prepared weight to the device that the model runs on, in the numbers that it computes in; those of the kernels round no other
    /// weights than a product's.
    ///
    /// # Errors
    /// If the device has no room for it.
    pub fn place(&self, weight: &Tensor) -> Result<Tensor> {
        if self.placement.has_kernels {
            return self.place_exactly(weight);
        }
        self.place_exactly(&weight.to_dtype(self.placement.precision.dtype())?)
    }

    /// The same without rounding, for what stays f32.
    ///
    /// # Errors
    /// If the device has no room for it.
    pub fn place_exactly(&self, weight: &Tensor) -> Result<Tensor> {
        self.placement.place_exactly(weight)
    }
}
