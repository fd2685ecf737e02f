//! The same arithmetic as plainly as it can be written, in f64.

use shared::architecture::ConvSpec;
use shared::architecture::resnet::PoolSpec;

use crate::kernels::{Activation, Heads, Pooling};

/// `count` numbers between -0.5 and 0.5 (xorshift).
pub fn random(seed: u64, count: usize) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1_u32 << 24) as f32 - 0.5
    };
    (0..count).map(|_| next()).collect()
}

/// `(channel in, row in, column in)` and `(channel out, place out)` of every product of a convolution of one picture, with its weight.
fn products(spec: ConvSpec, size: [usize; 2], mut visit: impl FnMut(usize, usize, usize)) {
    let ConvSpec { in_channels, out_channels, kernel_size, stride, padding } = spec;
    let [out_height, out_width] = size.map(|side| spec.output_side(side));
    for output in 0..out_channels * out_height * out_width {
        let (column, rest) = (output % out_width, output / out_width);
        let (row, channel) = (rest % out_height, rest / out_height);
        for index in 0..in_channels * kernel_size * kernel_size {
            let (kernel_column, rest) = (index % kernel_size, index / kernel_size);
            let (kernel_row, in_channel) = (rest % kernel_size, rest / kernel_size);
            let at = [row * stride + kernel_row, column * stride + kernel_column];
            if (0..2).all(|axis| (padding..size[axis] + padding).contains(&at[axis])) {
                let input = (in_channel * size[0] + at[0] - padding) * size[1] + at[1] - padding;
                visit(output, input, channel * in_channels * kernel_size * kernel_size + index);
            }
        }
    }
}

pub fn convolution(
    spec: ConvSpec,
    weights: &[f32],
    bias: &[f32],
    input: &[f32],
    size: [usize; 2],
) -> Vec<f64> {
    let places: usize = size.map(|side| spec.output_side(side)).iter().product();
    let image = spec.in_channels * size[0] * size[1];
    let mut result = Vec::new();
    for input in input.chunks(image) {
        let mut sums: Vec<f64> =
            (0..spec.out_channels * places).map(|output| f64::from(bias[output / places])).collect();
        products(spec, size, |output, index, weight| {
            sums[output] += f64::from(weights[weight]) * f64::from(input[index]);
        });
        result.extend(sums);
    }
    result
}

pub fn gradient_of_convolution(
    spec: ConvSpec,
    weights: &[f32],
    gradient: &[f32],
    size: [usize; 2],
) -> Vec<f64> {
    let places: usize = size.map(|side| spec.output_side(side)).iter().product();
    let mut result = Vec::new();
    for gradient in gradient.chunks(spec.out_channels * places) {
        let mut sums = vec![0.0; spec.in_channels * size[0] * size[1]];
        products(spec, size, |output, index, weight| {
            sums[index] += f64::from(weights[weight]) * f64::from(gradient[output]);
        });
        result.extend(sums);
    }
    result
}

pub fn product(weights: &[f32], bias: &[f32], input: &[f32]) -> Vec<f64> {
    let in_features = weights.len() / bias.len();
    let dot = |row: &[f32], weights: &[f32]| -> f64 {
        row.iter().zip(weights).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
    };
    input
        .chunks(in_features)
        .flat_map(|row| {
            weights
                .chunks(in_features)
                .zip(bias)
                .map(move |(weights, bias)| dot(row, weights) + f64::from(*bias))
        })
        .collect()
}

pub struct Attention {
    pub scores: Vec<f64>,
    pub weights: Vec<f64>,
    pub context: Vec<f64>,
}

pub fn attention(sizes: Heads, joined: &[f32]) -> Attention {
    let Heads { tokens, heads, head_dim } = sizes;
    let dim = sizes.dim();
    let batch = joined.len() / (tokens * 3 * dim);
    let mut result =
        Attention { scores: Vec::new(), weights: Vec::new(), context: vec![0.0; batch * tokens * dim] };
    for (picture, joined) in joined.chunks(tokens * 3 * dim).enumerate() {
        let number = |token: usize, part: usize, head: usize, feature: usize| {
            f64::from(joined[token * 3 * dim + part * dim + head * head_dim + feature])
        };
        for head in 0..heads {
            for query in 0..tokens {
                let scores: Vec<f64> = (0..tokens)
                    .map(|key| {
                        let products = (0..head_dim)
                            .map(|feature| number(query, 0, head, feature) * number(key, 1, head, feature));
                        products.sum::<f64>() / (head_dim as f64).sqrt()
                    })
                    .collect();
                let largest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let sum: f64 = scores.iter().map(|score| (score - largest).exp()).sum();
                for (key, score) in scores.iter().enumerate() {
                    let weight = (score - largest).exp() / sum;
                    result.weights.push(weight);
                    for feature in 0..head_dim {
                        let place = (picture * tokens + query) * dim + head * head_dim + feature;
                        result.context[place] += weight * number(key, 2, head, feature);
                    }
                }
                result.scores.extend(scores);
            }
        }
    }
    result
}

pub fn layer_norm(input: &[f32], weight: &[f32], bias: &[f32], epsilon: f64) -> Vec<f64> {
    let dim = weight.len();
    let mut result = Vec::new();
    for row in input.chunks(dim) {
        let mean = row.iter().copied().map(f64::from).sum::<f64>() / dim as f64;
        let variance = row.iter().map(|value| (f64::from(*value) - mean).powi(2)).sum::<f64>() / dim as f64;
        let numbers = row.iter().zip(weight).zip(bias);
        result.extend(numbers.map(|((value, weight), bias)| {
            (f64::from(*value) - mean) / (variance + epsilon).sqrt() * f64::from(*weight) + f64::from(*bias)
        }));
    }
    result
}

/// The largest numbers, and where each stands in the input.
pub fn largest(pooling: Pooling, input: &[f32], size: [usize; 2]) -> (Vec<f64>, Vec<usize>) {
    let PoolSpec { kernel_size, stride, padding } = pooling.0;
    let [out_height, out_width] = size.map(|side| pooling.0.output_side(side));
    let (mut values, mut places) = (Vec::new(), Vec::new());
    for plane in 0..input.len() / (size[0] * size[1]) {
        for place in 0..out_height * out_width {
            let (row, column) = (place / out_width * stride, place % out_width * stride);
            let window = (0..kernel_size * kernel_size).filter_map(|index| {
                let at = [row + index / kernel_size, column + index % kernel_size];
                let is_there = (0..2).all(|axis| (padding..size[axis] + padding).contains(&at[axis]));
                is_there.then(|| (plane * size[0] + at[0] - padding) * size[1] + at[1] - padding)
            });
            let first = |best: usize, index: usize| if input[index] > input[best] { index } else { best };
            let best = window.reduce(first).expect("a pixel under the window");
            values.push(f64::from(input[best]));
            places.push(best);
        }
    }
    (values, places)
}

pub fn activated(value: f64, activation: Activation) -> f64 {
    match activation {
        Activation::None => value,
        Activation::Relu => value.max(0.0),
        Activation::Gelu => 0.5 * value * (1.0 + error_function(value / std::f64::consts::SQRT_2)),
    }
}

/// Its series, which converges everywhere; enough terms for what sums reach here.
fn error_function(value: f64) -> f64 {
    if value.abs() > 5.0 {
        return value.signum();
    }
    let (mut term, mut sum) = (value, value);
    for index in 1..200 {
        term *= -value * value / f64::from(index);
        sum += term / f64::from(2 * index + 1);
    }
    sum * std::f64::consts::FRAC_2_SQRT_PI
}
