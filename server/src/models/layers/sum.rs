//! The sum of two maps and its ReLU.

use candle_core::{Result, Tensor, bail};

use super::values::{tensor, with_values};
use crate::kernels::{self, Level};

/// `a + b` and `max(a + b, 0)`: on the CPU in one pass over both.
///
/// # Errors
/// The shapes differ, or the device fails.
pub fn sum_and_relu(a: &Tensor, b: &Tensor) -> Result<[Tensor; 2]> {
    if !a.device().is_cpu() || a.track_op() || b.track_op() {
        let sum = (a + b)?;
        let relu = sum.relu()?;
        return Ok([sum, relu]);
    }
    if a.dims() != b.dims() {
        bail!("a sum of {:?} and {:?}", a.dims(), b.dims());
    }
    let [sum, relu] = with_values([a, b], |[a, b]| kernels::sum_and_relu(Level::best(), a, b))?;
    Ok([tensor(sum, a.shape())?, tensor(relu, a.shape())?])
}
