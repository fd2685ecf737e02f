//! Where the models run, in which numbers, and how this program was compiled: the only place that knows. Everything else takes a device
//! and says nothing about its kind. What a GPU does in its own way stands below this file, and has a plain counterpart here.

#[cfg(feature = "cudnn")]
mod channels_last;
#[cfg(feature = "cuda")]
mod cuda;
#[cfg(feature = "flash-attention")]
mod flash_attention;
mod precision;

use std::num::NonZeroUsize;
use std::str::FromStr;

use candle_core::{DType, Device, Result as TensorResult, Shape, Tensor};
use shared::architecture::ConvSpec;
use thiserror::Error;

use crate::kernels;

pub use precision::Precision;

/// Whether this program can use CUDA at all.
const HAS_CUDA: bool = cfg!(feature = "cuda");

/// What `--device` asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceChoice {
    /// The first CUDA device where there is one, else the CPU.
    Auto,
    /// The CPU.
    Cpu,
    /// These CUDA devices; each holds both models.
    Cuda(Vec<usize>),
}

/// Why there is no device.
#[derive(Debug, Error)]
pub enum DeviceError {
    /// The option cannot be read.
    #[error("{0:?} is no device: say auto, cpu, cuda:0, or several as cuda:0,cuda:1")]
    Unreadable(String),
    /// CUDA was asked for and is not built in.
    #[error("this program was built without CUDA: build it with `--features cuda`, or say --device cpu")]
    WithoutCuda,
    /// The device does not answer.
    #[error("CUDA device {ordinal} cannot be used")]
    Unusable {
        /// Which one.
        ordinal: usize,
        /// What the driver says.
        source: candle_core::Error,
    },
}

/// A device and what the page says of it.
#[derive(Clone, Debug)]
pub struct NamedDevice {
    /// For candle.
    pub device: Device,
    /// Such as `CPU, 2 threads` or `CUDA 0`.
    pub name: String,
}

impl FromStr for DeviceChoice {
    type Err = DeviceError;

    fn from_str(text: &str) -> Result<Self, DeviceError> {
        let unreadable = || DeviceError::Unreadable(text.to_owned());
        match text {
            "auto" => Ok(Self::Auto),
            "cpu" => Ok(Self::Cpu),
            list => {
                let ordinal = |entry: &str| entry.trim().strip_prefix("cuda:")?.parse().ok();
                let ordinals: Vec<usize> =
                    list.split(',').map(ordinal).collect::<Option<_>>().ok_or_else(unreadable)?;
                let is_repeated = |(index, ordinal)| ordinals[..index].contains(ordinal);
                if ordinals.iter().enumerate().any(is_repeated) {
                    Err(unreadable())
                } else {
                    Ok(Self::Cuda(ordinals))
                }
            }
        }
    }
}

impl DeviceChoice {
    /// Opens the devices; never none.
    ///
    /// # Errors
    /// A device that was named cannot be used. `auto` falls back to the CPU instead, and the log says why.
    pub fn open(&self) -> Result<Vec<NamedDevice>, DeviceError> {
        match self {
            Self::Cpu => Ok(vec![cpu()]),
            Self::Cuda(ordinals) => ordinals.iter().copied().map(cuda).collect(),
            Self::Auto if HAS_CUDA => match cuda(0) {
                Ok(device) => Ok(vec![device]),
                Err(error) => {
                    tracing::warn!(cause = ?error, "CUDA is built in but cannot be used; the CPU is used instead");
                    Ok(vec![cpu()])
                }
            },
            Self::Auto => Ok(vec![cpu()]),
        }
    }
}

/// Prepares the process for computing on a CPU: how many threads the kernels use and where they run, and what becomes of memory that they free. To be called once,
/// before any other thread is started.
pub fn prepare_cpu(threads: Option<NonZeroUsize>) {
    let threads = threads.map_or_else(default_cpu_threads, NonZeroUsize::get);
    let set = |name: &str, value: &str| {
        // SAFETY: the caller has started no thread that could read the environment at the same time.
        unsafe { std::env::set_var(name, value) };
    };
    set("RAYON_NUM_THREADS", &threads.to_string());
    // candle's own element-wise operations would run on threads beside those of the kernels, one operation at a time for the whole process:
    // waiting for them takes longer than what they are given here, and models that are trained side by side would wait for each other.
    set("CANDLE_NUM_THREADS", "1");
    kernels::keep_freed_memory();
    kernels::start_threads(threads);
}

/// A thread for each physical core, but no more than this process may use: a container often has fewer than the machine.
fn default_cpu_threads() -> usize {
    let available = std::thread::available_parallelism().map_or(usize::MAX, NonZeroUsize::get);
    candle_core::utils::get_num_threads().min(available)
}

