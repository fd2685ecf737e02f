//! Where in a map a class's logit comes from. Maps come as `[channels, rows, columns]`; a class map is `[rows, columns]`, in f64 so
//! that its mean is the logit to the last digits of f32.

use super::Array;

/// After so many steps two singular values are the same for every purpose.
const MAX_STEPS: usize = 10_000;
/// Square of the change of a unit vector in a step of the power iteration below which it has arrived.
const SQUARED_CHANGE: f64 = 1e-24;

/// A class activation map: at each place the head's weights applied to the channels.
///
/// # Shapes
/// `weights`: `[channels]`, the class's row of the head.
///
/// # Source
/// Zhou et al., "Learning Deep Features for Discriminative Localization", 2016.
pub fn cam(map: &Array, weights: &[f32]) -> Vec<f64> {
    let weights: Vec<f64> = weights.iter().copied().map(f64::from).collect();
    weighted(map, &weights)
}

/// Channels weighted by their mean gradient, negative places cut off.
///
/// # Shapes
/// `gradient`: as `map`.
///
/// # Source
/// Selvaraju et al., "Grad-CAM", 2017.
pub fn grad_cam(map: &Array, gradient: &Array) -> Vec<f64> {
    let places = places(map);
    let mean = |values: &[f32]| values.iter().copied().map(f64::from).sum::<f64>() / places as f64;
    let weights: Vec<f64> = gradient.values.chunks(places).map(mean).collect();
    weighted(map, &weights).into_iter().map(|value| value.max(0.0)).collect()
}

/// The first right singular vector of the channels as rows, uncentred, times its singular value; of its two signs the one whose sum
/// is positive.
///
/// # Source
/// Muhammad, Yeasin, "Eigen-CAM", 2020.
pub fn eigen_cam(map: &Array) -> Vec<f64> {
    let (channels, places) = (map.values.len() / places(map), places(map));
    let map_values = |channel: usize| &map.values[channel * places..(channel + 1) * places];
    let projected = if channels <= places {
        let rows: Vec<Vec<f64>> = (0..channels)
            .map(|channel| map_values(channel).iter().copied().map(f64::from).collect())
            .collect();
        let (vector, _value) = first_eigenvector(&gram(&rows), channels);
        weighted(map, &vector)
    } else {
        let columns: Vec<Vec<f64>> = (0..places)
            .map(|place| map.values.iter().skip(place).step_by(places).copied().map(f64::from).collect())
            .collect();
        let (vector, value) = first_eigenvector(&gram(&columns), places);
        vector.into_iter().map(|entry| entry * value.sqrt()).collect()
    };
    let sign = if projected.iter().sum::<f64>() < 0.0 { -1.0 } else { 1.0 };
    projected.into_iter().map(|value| value * sign).collect()
}

/// Mean over a map.
pub fn mean(map: &[f64]) -> f64 {
    map.iter().sum::<f64>() / map.len().max(1) as f64
}

/// The sum of the channels, each times its weight.
fn weighted(map: &Array, weights: &[f64]) -> Vec<f64> {
    let places = places(map);
    let mut sums = vec![0.0; places];
    for (values, weight) in map.values.chunks(places).zip(weights) {
        sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += weight * f64::from(*value));
    }
    sums
}

fn places(map: &Array) -> usize {
    map.shape[1..].iter().product::<usize>().max(1)
}

/// All products of two of the vectors.
fn gram(vectors: &[Vec<f64>]) -> Vec<f64> {
    let count = vectors.len();
    let mut products = vec![0.0; count * count];
    for (row, one) in vectors.iter().enumerate() {
        for (column, other) in vectors[..=row].iter().enumerate() {
            let product = dot(one, other);
            products[row * count + column] = product;
            products[column * count + row] = product;
        }
    }
    products
}

