//! Between tensors on the CPU and the slices that kernels read.

use candle_core::{Device, Result, Shape, Storage, Tensor, bail};

/// Lends the values of some tensors, row-major, without a copy where they stand so already.
///
/// # Errors
/// A tensor is not f32 on the CPU.
pub fn with_values<T, const N: usize>(
    tensors: [&Tensor; N],
    work: impl FnOnce([&[f32]; N]) -> T,
) -> Result<T> {
    let tensors: Vec<Tensor> = tensors.into_iter().map(Tensor::contiguous).collect::<Result<_>>()?;
    let stored: Vec<_> = tensors.iter().map(Tensor::storage_and_layout).collect();
    let mut values: [&[f32]; N] = [&[]; N];
    for (values, (storage, layout)) in values.iter_mut().zip(&stored) {
        let Storage::Cpu(storage) = &**storage else {
            bail!("kernels of the CPU got a tensor that is elsewhere")
        };
        let Some((start, end)) = layout.contiguous_offsets() else { bail!("a contiguous tensor has gaps") };
        *values = &storage.as_slice::<f32>()?[start..end];
    }
    Ok(work(values))
}

/// The same for one that may be missing.
///
/// # Errors
/// As [`with_values`].
pub fn with_values_of_any<T>(tensor: Option<&Tensor>, work: impl FnOnce(Option<&[f32]>) -> T) -> Result<T> {
    match tensor {
        Some(tensor) => with_values([tensor], |[values]| work(Some(values))),
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
