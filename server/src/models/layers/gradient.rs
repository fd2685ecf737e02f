//! Gradients of linear layers with respect to what they read, and of nothing else. candle's own backward of a product or a
//! convolution also computes the gradient of the weights, which no view asks for, and its transposed convolution is slow where
//! there is padding.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use candle_core::backend::BackendStorage;
use candle_core::{CpuStorage, CudaStorage, CustomOp1, CustomOp2, Layout, Result, Shape, Tensor, bail};

/// From the gradient of an output to the gradient of the input.
type Backward = dyn Fn(&Tensor) -> Result<Tensor> + Send + Sync;

/// Applies a linear map. Where a gradient flows through `input`, its backward is `backward`; else nothing is remembered.
///
/// # Shapes
/// `backward` takes a tensor of the output's shape and gives one of the input's.
///
/// # Errors
/// What `forward` returns; during the backward pass, what `backward` returns.
pub fn with_backward(
    input: &Tensor,
    forward: impl FnOnce(&Tensor) -> Result<Tensor>,
    backward: impl Fn(&Tensor) -> Result<Tensor> + Send + Sync + 'static,
) -> Result<Tensor> {
    if !input.track_op() {
        return forward(input);
    }
    let output = forward(&input.detach())?.contiguous()?;
    input.apply_op2(&output, Computed { backward: Box::new(backward) })
}

/// An operation of an input and of the output that has been computed from it already.
struct Computed {
    backward: Box<Backward>,
}

impl fmt::Debug for Computed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Computed")
    }
}

impl CustomOp2 for Computed {
    fn name(&self) -> &'static str {
        "computed"
    }

    fn cpu_fwd(
        &self,
        _input: &CpuStorage,
        _input_layout: &Layout,
        output: &CpuStorage,
        layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        whole(output, layout)
    }

    fn cuda_fwd(
        &self,
        _input: &CudaStorage,
        _input_layout: &Layout,
        output: &CudaStorage,
        layout: &Layout,
    ) -> Result<(CudaStorage, Shape)> {
        whole(output, layout)
    }

    fn bwd(
        &self,
        _input: &Tensor,
        _output: &Tensor,
        _result: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        Ok((Some((self.backward)(&gradient.contiguous()?)?), None))
    }
}

/// From what an operation gave and the gradient of that to the gradients of what it read; of the second only where there is one.
type BackwardOfBoth = dyn Fn(&Tensor, &Tensor) -> Result<(Tensor, Option<Tensor>)> + Send + Sync;

/// What a kernel of the CPU computed from one or two tensors, with its backward: a tensor through which gradients flow, without a copy.
/// Where none flows through what it was computed from, the backward is dropped.
pub struct Operation {
    values: Mutex<Option<Vec<f32>>>,
    shape: Shape,
    backward: Box<BackwardOfBoth>,
}

impl Operation {
    /// These values of this shape. `backward` takes the output and its gradient.
    pub fn new(
        values: Vec<f32>,
        shape: impl Into<Shape>,
        backward: impl Fn(&Tensor, &Tensor) -> Result<(Tensor, Option<Tensor>)> + Send + Sync + 'static,
    ) -> Self {
        Self { values: Mutex::new(Some(values)), shape: shape.into(), backward: Box::new(backward) }
    }

    /// As what became of these tensors.
    ///
    /// # Errors
    /// None of the values' own.
    pub fn applied_to(self, first: &Tensor, second: Option<&Tensor>) -> Result<Tensor> {
        match second {
            Some(second) => first.apply_op2(second, self),
            None => first.apply_op1(self),
        }
    }

    fn take(&self) -> Result<(CpuStorage, Shape)> {
        match self.values.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(values) => Ok((CpuStorage::F32(values), self.shape.clone())),
            None => bail!("an operation is applied twice"),
        }
    }
}

impl CustomOp1 for Operation {
    fn name(&self) -> &'static str {
        "kernel"
    }

    fn cpu_fwd(&self, _input: &CpuStorage, _layout: &Layout) -> Result<(CpuStorage, Shape)> {
        self.take()
    }

    fn bwd(&self, _input: &Tensor, output: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        Ok(Some((self.backward)(output, &gradient.contiguous()?)?.0))
    }
}

impl CustomOp2 for Operation {
    fn name(&self) -> &'static str {
        "kernel"
    }

    fn cpu_fwd(
        &self,
        _first: &CpuStorage,
        _first_layout: &Layout,
        _second: &CpuStorage,
        _second_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        self.take()
    }

    fn bwd(
        &self,
        _first: &Tensor,
        _second: &Tensor,
        output: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let (first, second) = (self.backward)(output, &gradient.contiguous()?)?;
        Ok((Some(first), second))
    }
}

fn whole<S: BackendStorage>(output: &S, layout: &Layout) -> Result<(S, Shape)> {
    if layout.contiguous_offsets().is_none_or(|(start, _end)| start != 0) {
        bail!("a computed output is a part of a larger tensor");
    }
    Ok((output.try_clone(layout)?, layout.shape().clone()))
}
