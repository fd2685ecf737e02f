//! Every kernel at every level of this processor against a plain reference in f64, for sizes that are drawn: whole tiles, parts of
//! vectors, a column more. Inputs and outputs end where a page ends that nobody may touch.

mod guarded;
mod reference;

use std::mem::MaybeUninit;

use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof, proptest};
use proptest::test_runner::TestCaseError;
use proptest::{prop_assert, prop_assume};

use shared::architecture::ConvSpec;
use shared::architecture::resnet::PoolSpec;

use super::activations::{gelu_of_into, through_activation_into};
use super::attention::Wanted;
use super::memory::Shared;
use super::numbers::{paired_rows, unpaired_channels};
use super::rows::layer_norm_into;
use super::{
    Activation, Convolution, Following, Heads, Level, Pooling, Product, Slope, Width, gradient_of_layer_norm,
};
use guarded::Guarded;
use reference::{activated, random};

/// Largest difference to the reference, of the reference's largest magnitude.
const TOLERANCE: f64 = 1e-5;
/// A magnitude below which differences are not compared with it: a GELU far below 0 is the small difference of large numbers.
const SMALLEST: f64 = 0.1;

/// So many cases of each test, unless the environment says how many: valgrind is slow.
const CASES: u32 = 800;

fn config() -> ProptestConfig {
    let told = std::env::var("KERNEL_TEST_CASES").ok();
    ProptestConfig {
        cases: told.map_or(CASES, |count| count.parse().expect("KERNEL_TEST_CASES is a number")),
        max_global_rejects: 60000,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn activation() -> impl Strategy<Value = Activation> {
    prop_oneof![Just(Activation::None), Just(Activation::Relu), Just(Activation::Gelu)]
}

fn width() -> impl Strategy<Value = Width> {
    prop_oneof![Just(Width::Single), Just(Width::Half)]
}

/// Numbers that this width holds exactly, so that the reference multiplies the same.
fn fitting(width: Width, numbers: Vec<f32>) -> Vec<f32> {
    match width {
        Width::Single => numbers,
        Width::Half => {
            unpaired_channels(&paired_rows(Level::best(), &numbers, numbers.len()), numbers.len(), 1)
        }
    }
}

/// Sides of maps: those of the models, and any small one.
fn side() -> impl Strategy<Value = usize> {
    prop_oneof![1_usize..20, Just(7), Just(14), Just(28)]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn convolutions(
        (in_channels, out_channels) in (prop_oneof![1_usize..9, 28..60_usize, Just(260)], 1_usize..20),
        (kernel_size, stride) in (prop_oneof![Just(1_usize), Just(3), Just(7), 1..6_usize], 1_usize..4),
        padding in 0_usize..4,
        size in [side(), side()],
        batch in 1_usize..3,
        (has_residual, activation) in (any::<bool>(), activation()),
        (width, seed) in (width(), any::<u64>()),
    ) {
        prop_assume!(padding < kernel_size && size.iter().all(|side| side + 2 * padding >= kernel_size));
        let spec = ConvSpec { in_channels, out_channels, kernel_size, stride, padding };
        let out_size = size.map(|side| spec.output_side(side));
        let outputs = batch * out_channels * out_size[0] * out_size[1];
        let weights = fitting(width, random(seed, out_channels * in_channels * kernel_size * kernel_size));
        let bias = random(seed ^ 1, out_channels);
        let input = fitting(width, random(seed ^ 2, batch * in_channels * size[0] * size[1]));
        let residual = random(seed ^ 3, outputs);
        let convolution = Convolution::new(spec, width, &weights, &bias);
        prop_assert!(convolution.weights() == weights, "packed and unpacked");
        let sums = reference::convolution(spec, &weights, &bias, &input, size);
        let expected = stages(sums, has_residual.then_some(&residual), activation);
        let gradient = random(seed ^ 4, outputs);
        let expected_gradient = reference::gradient_of_convolution(spec, &weights, &gradient, size);
        for level in Level::all() {
            let (input, residual) = (Guarded::of(&input), Guarded::of(&residual));
            let residual = has_residual.then(|| residual.values());
            let following = Following { residual, activation };
            check_stages(level, &expected, |out, before_residual| {
                convolution.forward_into(level, input.values(), size, following, out, before_residual);
            })?;
            close(level, &convolution.gradient(level, Guarded::of(&gradient).values(), size), &expected_gradient)?;
        }
    }

    #[test]
    fn products(
        rows in prop_oneof![1_usize..20, Just(197), Just(203)],
        (in_features, out_features) in (prop_oneof![1_usize..70, 380..390_usize, Just(800)], 1_usize..120),
        (has_residual, activation) in (any::<bool>(), activation()),
        (width, seed) in (width(), any::<u64>()),
    ) {
        let weights = fitting(width, random(seed, out_features * in_features));
        let bias = random(seed ^ 1, out_features);
        let input = fitting(width, random(seed ^ 2, rows * in_features));
        let residual = random(seed ^ 3, rows * out_features);
        let product = Product::new(width, &weights, &bias);
        prop_assert!(product.weights() == weights, "packed and unpacked");
        let sums = reference::product(&weights, &bias, &input);
        let expected = stages(sums, has_residual.then_some(&residual), activation);
        let transposed: Vec<f32> = (0..weights.len())
            .map(|index| weights[index % out_features * in_features + index / out_features])
            .collect();
        prop_assert!(product.transposed().weights() == transposed, "transposed");
        for level in Level::all() {
            let (input, residual) = (Guarded::of(&input), Guarded::of(&residual));
            let residual = has_residual.then(|| residual.values());
            let following = Following { residual, activation };
            check_stages(level, &expected, |out, before_residual| {
                product.forward_into(level, input.values(), following, out, before_residual);
            })?;
        }
    }

    #[test]
    fn attentions(
        tokens in prop_oneof![1_usize..40, Just(197)],
        (heads, head_dim) in (1_usize..4, prop_oneof![1_usize..20, Just(64)]),
        batch in 1_usize..3,
        seed in any::<u64>(),
    ) {
        let sizes = Heads { tokens, heads, head_dim };
        let joined: Vec<f32> =
            random(seed, batch * tokens * 3 * sizes.dim()).iter().map(|value| value * 4.0).collect();
        let expected = reference::attention(sizes, &joined);
        for level in Level::all() {
            let joined = Guarded::of(&joined);
            let (mut scores, mut weights) = (Vec::new(), Vec::new());
            let context = guarded_output(expected.context.len(), |output| {
                scores = guarded_output(expected.weights.len(), |scores| {
                    weights = guarded_output(expected.weights.len(), |weights| {
                        let wanted = Wanted { scores: Some(scores), weights: Some(weights) };
                        sizes.attend_into(level, joined.values(), output, wanted);
                    });
                });
            });
            close(level, &scores, &expected.scores)?;
            close(level, &weights, &expected.weights)?;
            close(level, &context, &expected.context)?;
            let unwatched = guarded_output(expected.context.len(), |output| {
                sizes.attend_into(level, joined.values(), output, Wanted::default());
            });
            prop_assert!(unwatched == context, "{}: being watched changes nothing", level.name());
        }
        // Queries and keys move the weights, values and weights the context: the gradient of a weighted sum of the context.
        let gradient = random(seed ^ 1, expected.context.len());
        let slope = |joined: &[f32]| -> f64 {
            let context = reference::attention(sizes, joined).context;
            context.iter().zip(&gradient).map(|(value, gradient)| value * f64::from(*gradient)).sum()
        };
        let step = random(seed ^ 2, joined.len());
        let moved = |by: f32| -> Vec<f32> { joined.iter().zip(&step).map(|(value, step)| value + by * step).collect() };
        let expected_slope = (slope(&moved(1e-3)) - slope(&moved(-1e-3))) / 2e-3;
        for level in Level::all() {
            let weights: Vec<f32> = expected.weights.iter().map(|weight| *weight as f32).collect();
            let weights = Guarded::of(&weights);
            close(level, &sizes.weigh(level, weights.values(), &joined), &expected.context)?;
            let gradient = Guarded::of(&gradient);
            let [of_weights, mut of_joined] =
                sizes.gradient_of_context(level, weights.values(), &joined, gradient.values());
            let through_scores = sizes.gradient_of_weights(level, weights.values(), &joined, &of_weights);
            of_joined.iter_mut().zip(through_scores).for_each(|(sum, part)| *sum += part);
            let products = of_joined.iter().zip(&step).map(|(gradient, step)| f64::from(*gradient) * f64::from(*step));
            let magnitude = products.clone().map(|product| product * product).sum::<f64>().sqrt();
            let actual: f64 = products.sum();
            prop_assert!(
                (actual - expected_slope).abs() <= 1e-2 * magnitude + 1e-4,
                "{}: slope {expected_slope}, gradient {actual}",
                level.name()
            );
        }
    }

    #[test]
    fn norms((rows, dim) in (1_usize..30, 1_usize..80), seed in any::<u64>()) {
        let input = random(seed, rows * dim);
        let (weight, bias) = (random(seed ^ 1, dim), random(seed ^ 2, dim));
        let expected = reference::layer_norm(&input, &weight, &bias, 1e-3);
        for level in Level::all() {
            let [input, weight, bias] = [&input, &weight, &bias].map(|part| Guarded::of(part));
            let actual = guarded_output(rows * dim, |out| {
                layer_norm_into(level, input.values(), weight.values(), bias.values(), 1e-3, out);
            });
            close(level, &actual, &expected)?;
        }
    }

    #[test]
    fn slopes(count in 1_usize..300, dim in 2_usize..40, seed in any::<u64>()) {
        let input: Vec<f32> = random(seed, count).iter().map(|value| value * 8.0).collect();
        let gradient = random(seed ^ 1, count);
        let slope = |activation: Activation, value: f32| {
            if activation == Activation::Relu {
                return if value > 0.0 { 1.0 } else { 0.0 };
            }
            let at = |by: f64| activated(f64::from(value) + by, activation);
            (at(1e-5) - at(-1e-5)) / 2e-5
        };
        let expected = |activation: Activation| -> Vec<f64> {
            input.iter().zip(&gradient).map(|(value, part)| slope(activation, *value) * f64::from(*part)).collect()
        };
        for level in Level::all() {
            let [input, gradient] = [&input, &gradient].map(|part| Guarded::of(part));
            for (of, activation) in
                [(Slope::Relu(input.values()), Activation::Relu), (Slope::Gelu(input.values()), Activation::Gelu)]
            {
                let actual = guarded_output(count, |out| through_activation_into(level, of, gradient.values(), out));
                close(level, &actual, &expected(activation))?;
            }
            let actual = guarded_output(count, |out| gelu_of_into(level, input.values(), out));
            let expected: Vec<f64> =
                input.values().iter().map(|value| activated(f64::from(*value), Activation::Gelu)).collect();
            close(level, &actual, &expected)?;
        }
        let (weight, bias) = (random(seed ^ 2, dim), vec![0.0; dim]);
        let gradient = random(seed ^ 3, dim);
        let row = random(seed ^ 4, dim);
        let result = gradient_of_layer_norm(&row, &weight, 0.1, &gradient);
        for index in 0..dim {
            let at = |by: f32| -> f64 {
                let mut row = row.clone();
                row[index] += by;
                let normed = reference::layer_norm(&row, &weight, &bias, 0.1);
                normed.iter().zip(&gradient).map(|(value, part)| value * f64::from(*part)).sum()
            };
            let slope = (at(1e-3) - at(-1e-3)) / 2e-3;
            prop_assert!((slope - f64::from(result[index])).abs() < 1e-3, "{slope} is {}", result[index]);
        }
    }

    #[test]
    fn pools(
        (kernel_size, stride, padding) in (1_usize..5, 1_usize..4, 0_usize..3),
        size in [side(), side()],
        planes in 1_usize..6,
        seed in any::<u64>(),
    ) {
        prop_assume!(padding < kernel_size && size.iter().all(|side| side + 2 * padding >= kernel_size));
        // Every window has a pixel that exists.
        prop_assume!(size.iter().all(|side| {
            let spec = PoolSpec { kernel_size, stride, padding };
            (spec.output_side(*side) - 1) * stride < side + padding
        }));
        let pooling = Pooling(PoolSpec { kernel_size, stride, padding });
        let input = random(seed, planes * size[0] * size[1]);
        let (expected, places) = reference::largest(pooling, &input, size);
        let gradient = random(seed ^ 1, expected.len());
        let mut expected_gradient = vec![0.0; input.len()];
        for (place, value) in places.iter().zip(&gradient) {
            expected_gradient[*place] += f64::from(*value);
        }
        for level in Level::all() {
            let input = Guarded::of(&input);
            let actual =
                guarded_output(expected.len(), |out| pooling.largest_into(level, input.values(), size, out));
            close(level, &actual, &expected)?;
            close(level, &pooling.gradient_of_largest(input.values(), size, &gradient), &expected_gradient)?;
        }
    }
}

#[test]
fn what_is_no_number_stays_none() {
    for level in Level::all() {
        let product = Product::new(Width::Single, &[1.0, 1.0], &[0.0]);
        for activation in [Activation::None, Activation::Relu, Activation::Gelu] {
            let following = Following { residual: None, activation };
            let out = guarded_output(1, |out| {
                product.forward_into(level, &[1.0, f32::NAN], following, out, None);
            });
            assert!(out[0].is_nan(), "{} {activation:?}: {out:?}", level.name());
        }
    }
}

#[test]
fn an_activation_far_from_zero_is_exact() {
    for level in Level::all() {
        let product = Product::new(Width::Single, &[1.0], &[0.0]);
        let following = Following { residual: None, activation: Activation::Gelu };
        let out = guarded_output(4, |out| {
            product.forward_into(level, &[-40.0, -1e30, 40.0, 1e30], following, out, None);
        });
        assert_eq!(
            out.iter().map(|value| value.abs()).collect::<Vec<_>>(),
            [0.0, 0.0, 40.0, 1e30],
            "{}",
            level.name()
        );
    }
}

/// What is written to memory that ends where a page ends that nobody may touch, after one that nobody may touch either.
fn guarded_output(length: usize, write: impl FnOnce(&mut [MaybeUninit<f32>])) -> Vec<f32> {
    let mut memory = Guarded::of(&vec![f32::NAN; length]);
    write(memory.places());
    memory.values().to_vec()
}

/// An output before its residual, and at last.
fn stages(sums: Vec<f64>, residual: Option<&Vec<f32>>, activation: Activation) -> [Vec<f64>; 2] {
    let residual = |index: usize| residual.map_or(0.0, |residual| f64::from(residual[index]));
    let output = sums.iter().enumerate().map(|(index, sum)| activated(sum + residual(index), activation));
    let output = output.collect();
    [sums, output]
}

/// Whether `write` gives the output with what it was before the residual, and the same without.
fn check_stages(
    level: Level,
    expected: &[Vec<f64>; 2],
    write: impl Fn(&mut [MaybeUninit<f32>], Option<Shared>),
) -> Result<(), TestCaseError> {
    let length = expected[0].len();
    let mut before_residual = Vec::new();
    let output = guarded_output(length, |output| {
        before_residual = guarded_output(length, |before_residual| {
            write(output, Some(Shared::of(before_residual)));
        });
    });
    // A small output can be what is left of large sums.
    let magnitude = largest(expected.iter().flatten());
    close_within(level, &before_residual, &expected[0], magnitude)?;
    close_within(level, &output, &expected[1], magnitude)?;
    let alone = guarded_output(length, |output| write(output, None));
    prop_assert!(alone == output, "{}: what is stored beside changes nothing", level.name());
    Ok(())
}

fn close(level: Level, actual: &[f32], expected: &[f64]) -> Result<(), TestCaseError> {
    close_within(level, actual, expected, largest(expected))
}

fn largest<'a>(values: impl IntoIterator<Item = &'a f64>) -> f64 {
    values.into_iter().fold(SMALLEST, |largest, value| value.abs().max(largest))
}

fn close_within(level: Level, actual: &[f32], expected: &[f64], magnitude: f64) -> Result<(), TestCaseError> {
    prop_assert!(actual.len() == expected.len(), "{} and {} numbers", actual.len(), expected.len());
    for (index, (number, expected)) in actual.iter().zip(expected).enumerate() {
        let difference = (f64::from(*number) - expected).abs() / magnitude;
        prop_assert!(difference <= TOLERANCE, "{}: {number} is {expected} at {index}", level.name());
    }
    Ok(())
}
