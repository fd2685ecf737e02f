//! A linear layer with bias on the last axis.

use std::sync::Arc;

use candle_core::{D, Result, Tensor, bail};
use shared::NodeId;
use shared::architecture::ConvSpec;

use super::activation::{followed, through_gelu, through_relu};
use super::gradient::{Operation, with_backward};
use super::values::{tensor, with_following, with_values};
use crate::kernels::{Activation, Level, Product, Stages, Width, gelu_of};
use crate::models::parameters::{Parameters, Placement};

/// `y = x W^T + b`
#[derive(Clone, Debug)]
pub struct Linear {
    weights: Weights,
}

#[derive(Clone, Debug)]
enum Weights {
    /// For the CPU.
    Packed(Arc<Product>),
    /// For every other device; what comes in is rounded to their numbers.
    Tensors {
        /// `[out_features, in_features]`
        weight: Tensor,
        /// `[out_features]`
        bias: Tensor,
    },
}

impl Linear {
    /// Reads `{node}.weight` and `{node}.bias`.
    ///
    /// # Errors
    /// If a parameter is missing or has another shape.
    pub fn load(
        parameters: &Parameters,
        node: &NodeId,
        in_features: usize,
        out_features: usize,
    ) -> Result<Self> {
        Self::load_joined(parameters, &[node], in_features, out_features)
    }

    /// Reads the layers of several nodes that share their input as one, so that one product computes them all. Their
    /// outputs stand one after another in the order of `nodes`, `out_features` each.
    ///
    /// # Errors
    /// If a parameter is missing or has another shape.
    pub fn load_joined(
        parameters: &Parameters,
        nodes: &[&NodeId],
        in_features: usize,
        out_features: usize,
    ) -> Result<Self> {
        let read = |suffix: &str, shape: &[usize]| {
            let parts: Vec<Tensor> =
                nodes.iter().map(|node| parameters.read(node, suffix, shape)).collect::<Result<_>>()?;
            Tensor::cat(&parts, 0)
        };
        let (weight, bias) = (read("weight", &[out_features, in_features])?, read("bias", &[out_features])?);
        Self::of(parameters, &weight, &bias)
    }

    /// Reads a convolution with bias whose stride is its kernel as the linear layer that it is on each window's pixels
    /// (channel, row, column, as PyTorch stores a kernel).
    ///
    /// # Errors
    /// If a parameter is missing or has another shape.
    pub fn load_patch_projection(parameters: &Parameters, node: &NodeId, conv: ConvSpec) -> Result<Self> {
        let kernel_shape = [conv.out_channels, conv.in_channels, conv.kernel_size, conv.kernel_size];
        let weight = parameters.read(node, "weight", &kernel_shape)?.flatten_from(1)?;
        let bias = parameters.read(node, "bias", &[conv.out_channels])?;
        Self::of(parameters, &weight, &bias)
    }

    /// The same as [`Linear::load`] for the layer that gives the logits, which is never rounded.
    ///
    /// # Errors
    /// If a parameter is missing or has another shape.
    pub fn load_head(
        parameters: &Parameters,
        node: &NodeId,
        in_features: usize,
        out_features: usize,
    ) -> Result<Self> {
        let weight = parameters.read(node, "weight", &[out_features, in_features])?;
        let bias = parameters.read(node, "bias", &[out_features])?;
        Self::head(parameters.placement(), &weight, &bias)
    }

    /// A head of these weights in place of a checkpoint's.
    ///
    /// # Shapes
    /// `weight`: `[out_features, in_features]`, `bias`: `[out_features]`, both f32 on the CPU.
    ///
    /// # Errors
    /// If the device has no room.
    pub fn head(placement: &Placement, weight: &Tensor, bias: &Tensor) -> Result<Self> {
        if placement.has_kernels() {
            return Self::packed(Width::Single, weight, bias);
        }
        let [weight, bias] = [placement.place_exactly(weight)?, placement.place_exactly(bias)?];
        Ok(Self { weights: Weights::Tensors { weight, bias } })
    }

    /// Whether it runs through the kernels of the CPU.
    pub fn is_packed(&self) -> bool {
        matches!(self.weights, Weights::Packed(_))
    }

    /// Packs the weights, or takes them to their device.
    fn of(parameters: &Parameters, weight: &Tensor, bias: &Tensor) -> Result<Self> {
        if parameters.are_for_kernels() {
            return Self::packed(parameters.width(), weight, bias);
        }
        let [weight, bias] = [parameters.place(weight)?, parameters.place(bias)?];
        Ok(Self { weights: Weights::Tensors { weight, bias } })
    }

