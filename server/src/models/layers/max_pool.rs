//! Max-pooling whose border never wins: the maximum over the pixels that exist.

use candle_core::{Result, Tensor};
use shared::architecture::resnet::PoolSpec;

use super::gradient::Operation;
use super::values::{tensor, with_values};
use crate::kernels::{Level, Pooling};
use crate::models::parameters::Parameters;

/// Maximum over a square window. For maps that are nowhere negative, such as those after a ReLU: a zero border is then
/// the same as a border of minus infinity, and zeros survive a gradient where infinities become NaN.
#[derive(Clone, Copy, Debug)]
pub struct MaxPool {
    spec: PoolSpec,
    has_kernels: bool,
}

impl MaxPool {
    /// Pools with this window where the layers around it run. It has no parameters.
    pub fn new(parameters: &Parameters, spec: PoolSpec) -> Self {
        Self { spec, has_kernels: parameters.are_for_kernels() }
    }

    /// # Shapes
    /// `map`: `[batch, channels, height, width]`, values >= 0, to `[batch, channels, out_height, out_width]`.
    ///
    /// # Errors
    /// If the map is smaller than the window.
    pub fn forward(&self, map: &Tensor) -> Result<Tensor> {
        if self.has_kernels {
            return self.largest(map);
        }
        // candle selects rows and columns of contiguous maps alone.
        let padded = map
            .contiguous()?
            .pad_with_zeros(2, self.spec.padding, self.spec.padding)?
            .pad_with_zeros(3, self.spec.padding, self.spec.padding)?;
        if map.track_op() {
            self.maximum_of_shifts(&padded)
        } else {
            padded.max_pool2d_with_stride(self.spec.kernel_size, self.spec.stride)
        }
    }

    /// Through the kernels of the CPU.
    fn largest(&self, map: &Tensor) -> Result<Tensor> {
        let pooling = Pooling(self.spec);
        let (batch, channels, height, width) = map.dims4()?;
        let size = [height, width];
        let [out_height, out_width] = size.map(|side| self.spec.output_side(side));
        let values = with_values([map], |[map]| pooling.largest(Level::best(), map, size))?;
        let input = map.detach();
        let backward = move |_: &Tensor, gradient: &Tensor| {
            let values = with_values([&input, gradient], |[input, gradient]| {
                pooling.gradient_of_largest(input, size, gradient)
            })?;
            Ok((tensor(values, input.shape())?, None))
        };
        Operation::new(values, (batch, channels, out_height, out_width), backward).applied_to(map, None)
    }

    /// The same as an element-wise maximum over the window's offsets: candle's own pooling has no backward where
    /// windows overlap.
    fn maximum_of_shifts(&self, padded: &Tensor) -> Result<Tensor> {
        let (_, _, height, width) = padded.dims4()?;
        let positions = |side: usize, offset: usize| {
            let count = (side - self.spec.kernel_size) / self.spec.stride + 1;
            let indices: Vec<u32> =
                (0..count).map(|position| (position * self.spec.stride + offset) as u32).collect();
            Tensor::new(indices, padded.device())
        };
        let mut maximum: Option<Tensor> = None;
        for row_offset in 0..self.spec.kernel_size {
            let rows = padded.index_select(&positions(height, row_offset)?, 2)?;
            for column_offset in 0..self.spec.kernel_size {
                let shifted = rows.index_select(&positions(width, column_offset)?, 3)?;
                maximum = Some(match maximum {
                    None => shifted,
                    Some(maximum) => maximum.maximum(&shifted)?,
                });
            }
        }
        maximum.map_or_else(|| Ok(padded.clone()), Ok)
    }
}
