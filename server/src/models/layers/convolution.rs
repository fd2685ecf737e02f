//! A convolution with the batch-norm behind it, folded into one kernel and one shift. ReLU is the caller's.

use candle_core::{Result, Tensor};
use shared::NodeId;
use shared::architecture::ConvSpec;

use crate::models::parameters::{BatchNormLoading, Parameters};

/// Added to the running variance; torchvision, timm and the paper's code agree on it.
const BATCH_NORM_EPSILON: f64 = 1e-5;

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
        let (batch, _, height, width) = map.dims4()?;
        let kernel = self.kernel.flatten_from(1)?.broadcast_left(batch)?;
        kernel.matmul(&map.flatten_from(2)?)?.reshape((batch, self.spec.out_channels, height, width))
    }

    fn convolve(&self, map: &Tensor) -> Result<Tensor> {
        let (dilation, groups) = (1, 1);
        map.conv2d(&self.kernel, self.spec.padding, self.spec.stride, dilation, groups)
    }
}
