//! What a kernel computed from an input and two parameters, as an operation that gradients flow through to all three.

use std::sync::{Mutex, PoisonError};

use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor, bail};

/// From the gradient of the output to those of what it was computed from.
type Backward = dyn Fn(&Tensor) -> Result<[Option<Tensor>; 3]> + Send + Sync;

/// Values that are there already, with their backward.
pub struct Joint {
    values: Mutex<Option<Vec<f32>>>,
    shape: Shape,
    backward: Box<Backward>,
}

impl Joint {
    /// These values of this shape.
    pub fn new(
        values: Vec<f32>,
        shape: impl Into<Shape>,
        backward: impl Fn(&Tensor) -> Result<[Option<Tensor>; 3]> + Send + Sync + 'static,
    ) -> Self {
        Self { values: Mutex::new(Some(values)), shape: shape.into(), backward: Box::new(backward) }
    }

    /// As what became of these tensors.
    ///
    /// # Errors
    /// None of the values' own.
    pub fn applied_to(self, input: &Tensor, first: &Tensor, second: &Tensor) -> Result<Tensor> {
        input.apply_op3(first, second, self)
    }
}

impl CustomOp3 for Joint {
    fn name(&self) -> &'static str {
        "learned"
    }

    fn cpu_fwd(
        &self,
        _input: &CpuStorage,
        _input_layout: &Layout,
        _first: &CpuStorage,
        _first_layout: &Layout,
        _second: &CpuStorage,
        _second_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        match self.values.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(values) => Ok((CpuStorage::F32(values), self.shape.clone())),
            None => bail!("an operation is applied twice"),
        }
    }

    fn bwd(
        &self,
        _input: &Tensor,
        _first: &Tensor,
        _second: &Tensor,
        _output: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let [input, first, second] = (self.backward)(&gradient.contiguous()?)?;
        Ok((input, first, second))
    }
}
