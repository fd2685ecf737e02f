//! Between tensors on the CPU and the slices that kernels read.

use candle_core::{Device, Result, Shape, Storage, Tensor, bail};

use crate::kernels::{Activation, Following};

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

/// The same for the input of a layer, with what follows its sums: a residual, of the output's shape, and an activation.
///
/// # Errors
/// As [`with_values`], or the residual has another shape.
pub fn with_following<T>(
    input: &Tensor,
    (residual, activation): (Option<&Tensor>, Activation),
    output_shape: &[usize],
    work: impl FnOnce(&[f32], Following<'_>) -> T,
) -> Result<T> {
    match residual {
        None => with_values([input], |[input]| work(input, Following { residual: None, activation })),
        Some(residual) if residual.dims() == output_shape => {
            with_values([input, residual], |[input, residual]| {
                work(input, Following { residual: Some(residual), activation })
            })
        }
        Some(residual) => bail!("a residual of {:?} for an output of {output_shape:?}", residual.dims()),
    }
}

/// A tensor on the CPU of values that a kernel wrote.
///
/// # Errors
/// The shape has another number of elements.
pub fn tensor(values: Vec<f32>, shape: impl Into<Shape>) -> Result<Tensor> {
    Tensor::from_vec(values, shape.into(), &Device::Cpu)
}