/// By power iteration: a unit vector and its eigenvalue. Of a matrix of zeros, zeros.
fn first_eigenvector(matrix: &[f64], size: usize) -> (Vec<f64>, f64) {
    // Multiples of the golden ratio have no symmetry, so the start is perpendicular to no eigenvector that a picture could have.
    let start = (0..size).map(|index| 0.5 + (index as f64 * 0.618_033_988_749_895).fract());
    let mut vector: Vec<f64> = start.collect();
    let mut value = 0.0;
    for _step in 0..MAX_STEPS {
        let mut next: Vec<f64> = matrix.chunks(size).map(|row| dot(row, &vector)).collect();
        value = dot(&next, &next).sqrt();
        if value == 0.0 {
            return (next, value);
        }
        next.iter_mut().for_each(|entry| *entry /= value);
        let change: f64 = next.iter().zip(&vector).map(|(one, other)| (one - other).powi(2)).sum();
        vector = next;
        if change < SQUARED_CHANGE {
            break;
        }
    }
    (vector, value)
}

/// Several sums side by side, which the processor adds at once.
fn dot(one: &[f64], other: &[f64]) -> f64 {
    const LANES: usize = 8;
    let (ones, others) = (one.chunks_exact(LANES), other.chunks_exact(LANES));
    let rest: f64 = ones.remainder().iter().zip(others.remainder()).map(|(one, other)| one * other).sum();
    let mut sums = [0.0; LANES];
    for (one, other) in ones.zip(others) {
        for ((sum, one), other) in sums.iter_mut().zip(one).zip(other) {
            *sum += one * other;
        }
    }
    sums.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_near(values: &[f64], expected: &[f64]) -> bool {
        values.len() == expected.len()
            && values.iter().zip(expected).all(|(value, expected)| (value - expected).abs() < 1e-9)
    }

    #[test]
    fn a_cam_weights_channels_by_the_head() {
        let map = Array::new(vec![2, 1, 3], vec![1.0, 2.0, 3.0, 10.0, 0.0, -10.0]);
        assert_eq!(cam(&map, &[2.0, -0.5]), [-3.0, 4.0, 11.0]);
        assert_eq!(mean(&[-3.0, 4.0, 11.0]), 4.0);
    }

    #[test]
    fn a_grad_cam_weights_channels_by_their_mean_gradient_and_cuts_off() {
        let map = Array::new(vec![2, 1, 2], vec![1.0, 2.0, 3.0, 0.0]);
        let gradient = Array::new(vec![2, 1, 2], vec![1.0, 3.0, -4.0, 2.0]);
        assert_eq!(grad_cam(&map, &gradient), [0.0, 4.0]);
    }

    #[test]
    fn an_eigen_cam_is_the_first_singular_vector_from_either_side() {
        // 5 * outer([0.6, 0.8], [0, 1, 0]) + outer([0.8, -0.6], [1, 0, 0]), whose singular values are 5 and 1.
        let wide = Array::new(vec![2, 1, 3], vec![0.8, 3.0, 0.0, -0.6, 4.0, 0.0]);
        let values = eigen_cam(&wide);
        assert!(
            values.iter().zip([0.0, 5.0, 0.0]).all(|(one, other)| (one - other).abs() < 1e-6),
            "{values:?}"
        );
        // The same, transposed: more channels than places.
        let tall = Array::new(vec![3, 1, 2], vec![0.8, -0.6, 3.0, 4.0, 0.0, 0.0]);
        let values = eigen_cam(&tall);
        assert!(values.iter().zip([3.0, 4.0]).all(|(one, other)| (one - other).abs() < 1e-6), "{values:?}");
        // Its sign does not depend on that of the map.
        let negative =
            Array::new(vec![3, 1, 2], wide.values.iter().map(|value| -value).collect::<Vec<f32>>());
        assert!(eigen_cam(&negative).iter().sum::<f64>() > 0.0);
    }

    #[test]
    fn a_map_of_zeros_has_an_eigen_cam_of_zeros() {
        assert!(is_near(&eigen_cam(&Array::new(vec![2, 1, 2], vec![0.0; 4])), &[0.0; 2]));
        assert!(is_near(&eigen_cam(&Array::new(vec![3, 1, 2], vec![0.0; 6])), &[0.0; 2]));
    }

    #[test]
    fn products_are_summed_to_the_last_entry() {
        let vector: Vec<f64> = (1..=19_u8).map(f64::from).collect();
        assert_eq!(dot(&vector, &vector), 2470.0);
    }
}
