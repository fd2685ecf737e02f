//! Normalisations whose scale and shift learn: of each token over its features, and of each picture over all places and channels. Neither
//! looks at other pictures of the batch, so that a batch of one is as good as any.

use candle_core::{Result, Tensor};
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
use rayon::slice::{ParallelSlice, ParallelSliceMut};

use super::joint::Joint;
use super::{EPSILON, Followed, composed};
use crate::kernels;
use crate::kernels::Level;
use crate::models::layers::values::{tensor, with_values};

/// Sums that run side by side.
const LANES: usize = 16;
/// Rows whose gradients of scale and shift are summed by one task: fixed, so that sums do not depend on the number of threads.
const ROWS: usize = 256;

/// Each row to mean 0 and variance 1 over its features, then a scale and a shift for each feature (Ba et al. 2016).
///
/// # Shapes
/// `input`: `[rows, dim]` to the same; `weight` and `bias`: `[dim]`; `epsilon` is added to the variance. f32.
///
/// # Errors
/// The shapes do not go together.
pub fn layer_norm(input: &Tensor, weight: &Tensor, bias: &Tensor, epsilon: f64) -> Result<Tensor> {
    if !input.device().is_cpu() {
        return composed::layer_norm(input, weight, bias, epsilon);
    }
    let small = epsilon as f32;
    let values = with_values([input, weight, bias], |[input, weight, bias]| {
        kernels::layer_norm(Level::best(), input, weight, bias, small)
    })?;
    let (known, known_weight) = (input.detach(), weight.detach());
    let backward = move |gradient: &Tensor| {
        let gradients = with_values([&known, &known_weight, gradient], |[input, weight, gradient]| {
            gradient_of_rows(input, weight, gradient, small)
        })?;
        gradients.tensors(&known)
    };
    Joint::new(values, input.shape(), backward).applied_to(input, weight, bias)
}

/// Each picture to mean 0 and variance 1 over all of its channels and places, then a scale and a shift for each channel, and
/// what follows.
///
/// # Shapes
/// `map`: `[batch, channels, height, width]` to the same; `weight` and `bias`: `[channels]`. f32.
///
/// # Errors
/// The shapes do not go together.
///
/// # Source
/// Wu, He, "Group Normalization", 2018, with one group.
pub fn group_norm(map: &Tensor, weight: &Tensor, bias: &Tensor, followed: Followed) -> Result<Tensor> {
    if !map.device().is_cpu() {
        return composed::group_norm(map, weight, bias, followed);
    }
    let (_batch, channels, height, width) = map.dims4()?;
    let floor = match followed {
        Followed::Nothing => f32::NEG_INFINITY,
        Followed::Relu => 0.0,
    };
    let (places, picture) = (height * width, channels * height * width);
    let values = with_values([map, weight, bias], |[map, weight, bias]| {
        let mut normed = vec![0.0; map.len()];
        let pictures = normed.par_chunks_exact_mut(picture).zip(map.par_chunks_exact(picture));
        pictures.for_each(|(normed, map)| norm_picture(map, &Affine { weight, bias, places, floor }, normed));
        normed
    })?;
    let known = [map, weight, bias].map(Tensor::detach);
    let backward = move |gradient: &Tensor| {
        let [map, weight, bias] = &known;
        let gradients = with_values([map, weight, bias, gradient], |[map, weight, bias, gradient]| {
            let mut of_input = vec![0.0; map.len()];
            let parts = of_input
                .par_chunks_exact_mut(picture)
                .zip(map.par_chunks_exact(picture))
                .zip(gradient.par_chunks_exact(picture));
            let sums = parts.map(|((of_map, map), gradient)| {
                gradient_of_picture([map, gradient], &Affine { weight, bias, places, floor }, of_map)
            });
            let sums = sums.collect();
            Gradients::new(of_input, channels, sums)
        })?;
        gradients.tensors(map)
    };
    Joint::new(values, map.shape(), backward).applied_to(map, weight, bias)
}

/// Of an input, and of the scale and shift.
struct Gradients {
    of_input: Vec<f32>,
    of_weight: Vec<f32>,
    of_bias: Vec<f32>,
}

impl Gradients {
    /// Of parts, summed in their order.
    fn new(of_input: Vec<f32>, dim: usize, parts: Vec<[Vec<f32>; 2]>) -> Self {
        let (mut of_weight, mut of_bias) = (vec![0.0; dim], vec![0.0; dim]);
        for [weight, bias] in parts {
            of_weight.iter_mut().zip(weight).for_each(|(sum, part)| *sum += part);
            of_bias.iter_mut().zip(bias).for_each(|(sum, part)| *sum += part);
        }
        Self { of_input, of_weight, of_bias }
    }

    fn tensors(self, input: &Tensor) -> Result<[Option<Tensor>; 3]> {
        let dim = self.of_weight.len();
        let of_input = tensor(self.of_input, input.shape())?;
        Ok([Some(of_input), Some(tensor(self.of_weight, dim)?), Some(tensor(self.of_bias, dim)?)])
    }
}

/// What is done to a picture of mean 0 and variance 1.
struct Affine<'a> {
    weight: &'a [f32],
    bias: &'a [f32],
    /// Of a channel.
    places: usize,
    /// What is below becomes this.
    floor: f32,
}

