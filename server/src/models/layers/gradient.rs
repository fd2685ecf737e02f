//! Gradients of linear layers with respect to what they read, and of nothing else. candle's own backward of a product or a
//! convolution also computes the gradient of the weights, which no view asks for, and its transposed convolution is slow where
//! there is padding.

use std::fmt;

use candle_core::backend::BackendStorage;
use candle_core::{CpuStorage, CudaStorage, CustomOp2, Layout, Result, Shape, Tensor, bail};

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

fn whole<S: BackendStorage>(output: &S, layout: &Layout) -> Result<(S, Shape)> {
    if layout.contiguous_offsets().is_none_or(|(start, _end)| start != 0) {
        bail!("a computed output is a part of a larger tensor");
    }
    Ok((output.try_clone(layout)?, layout.shape().clone()))
}