    fn packed(width: Width, weight: &Tensor, bias: &Tensor) -> Result<Self> {
        let packed = with_values([weight, bias], |[weight, bias]| Product::new(width, weight, bias))?;
        Ok(Self { weights: Weights::Packed(Arc::new(packed)) })
    }

    /// # Shapes
    /// `features`: `[.., in_features]` to `[.., out_features]`.
    ///
    /// # Errors
    /// If the last axis has another size.
    pub fn forward(&self, features: &Tensor) -> Result<Tensor> {
        self.forward_then(features, None, Activation::None)
    }

    /// The product, and its sum with `residual`.
    ///
    /// # Shapes
    /// As [`Self::forward_then`], both.
    ///
    /// # Errors
    /// As [`Self::forward_then`].
    pub fn forward_in_stages(&self, features: &Tensor, residual: &Tensor) -> Result<[Tensor; 2]> {
        match &self.weights {
            Weights::Packed(packed) if !features.track_op() && !residual.track_op() => {
                let shape = output_shape(packed, features)?;
                let following = (Some(residual), Activation::None);
                let Stages { before_residual, output } =
                    with_following(features, following, &shape, |features, following| {
                        packed.forward_in_stages(Level::best(), features, following)
                    })?;
                Ok([tensor(before_residual, shape.clone())?, tensor(output, shape)?])
            }
            _ => {
                let products = self.forward(features)?;
                let sum = (&products + residual)?;
                Ok([products, sum])
            }
        }
    }

    /// The product, the sum with `residual`, the activation: on the CPU in one pass over the output.
    ///
    /// # Shapes
    /// As [`Self::forward`]; `residual` as the output.
    ///
    /// # Errors
    /// As [`Self::forward`], or if the residual has another shape.
    pub fn forward_then(
        &self,
        features: &Tensor,
        residual: Option<&Tensor>,
        activation: Activation,
    ) -> Result<Tensor> {
        match &self.weights {
            Weights::Packed(packed) => packed_forward(packed, features, residual, activation),
            Weights::Tensors { weight, bias } => {
                let mut shape = features.dims().to_vec();
                if let Some(last) = shape.last_mut() {
                    *last = bias.dim(0)?;
                }
                let transposed = weight.clone();
                let products = with_backward(
                    &features.to_dtype(weight.dtype())?.flatten_to(D::Minus2)?,
                    |rows| rows.matmul(&weight.t()?),
                    move |gradient| gradient.matmul(&transposed),
                )?;
                let products = products.broadcast_add(bias)?.reshape(shape)?;
                followed(products, residual, activation)
            }
        }
    }
}

/// Through the kernels of the CPU.
fn packed_forward(
    packed: &Arc<Product>,
    features: &Tensor,
    residual: Option<&Tensor>,
    activation: Activation,
) -> Result<Tensor> {
    let has_gradient = features.track_op() || residual.is_some_and(Tensor::track_op);
    // The slope of a GELU is known from what goes in, that of a ReLU from what comes out.
    if activation == Activation::Gelu && has_gradient {
        let sums = packed_forward(packed, features, residual, Activation::None)?;
        let input = sums.detach();
        let values = with_values([&input], |[input]| gelu_of(Level::best(), input))?;
        let backward = move |_: &Tensor, gradient: &Tensor| Ok((through_gelu(&input, gradient)?, None));
        return Operation::new(values, sums.shape(), backward).applied_to(&sums, None);
    }
    let (values, shape) = product(packed, features, residual, activation)?;
    let transposed = Arc::clone(packed);
    let backward = move |output: &Tensor, gradient: &Tensor| {
        let gradient =
            if activation == Activation::Relu { through_relu(output, gradient)? } else { gradient.clone() };
        let (values, shape) = product(transposed.transposed(), &gradient, None, Activation::None)?;
        Ok((tensor(values, shape)?, Some(gradient)))
    };
    Operation::new(values, shape, backward).applied_to(features, residual)
}

/// Values and their shape.
fn product(
    packed: &Product,
    features: &Tensor,
    residual: Option<&Tensor>,
    activation: Activation,
) -> Result<(Vec<f32>, Vec<usize>)> {
    let shape = output_shape(packed, features)?;
    let values = with_following(features, (residual, activation), &shape, |features, following| {
        packed.forward(Level::best(), features, following)
    })?;
    Ok((values, shape))
}

fn output_shape(packed: &Product, features: &Tensor) -> Result<Vec<usize>> {
    let mut shape = features.dims().to_vec();
    let Some(last) = shape.last_mut().filter(|last| **last == packed.in_features()) else {
        bail!("a linear layer of {} features got {:?}", packed.in_features(), features.dims());
    };
    *last = packed.out_features();
    Ok(shape)
}