fn norm_picture(map: &[f32], affine: &Affine<'_>, normed: &mut [f32]) {
    let Affine { weight, bias, places, floor } = *affine;
    let (mean, scale) = statistics(map, EPSILON as f32);
    let channels = normed.chunks_exact_mut(places).zip(map.chunks_exact(places));
    for ((normed, map), (weight, bias)) in channels.zip(weight.iter().zip(bias)) {
        let (factor, shift) = (scale * weight, bias - mean * scale * weight);
        normed.iter_mut().zip(map).for_each(|(normed, value)| *normed = (value * factor + shift).max(floor));
    }
}

/// Writes the gradient of a picture and gives those of scale and shift.
fn gradient_of_picture(
    [map, gradient]: [&[f32]; 2],
    affine: &Affine<'_>,
    of_map: &mut [f32],
) -> [Vec<f32>; 2] {
    let Affine { weight, bias, places, floor } = *affine;
    let (mean, scale) = statistics(map, EPSILON as f32);
    let (mut of_weight, mut of_bias) = (Vec::with_capacity(weight.len()), Vec::with_capacity(weight.len()));
    let (mut sum, mut along) = (0.0, 0.0);
    let channels = map.chunks_exact(places).zip(gradient.chunks_exact(places));
    let passed = of_map.chunks_exact_mut(places);
    for (((map, gradient), passed), (weight, bias)) in channels.zip(passed).zip(weight.iter().zip(bias)) {
        let (factor, shift) = (scale * weight, bias - mean * scale * weight);
        for ((passed, value), gradient) in passed.iter_mut().zip(map).zip(gradient) {
            *passed = if value * factor + shift > floor { *gradient } else { 0.0 };
        }
        let [total, product] = sums([map, passed], mean);
        of_bias.push(total);
        of_weight.push(product * scale);
        sum += total * weight;
        along += product * scale * weight;
    }
    let count = map.len() as f32;
    let (sum, along) = (sum / count, along / count);
    let channels = of_map.chunks_exact_mut(places).zip(map.chunks_exact(places)).zip(weight);
    for ((passed, map), weight) in channels {
        for (passed, value) in passed.iter_mut().zip(map) {
            *passed = scale * (*passed * weight - sum - (value - mean) * scale * along);
        }
    }
    [of_weight, of_bias]
}

fn gradient_of_rows(input: &[f32], weight: &[f32], gradient: &[f32], epsilon: f32) -> Gradients {
    let dim = weight.len();
    let mut of_input = vec![0.0; input.len()];
    let blocks = of_input
        .par_chunks_mut(dim * ROWS)
        .zip(input.par_chunks(dim * ROWS).into_par_iter())
        .zip(gradient.par_chunks(dim * ROWS));
    let parts = blocks.map(|((of_input, input), gradient)| {
        let (mut of_weight, mut of_bias) = (vec![0.0; dim], vec![0.0; dim]);
        let mut weighted = vec![0.0; dim];
        let rows = of_input.chunks_exact_mut(dim).zip(input.chunks_exact(dim));
        for ((of_row, row), gradient) in rows.zip(gradient.chunks_exact(dim)) {
            let (mean, scale) = statistics(row, epsilon);
            for index in 0..dim {
                weighted[index] = gradient[index] * weight[index];
                of_bias[index] += gradient[index];
                of_weight[index] += gradient[index] * (row[index] - mean) * scale;
            }
            let [total, product] = sums([row, &weighted], mean);
            let (sum, along) = (total / dim as f32, product * scale / dim as f32);
            for index in 0..dim {
                of_row[index] = scale * (weighted[index] - sum - (row[index] - mean) * scale * along);
            }
        }
        [of_weight, of_bias]
    });
    let parts = parts.collect();
    Gradients::new(of_input, dim, parts)
}

/// Mean, and one over the deviation, whose square `epsilon` is added to.
fn statistics(values: &[f32], epsilon: f32) -> (f32, f32) {
    let count = values.len() as f32;
    let mean = in_lanes(values, |sum, value| sum + value) / count;
    let variance = in_lanes(values, |sum, value| sum + (value - mean) * (value - mean)) / count;
    (mean, 1.0 / (variance + epsilon).sqrt())
}

fn in_lanes(values: &[f32], add: impl Fn(f32, f32) -> f32) -> f32 {
    let (vectors, rest) = values.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for vector in vectors {
        for lane in 0..LANES {
            sums[lane] = add(sums[lane], vector[lane]);
        }
    }
    let total = sums.iter().sum();
    rest.iter().fold(total, |sum, value| add(sum, *value))
}

/// Of gradients, and of their products with the values less their mean.
fn sums([values, gradients]: [&[f32]; 2], mean: f32) -> [f32; 2] {
    let ((values, value_rest), (gradients, gradient_rest)) =
        (values.as_chunks::<LANES>(), gradients.as_chunks::<LANES>());
    let (mut totals, mut products) = ([0.0; LANES], [0.0; LANES]);
    for (value, gradient) in values.iter().zip(gradients) {
        for lane in 0..LANES {
            totals[lane] += gradient[lane];
            products[lane] += gradient[lane] * (value[lane] - mean);
        }
    }
    let (mut total, mut product) = (totals.iter().sum::<f32>(), products.iter().sum::<f32>());
    for (value, gradient) in value_rest.iter().zip(gradient_rest) {
        total += gradient;
        product += gradient * (value - mean);
    }
    [total, product]
}
