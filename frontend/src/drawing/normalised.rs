//! From a pixel's value to the number that a model reads, step by step, and whether a tensor holds exactly that.

use shared::Preprocessing;

use super::pixels::{CHANNELS, LEVELS, Pixels};
use crate::api::Array;

/// A channel of a pixel on its way into the model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Steps {
    /// 0 to 255, as in the picture.
    pub level: u8,
    /// 0 to 1.
    pub unit: f32,
    /// Less the mean.
    pub centred: f32,
    /// Divided by the standard deviation.
    pub normalised: f32,
}

/// The largest difference between a tensor and the formula.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Agreement {
    /// How many values were compared.
    pub values: usize,
    /// The largest difference, as a part of the largest magnitude in the tensor.
    pub largest_difference: f32,
}

/// The steps of one channel's value, in the precision in which the server takes them.
pub fn steps(preprocessing: &Preprocessing, channel: usize, level: u8) -> Steps {
    let unit = f32::from(level) / (LEVELS - 1) as f32;
    let centred = unit - preprocessing.mean[channel];
    Steps { level, unit, centred, normalised: centred / preprocessing.std[channel] }
}

/// Compares `[3, height, width]` with the pixels that it was made from; `None` where the sizes differ.
pub fn agreement(preprocessing: &Preprocessing, tensor: &Array, pixels: &Pixels) -> Option<Agreement> {
    if tensor.shape != [CHANNELS, pixels.height, pixels.width] || tensor.values.is_empty() {
        return None;
    }
    let (mut difference, mut magnitude) = (0.0_f32, 0.0_f32);
    for (position, &value) in tensor.values.iter().enumerate() {
        let (channel, pixel) = (position / pixels.count(), position % pixels.count());
        let [red, green, blue] = pixels.at(pixel % pixels.width, pixel / pixels.width)?;
        let expected = steps(preprocessing, channel, [red, green, blue][channel]).normalised;
        difference = difference.max((value - expected).abs());
        magnitude = magnitude.max(expected.abs());
    }
    Some(Agreement {
        values: tensor.values.len(),
        largest_difference: difference / magnitude.max(f32::MIN_POSITIVE),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn black_and_white_end_at_the_formulas_ends() {
        let preprocessing =
            Preprocessing { mean: [0.5, 0.25, 0.0], std: [0.5, 0.25, 2.0], ..Preprocessing::default() };
        assert_eq!(steps(&preprocessing, 0, 0).normalised, -1.0);
        assert_eq!(steps(&preprocessing, 0, 255).normalised, 1.0);
        assert_eq!(
            steps(&preprocessing, 1, 255),
            Steps { level: 255, unit: 1.0, centred: 0.75, normalised: 3.0 }
        );
        assert_eq!(steps(&preprocessing, 2, 255).normalised, 0.5);
    }

    #[test]
    fn a_tensor_that_is_not_the_formulas_is_found() {
        let preprocessing = Preprocessing { mean: [0.0; 3], std: [1.0; 3], ..Preprocessing::default() };
        let pixels = Pixels { width: 2, height: 1, rgba: vec![0, 255, 0, 255, 255, 0, 255, 255] };
        let tensor = |values: Vec<f32>| Array { shape: vec![3, 1, 2], values };
        let exact = agreement(&preprocessing, &tensor(vec![0.0, 1.0, 1.0, 0.0, 0.0, 1.0]), &pixels);
        assert_eq!(exact, Some(Agreement { values: 6, largest_difference: 0.0 }));
        let wrong = agreement(&preprocessing, &tensor(vec![0.0, 1.0, 1.0, 0.0, 0.25, 1.0]), &pixels);
        assert_eq!(wrong.map(|agreement| agreement.largest_difference), Some(0.25));
        let transposed = Array { shape: vec![3, 2, 1], values: vec![0.0; 6] };
        assert_eq!(agreement(&preprocessing, &transposed, &pixels), None);
    }
}
