//! A convolution without bias whose kernel learns.

use candle_core::{Result, Tensor};
use rayon::iter::{IndexedParallelIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;
use shared::architecture::ConvSpec;

use super::composed;
use crate::kernels::{Convolution, Following, Level, Width};
use crate::models::layers::gradient::Operation;
use crate::models::layers::values::{tensor, with_values};

/// # Shapes
/// `map`: `[batch, in_channels, height, width]`; `weight`: `[out_channels, in_channels, kernel_size, kernel_size]`; to
/// `[batch, out_channels, out_height, out_width]`. f32.
///
/// # Errors
/// The shapes do not go together.
pub fn convolution(map: &Tensor, weight: &Tensor, spec: ConvSpec) -> Result<Tensor> {
    if !map.device().is_cpu() {
        return composed::convolution(map, weight, spec);
    }
    let (batch, _channels, height, width) = map.dims4()?;
    let size = [height, width];
    let out_size = size.map(|side| spec.output_side(side));
    let packed = with_values([weight], |[weight]| {
        Convolution::new(spec, Width::Single, weight, &vec![0.0; spec.out_channels])
    })?;
    let values = with_values([map], |[map]| packed.forward(Level::best(), map, size, Following::default()))?;
    let (known, is_tracked) = (map.detach(), map.track_op());
    let backward = move |_output: &Tensor, gradient: &Tensor| {
        let of_map = if is_tracked {
            let values =
                with_values([gradient], |[gradient]| packed.gradient(Level::best(), gradient, size))?;
            tensor(values, known.shape())?
        } else {
            known.zeros_like()?
        };
        Ok((of_map, Some(gradient_of_weight(&known, gradient, spec)?)))
    };
    let shape = (batch, spec.out_channels, out_size[0], out_size[1]);
    Operation::new(values, shape, backward).applied_to(map, Some(weight))
}

/// A product of the gradient with the windows that the kernel saw, over all places of all pictures.
fn gradient_of_weight(map: &Tensor, gradient: &Tensor, spec: ConvSpec) -> Result<Tensor> {
    let ConvSpec { in_channels, out_channels, kernel_size, .. } = spec;
    let (batch, _channels, out_height, out_width) = gradient.dims4()?;
    let (places, size) = (out_height * out_width, [map.dim(2)?, map.dim(3)?]);
    let windows = with_values([map], |[map]| unfolded(map, spec, size))?;
    let windows = tensor(windows, (in_channels * kernel_size * kernel_size, batch * places))?;
    let gradient = gradient.reshape((batch, out_channels, places))?.transpose(0, 1)?.contiguous()?;
    let product = gradient.reshape((out_channels, batch * places))?.matmul(&windows.t()?)?;
    product.reshape((out_channels, in_channels, kernel_size, kernel_size))
}

/// # Shapes
/// `map`: `[batch, in_channels, height, width]` with `[height, width] = size`, to `[in_channels, kernel_size, kernel_size, batch,
/// out_height, out_width]`: what each pixel of the kernel met, 0 beyond the border.
fn unfolded(map: &[f32], spec: ConvSpec, size: [usize; 2]) -> Vec<f32> {
    let ConvSpec { in_channels, kernel_size, stride, padding, .. } = spec;
    let ([height, width], [out_height, out_width]) = (size, size.map(|side| spec.output_side(side)));
    let batch = map.len() / (in_channels * height * width);
    let window = kernel_size * kernel_size;
    let mut unfolded = vec![0.0; in_channels * window * batch * out_height * out_width];
    unfolded.par_chunks_exact_mut(batch * out_height * out_width).enumerate().for_each(|(index, met)| {
        let (channel, row, column) = (index / window, index % window / kernel_size, index % kernel_size);
        // The first and last place whose pixel of the row is inside of the map.
        let first = padding.saturating_sub(column).div_ceil(stride);
        let end = ((width + padding).saturating_sub(column)).div_ceil(stride).min(out_width);
        for (line, met) in met.chunks_exact_mut(out_width).enumerate() {
            let (picture, y) = (line / out_height, line % out_height * stride + row);
            let Some(y) = y.checked_sub(padding).filter(|y| *y < height) else { continue };
            let from = &map[((picture * in_channels + channel) * height + y) * width..][..width];
            let pixels = from[first * stride + column - padding..].iter().step_by(stride);
            met[first..end].iter_mut().zip(pixels).for_each(|(place, pixel)| *place = *pixel);
        }
    });
    unfolded
}