/// A tensor of these values on a device; through page-locked memory where that is a GPU.
///
/// # Errors
/// The shape has another number of elements, or the device no room.
pub fn to_device(values: Vec<f32>, shape: impl Into<Shape>, device: &Device) -> TensorResult<Tensor> {
    #[cfg(feature = "cuda")]
    if let Device::Cuda(cuda) = device {
        return cuda::upload(&values, shape.into(), cuda);
    }
    Tensor::from_vec(values, shape.into(), device)
}

/// A tensor's values as f32 on the CPU; of a view, nothing else of the tensor behind it is copied.
///
/// # Errors
/// The device does not give them.
pub fn to_host(tensor: &Tensor) -> TensorResult<Tensor> {
    let tensor = tensor.detach().to_dtype(DType::F32)?;
    #[cfg(feature = "cuda")]
    if let Device::Cuda(cuda) = tensor.device() {
        return cuda::download(&tensor.contiguous()?, cuda);
    }
    tensor.to_device(&Device::Cpu)
}

/// Whether convolutions on this device take the channels of a place side by side.
pub fn prefers_channels_last(device: &Device) -> bool {
    cfg!(feature = "cudnn") && device.is_cuda()
}

/// A convolution of maps whose channels stand side by side, or `None` where this device has none of its own.
///
/// # Shapes
/// `map`: `[batch, height, width, in_channels]`, `kernel`: `[out_channels, kernel_size, kernel_size, in_channels]`, both contiguous and
/// of one kind of number, to `[batch, out_height, out_width, out_channels]`.
///
/// # Errors
/// The shapes do not go together, or the device fails.
pub fn convolve_channels_last(map: &Tensor, kernel: &Tensor, spec: ConvSpec) -> TensorResult<Option<Tensor>> {
    #[cfg(feature = "cudnn")]
    if prefers_channels_last(map.device()) {
        return channels_last::convolve(map, kernel, spec).map(Some);
    }
    let _ = (map, kernel, spec);
    Ok(None)
}

/// Attention in one kernel that writes neither scores nor weights, or `None` where this device has none. No gradient flows.
///
/// # Shapes
/// `joined`: `[batch, tokens, 3 * dim]`, queries, keys and values side by side, to `[batch, tokens, dim]`.
///
/// # Errors
/// The device fails.
pub fn attend_at_once(joined: &Tensor, heads: usize) -> TensorResult<Option<Tensor>> {
    #[cfg(feature = "flash-attention")]
    if flash_attention::is_possible(joined, heads) {
        return flash_attention::attend(joined, heads).map(Some);
    }
    let _ = (joined, heads);
    Ok(None)
}

fn cpu() -> NamedDevice {
    let threads = candle_core::utils::get_num_threads();
    let plural = if threads == 1 { "" } else { "s" };
    NamedDevice { device: Device::Cpu, name: format!("CPU, {threads} thread{plural}") }
}

fn cuda(ordinal: usize) -> Result<NamedDevice, DeviceError> {
    if !HAS_CUDA {
        return Err(DeviceError::WithoutCuda);
    }
    let device = open_cuda(ordinal).map_err(|source| DeviceError::Unusable { ordinal, source })?;
    Ok(NamedDevice { device, name: format!("CUDA {ordinal}") })
}

fn open_cuda(ordinal: usize) -> TensorResult<Device> {
    #[cfg(feature = "cuda")]
    return cuda::open(ordinal);
    #[cfg(not(feature = "cuda"))]
    return Device::new_cuda(ordinal);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_read() {
        let table = [
            ("auto", DeviceChoice::Auto),
            ("cpu", DeviceChoice::Cpu),
            ("cuda:0", DeviceChoice::Cuda(vec![0])),
            ("cuda:1,cuda:0", DeviceChoice::Cuda(vec![1, 0])),
        ];
        for (text, expected) in table {
            assert_eq!(text.parse::<DeviceChoice>().expect("a choice"), expected);
        }
        for text in ["", "gpu", "cuda", "cuda:", "cuda:x", "cuda:0,cpu", "cuda:0,cuda:0", "cuda:0,1"] {
            let error = text.parse::<DeviceChoice>().expect_err("no choice");
            assert!(error.to_string().contains("cuda:0,cuda:1"), "{error}");
        }
    }

    #[test]
    fn the_cpu_is_always_there() {
        let devices = DeviceChoice::Cpu.open().expect("the CPU");
        assert!(
            matches!(&devices[..], [NamedDevice { device: Device::Cpu, name }] if name.starts_with("CPU, "))
        );
        assert_eq!(DeviceChoice::Auto.open().expect("one or the other").len(), 1);
    }
}
