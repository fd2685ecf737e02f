//! A convolution with the batch-norm behind it, folded into one kernel and one shift. ReLU is the caller's.

use candle_core::{D, Result, Tensor};
use shared::NodeId;
use shared::architecture::ConvSpec;

use super::gradient::with_backward;
use crate::models::parameters::{BatchNormLoading, Parameters};

/// Added to the running variance; torchvision, timm and the paper's code agree on it.
const BATCH_NORM_EPSILON: f64 = 1e-5;
/// No convolution of these models skips pixels inside its window.
const DILATION: usize = 1;
/// What the first convolution reads.
const IMAGE_CHANNELS: usize = 3;
/// Every convolution reads all channels.
const GROUPS: usize = 1;

/// Bias-free convolution, then batch-norm with running statistics.
#[derive(Clone, Debug)]
pub struct ConvolutionUnit {
    spec: ConvSpec,
    /// `[out_channels, in_channels, kernel_size, kernel_size]`
    kernel: Tensor,
    /// `[1, out_channels, 1, 1]`; `None` once folded into the kernel.
    scale: Option<Tensor>,
    /// `[1, out_channels, 1, 1]`
    shift: Tensor,
}

impl ConvolutionUnit {
    /// Reads `{node}.weight` and `{node}.batch_norm.*`.
    ///
    /// # Errors
    /// If a parameter is missing or has another shape.
    pub fn load(parameters: &Parameters, node: &NodeId, spec: ConvSpec) -> Result<Self> {
        let channels = spec.out_channels;
        let kernel_shape = [channels, spec.in_channels, spec.kernel_size, spec.kernel_size];
        let kernel = parameters.read(node, "weight", &kernel_shape)?;
        let statistic = |name: &str| parameters.read(node, &format!("batch_norm.{name}"), &[channels]);
        let deviation = (statistic("running_var")? + BATCH_NORM_EPSILON)?.sqrt()?;
        let scale = (statistic("weight")? / deviation)?;
        let shift = (statistic("bias")? - (statistic("running_mean")? * &scale)?)?;
        let (kernel, scale) = match parameters.batch_norm {
            BatchNormLoading::Folded => (kernel.broadcast_mul(&scale.reshape((channels, 1, 1, 1))?)?, None),
            BatchNormLoading::Unfolded => (kernel, Some(scale.reshape((1, channels, 1, 1))?)),
        };
        Ok(Self {
            spec,
            kernel: parameters.place(&kernel)?,
            scale: scale.map(|scale| parameters.place(&scale)).transpose()?,
            shift: parameters.place(&shift.reshape((1, channels, 1, 1))?)?,
        })
    }

    /// # Shapes
    /// `map`: `[batch, in_channels, height, width]` to `[batch, out_channels, out_height, out_width]`.
    ///
    /// # Errors
    /// If the map has another number of channels.
    pub fn forward(&self, map: &Tensor) -> Result<Tensor> {
        let convolved = if self.is_pointwise() { self.product(map)? } else { self.convolve(map)? };
        match &self.scale {
            None => convolved.broadcast_add(&self.shift),
            Some(scale) => convolved.broadcast_mul(scale)?.broadcast_add(&self.shift),
        }
    }

    fn is_pointwise(&self) -> bool {
        self.spec.kernel_size == 1 && self.spec.stride == 1 && self.spec.padding == 0
    }

    /// A 1x1 convolution of stride 1 is a matrix product; candle's convolution would first copy the map twice.
    fn product(&self, map: &Tensor) -> Result<Tensor> {
        let kernel = self.kernel.flatten_from(1)?;
        let transposed = kernel.t()?;
        with_backward(map, |map| pixelwise(&kernel, map), move |gradient| pixelwise(&transposed, gradient))
    }

    fn convolve(&self, map: &Tensor) -> Result<Tensor> {
        let (spec, kernel, map_side) = (self.spec, self.kernel.clone(), map.dim(D::Minus1)?);
        with_backward(
            map,
            |map| map.conv2d(&self.kernel, spec.padding, spec.stride, DILATION, GROUPS),
            move |gradient| transposed_convolution(gradient, &kernel, spec, map_side),
        )
    }
}

/// A product with the channels of each pixel: `[out, in]` and `[batch, in, height, width]`.
fn pixelwise(kernel: &Tensor, map: &Tensor) -> Result<Tensor> {
    let (batch, _, height, width) = map.dims4()?;
    let kernel = kernel.broadcast_left(batch)?;
    kernel.matmul(&map.flatten_from(2)?)?.reshape((batch, kernel.dim(1)?, height, width))
}

/// From the gradient of a convolution's output to that of its input, a map of `map_side` pixels a side: the gradient is
/// spread by the stride, and convolved with the kernel turned by 180 degrees, its two channel axes exchanged.
fn transposed_convolution(
    gradient: &Tensor,
    kernel: &Tensor,
    spec: ConvSpec,
    map_side: usize,
) -> Result<Tensor> {
    let (batch, channels, height, width) = gradient.dims4()?;
    if spec.in_channels == IMAGE_CHANNELS {
        // What is below would first copy a window of every channel for each pixel: of a stem 64 times 49 values.
        let reached = (height - 1) * spec.stride + spec.kernel_size - 2 * spec.padding;
        let (padding, stride) = (spec.padding, spec.stride);
        return gradient.contiguous()?.conv_transpose2d(
            kernel,
            padding,
            map_side - reached,
            stride,
            DILATION,
        );
    }
    let gap = spec.stride - 1;
    let spread = gradient.reshape((batch, channels, height, 1, width, 1))?;
    let spread = spread.pad_with_zeros(3, 0, gap)?.pad_with_zeros(5, 0, gap)?;
    let mut spread = spread.reshape((batch, channels, height * spec.stride, width * spec.stride))?;
    // The turned kernel must reach over the border as far as the kernel did not.
    let before = spec.kernel_size - 1 - spec.padding;
    for axis in [2, 3] {
        let needed = map_side + spec.kernel_size - 1;
        let given = spread.dim(axis)?;
        spread = spread.pad_with_zeros(axis, before, needed.saturating_sub(before + given))?;
        spread = spread.narrow(axis, 0, needed)?;
    }
    let turned = kernel.flip(&[2, 3])?.transpose(0, 1)?.contiguous()?;
    spread.contiguous()?.conv2d(&turned, 0, 1, DILATION, GROUPS)
}
