//! Between tensors on the CPU and the slices that kernels read.

use candle_core::{Device, Result, Shape, Storage, Tensor, bail};

/// Lends a tensor's values, row-major, without a copy where they stand so already.
///
/// # Errors
/// The tensor is not f32 on the CPU.
pub fn with_values<T>(tensor: &Tensor, work: impl FnOnce(&[f32]) -> T) -> Result<T> {
    let tensor = tensor.contiguous()?;
    let (storage, layout) = tensor.storage_and_layout();
    let Storage::Cpu(storage) = &*storage else { bail!("kernels of the CPU got a tensor that is elsewhere") };
    let values = storage.as_slice::<f32>()?;
    match layout.contiguous_offsets() {
        Some((start, end)) => Ok(work(&values[start..end])),
        None => bail!("a contiguous tensor has gaps"),
    }
}

/// The same for one that may be missing.
///
/// # Errors
/// As [`with_values`].
pub fn with_values_of_any<T>(tensor: Option<&Tensor>, work: impl FnOnce(Option<&[f32]>) -> T) -> Result<T> {
    match tensor {
        Some(tensor) => with_values(tensor, |values| work(Some(values))),
        None => Ok(work(None)),
    }
}

/// A tensor on the CPU of values that a kernel wrote.
///
/// # Errors
/// The shape has another number of elements.
pub fn tensor(values: Vec<f32>, shape: impl Into<Shape>) -> Result<Tensor> {
    Tensor::from_vec(values, shape.into(), &Device::Cpu)
}
