//! A convolution with the batch-norm behind it, folded into one kernel and one shift.

use std::sync::Arc;

use candle_core::{Result, Tensor, bail};
use shared::NodeId;
use shared::architecture::ConvSpec;

use super::activation::{followed, through_relu};
use super::gradient::{Operation, with_backward};
use super::map_layout::MapLayout;
use super::values::{tensor, with_following, with_values};
use crate::kernels::{Activation, Convolution, Level, Stages};
use crate::models::parameters::{BatchNormLoading, Parameters};

/// Added to the running variance; torchvision, timm and the paper's code agree on it.
pub const BATCH_NORM_EPSILON: f64 = 1e-5;
/// What the first convolution reads.
const IMAGE_CHANNELS: usize = 3;
/// Of a transposed convolution, which no model here dilates.
const DILATION: usize = 1;

/// Bias-free convolution, then batch-norm with running statistics.
#[derive(Clone, Debug)]
pub struct ConvolutionUnit {
    weights: Weights,
}

#[derive(Clone, Debug)]
enum Weights {
    /// For the CPU.
    Packed(Arc<Convolution>),
    /// For every other device, and unfolded.
    Tensors(Tensors),
}

/// What candle computes with. What comes in is rounded to their numbers.
#[derive(Clone, Debug)]
struct Tensors {
    spec: ConvSpec,
    layout: MapLayout,
    /// `[out_channels, in_channels, kernel_size, kernel_size]`, as it enters the layout.
    kernel: Tensor,
    /// `[out_channels]`, as it is broadcast in the layout; `None` once folded into the kernel.
    scale: Option<Tensor>,
    /// The same.
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
            BatchNormLoading::Unfolded => (kernel, Some(scale)),
        };
        if scale.is_none() && parameters.are_for_kernels() {
            let packed = with_values([&kernel, &shift], |[kernel, shift]| {
                Convolution::new(spec, parameters.width(), kernel, shift)
            })?;
            return Ok(Self { weights: Weights::Packed(Arc::new(packed)) });
        }
        let layout = parameters.map_layout();
        let of_channels = |numbers: &Tensor| parameters.place(&layout.of_channels(numbers)?);
        let weights = Weights::Tensors(Tensors {
            spec,
            layout,
            kernel: parameters.place(&layout.enter(&kernel)?)?,
            scale: scale.as_ref().map(of_channels).transpose()?,
            shift: of_channels(&shift)?,
        });
        Ok(Self { weights })
    }

    /// # Shapes
    /// `map`: `[batch, in_channels, height, width]` to `[batch, out_channels, out_height, out_width]`.
    ///
    /// # Errors
    /// If the map has another number of channels.
    pub fn forward(&self, map: &Tensor) -> Result<Tensor> {
        self.forward_then(map, None, Activation::None)
    }

    /// The convolution, the sum with `residual`, the activation: on the CPU in one pass over the output.
    ///
    /// # Shapes
    /// As [`Self::forward`]; `residual` as the output.
    ///
    /// # Errors
    /// As [`Self::forward`], or if the residual has another shape.
    pub fn forward_then(
        &self,
        map: &Tensor,
        residual: Option<&Tensor>,
        activation: Activation,
    ) -> Result<Tensor> {
        match &self.weights {
            Weights::Packed(packed) => {
                let (values, shape) = convolve(packed, map, residual, activation)?;
                let backward = backward(packed, map, activation)?;
                Operation::new(values, shape, backward).applied_to(map, residual)
            }
            Weights::Tensors(tensors) => {
                let layout = tensors.layout;
                let residual = residual.map(|residual| layout.enter(residual)).transpose()?;
                layout.leave(&followed(tensors.sums(map)?, residual.as_ref(), activation)?)
            }
        }
    }

    /// The convolution, and its sum with `residual` after a ReLU.
    ///
    /// # Shapes
    /// As [`Self::forward_then`], each.
    ///
    /// # Errors
    /// As [`Self::forward_then`].
    pub fn forward_in_stages(&self, map: &Tensor, residual: &Tensor) -> Result<[Tensor; 2]> {
        match &self.weights {
            Weights::Packed(packed) if !map.track_op() && !residual.track_op() => {
                let (size, shape) = sizes(packed, map)?;
                let following = (Some(residual), Activation::Relu);
                let Stages { before_residual, output } =
                    with_following(map, following, &shape, |map, following| {
                        packed.forward_in_stages(Level::best(), map, size, following)
                    })?;
                Ok([tensor(before_residual, shape.clone())?, tensor(output, shape)?])
            }
            Weights::Packed(_) => {
                let convolved = self.forward(map)?;
                let output = (&convolved + residual)?.relu()?;
                Ok([convolved, output])
            }
            Weights::Tensors(tensors) => {
                let layout = tensors.layout;
                let convolved = tensors.sums(map)?;
                let output = (&convolved + layout.enter(residual)?)?.relu()?;
                Ok([layout.leave(&convolved)?, layout.leave(&output)?])
            }
        }
    }
}

