//! How a map's numbers stand in memory while candle computes a convolution and what follows it. Outside of a layer a map is always
//! `[batch, channels, height, width]`: one whose channels stand side by side is a view of those, and enters the next layer without a copy.

use candle_core::{DType, Result, Tensor};
use shared::architecture::ConvSpec;

use crate::device::convolve_channels_last;

/// No convolution of these models skips pixels inside its window.
const DILATION: usize = 1;
/// Every convolution reads all channels.
const GROUPS: usize = 1;

/// Which numbers are neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MapLayout {
    /// Those of a row: `[batch, channels, height, width]`.
    ChannelsFirst,
    /// Those of a place: `[batch, height, width, channels]`.
    ChannelsLast,
}

impl MapLayout {
    /// A map, or a kernel in a map's place, as it stands in this layout.
    ///
    /// # Shapes
    /// `[batch, channels, height, width]` to the same or to `[batch, height, width, channels]`, contiguous.
    ///
    /// # Errors
    /// The device has no room.
    pub fn enter(self, map: &Tensor) -> Result<Tensor> {
        match self {
            Self::ChannelsFirst => map.contiguous(),
            Self::ChannelsLast => map.permute((0, 2, 3, 1))?.contiguous(),
        }
    }

    /// The way back, without a copy.
    ///
    /// # Errors
    /// It is no map.
    pub fn leave(self, map: &Tensor) -> Result<Tensor> {
        match self {
            Self::ChannelsFirst => Ok(map.clone()),
            Self::ChannelsLast => map.permute((0, 3, 1, 2)),
        }
    }

    /// A number for each channel, such that it is broadcast over a map.
    ///
    /// # Errors
    /// It has more than one axis.
    pub fn of_channels(self, numbers: &Tensor) -> Result<Tensor> {
        match self {
            Self::ChannelsFirst => numbers.reshape((1, (), 1, 1)),
            Self::ChannelsLast => numbers.reshape(((),)),
        }
    }

    /// A convolution; gradients do not flow.
    ///
    /// # Shapes
    /// `map` and `kernel` as they enter this layout, to a map in it.
    ///
    /// # Errors
    /// The shapes do not go together.
    pub fn convolve(self, map: &Tensor, kernel: &Tensor, spec: ConvSpec) -> Result<Tensor> {
        if self == Self::ChannelsLast
            && let Some(convolved) = convolve_channels_last(map, kernel, spec)?
        {
            return Ok(convolved);
        }
        let (map, kernel) = (self.leave(map)?, self.leave(kernel)?.contiguous()?);
        self.enter(&convolve(&map, &kernel, spec)?)
    }

    /// A convolution of single places: the product of a matrix and the channels of each; gradients do not flow.
    ///
    /// # Shapes
    /// `map` as it enters this layout, `matrix`: `[out_channels, in_channels]`, to a map in it.
    ///
    /// # Errors
    /// The shapes do not go together.
    pub fn product(self, matrix: &Tensor, map: &Tensor) -> Result<Tensor> {
        match self {
            Self::ChannelsFirst => {
                let (batch, _, height, width) = map.dims4()?;
                let matrix = matrix.broadcast_left(batch)?;
                matrix.matmul(&map.flatten_from(2)?)?.reshape((batch, matrix.dim(1)?, height, width))
            }
            Self::ChannelsLast => {
                let (batch, height, width, _) = map.dims4()?;
                let products = map.flatten_to(2)?.matmul(&matrix.t()?)?;
                products.reshape((batch, height, width, matrix.dim(0)?))
            }
        }
    }
}

/// candle's own convolution.
fn convolve(map: &Tensor, kernel: &Tensor, spec: ConvSpec) -> Result<Tensor> {
    let convolve =
        |map: &Tensor, kernel: &Tensor| map.conv2d(kernel, spec.padding, spec.stride, DILATION, GROUPS);
    // On a CPU, where only tests come here, candle has none of bf16.
    if map.device().is_cpu() && map.dtype() == DType::BF16 {
        let [map, kernel] = [map.to_dtype(DType::F32)?, kernel.to_dtype(DType::F32)?];
        return convolve(&map, &kernel)?.to_dtype(DType::BF16);
    }
    convolve(map, kernel)
}