impl Tensors {
    /// The convolution and the batch-norm, in the layout.
    fn sums(&self, map: &Tensor) -> Result<Tensor> {
        let map = self.layout.enter(&map.to_dtype(self.kernel.dtype())?)?;
        let convolved = if self.is_pointwise() { self.product(&map)? } else { self.convolve(&map)? };
        let scaled = match &self.scale {
            None => convolved,
            Some(scale) => convolved.broadcast_mul(scale)?,
        };
        scaled.broadcast_add(&self.shift)
    }

    fn is_pointwise(&self) -> bool {
        self.spec.kernel_size == 1 && self.spec.stride == 1 && self.spec.padding == 0
    }

    /// A 1x1 convolution of stride 1 is a matrix product; candle's convolution would first copy the map twice.
    fn product(&self, map: &Tensor) -> Result<Tensor> {
        let (layout, matrix) = (self.layout, self.kernel.flatten_from(1)?);
        let transposed = matrix.t()?;
        with_backward(
            map,
            |map| layout.product(&matrix, map),
            move |gradient| layout.product(&transposed, gradient),
        )
    }

    fn convolve(&self, map: &Tensor) -> Result<Tensor> {
        let (tensors, map_side) = (self.clone(), self.layout.leave(map)?.dim(2)?);
        with_backward(
            map,
            |map| self.layout.convolve(map, &self.kernel, self.spec),
            move |gradient| tensors.transposed_convolution(gradient, map_side),
        )
    }

    /// From the gradient of a convolution's output to that of its input, a map of `map_side` pixels a side, both in the layout: the
    /// gradient is spread by the stride, and convolved with the kernel turned by 180 degrees, its two channel axes exchanged.
    fn transposed_convolution(&self, gradient: &Tensor, map_side: usize) -> Result<Tensor> {
        let Self { spec, layout, .. } = *self;
        let (gradient, kernel) = (layout.leave(gradient)?, layout.leave(&self.kernel)?.contiguous()?);
        let (batch, channels, height, width) = gradient.dims4()?;
        if spec.in_channels == IMAGE_CHANNELS {
            // What is below would first copy a window of every channel for each pixel: of a stem 64 times 49 values.
            let reached = (height - 1) * spec.stride + spec.kernel_size - 2 * spec.padding;
            let (padding, stride, output_padding) = (spec.padding, spec.stride, map_side - reached);
            let gradient = gradient.contiguous()?;
            return layout.enter(&gradient.conv_transpose2d(
                &kernel,
                padding,
                output_padding,
                stride,
                DILATION,
            )?);
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
        let turned = layout.enter(&kernel.flip(&[2, 3])?.transpose(0, 1)?)?;
        let [in_channels, out_channels] = [spec.out_channels, spec.in_channels];
        let turned_spec = ConvSpec { in_channels, out_channels, stride: 1, padding: 0, ..spec };
        layout.convolve(&layout.enter(&spread)?, &turned, turned_spec)
    }
}

/// Through the kernels of the CPU: values and their shape.
fn convolve(
    packed: &Convolution,
    map: &Tensor,
    residual: Option<&Tensor>,
    activation: Activation,
) -> Result<(Vec<f32>, Vec<usize>)> {
    let (size, shape) = sizes(packed, map)?;
    let values = with_following(map, (residual, activation), &shape, |map, following| {
        packed.forward(Level::best(), map, size, following)
    })?;
    Ok((values, shape))
}

/// Height and width of the map, and the shape of the output.
fn sizes(packed: &Convolution, map: &Tensor) -> Result<([usize; 2], Vec<usize>)> {
    let (batch, channels, height, width) = map.dims4()?;
    let spec = packed.spec();
    if channels != spec.in_channels {
        bail!("a convolution of {} channels got a map of {channels}", spec.in_channels);
    }
    let [out_height, out_width] = [height, width].map(|side| spec.output_side(side));
    let shape = vec![batch, spec.out_channels, out_height, out_width];
    Ok(([height, width], shape))
}

/// Of the map and of the residual.
type Gradients = (Tensor, Option<Tensor>);

/// From the output and its gradient to those of the map and of the residual.
fn backward(
    packed: &Arc<Convolution>,
    map: &Tensor,
    activation: Activation,
) -> Result<impl Fn(&Tensor, &Tensor) -> Result<Gradients> + Send + Sync + 'static> {
    let (packed, shape) = (Arc::clone(packed), map.dims4()?);
    Ok(move |output: &Tensor, gradient: &Tensor| {
        let gradient = match activation {
            Activation::None => gradient.clone(),
            Activation::Relu => through_relu(output, gradient)?,
            Activation::Gelu => bail!("no convolution of these models is followed by a GELU"),
        };
        let size = [shape.2, shape.3];
        let values = with_values([&gradient], |[values]| packed.gradient(Level::best(), values, size))?;
        Ok((tensor(values, shape)?, Some(gradient)))
    })
}
