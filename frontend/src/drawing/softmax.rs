//! Softmax with its steps: subtract the largest logit, take the exponential, divide by the sum.

/// What all terms of a softmax share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Softmax {
    largest: f64,
    sum: f64,
    temperature: f64,
}

/// One class on its way from a logit to a probability.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Term {
    /// Distance to the largest logit, at most 0.
    pub difference: f64,
    /// e to that power, at most 1.
    pub exponential: f64,
    /// Its part of the sum.
    pub probability: f64,
}

impl Softmax {
    /// Of all logits, each divided by `temperature` first; 1 is what the models do.
    pub fn new(logits: &[f32], temperature: f64) -> Self {
        let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let largest = if largest.is_finite() { f64::from(largest) } else { 0.0 };
        let mut softmax = Self { largest, sum: 1.0, temperature };
        softmax.sum = logits.iter().map(|&logit| softmax.term(logit).exponential).sum();
        softmax
    }

    /// The sum of all exponentials, at least 1.
    pub fn sum(&self) -> f64 {
        self.sum
    }

    /// One class.
    pub fn term(&self, logit: f32) -> Term {
        let difference = (f64::from(logit) - self.largest) / self.temperature;
        let exponential = difference.exp();
        Term { difference, exponential, probability: exponential / self.sum }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_add_up_to_one() {
        let logits = [2.0_f32.ln(), 0.0, 0.0];
        let softmax = Softmax::new(&logits, 1.0);
        assert!((softmax.sum() - 2.0).abs() < 1e-6);
        let probabilities = logits.map(|logit| softmax.term(logit).probability);
        assert!((probabilities[0] - 0.5).abs() < 1e-6 && (probabilities[1] - 0.25).abs() < 1e-6);
        // Logits of a thousand would overflow without the subtraction.
        assert_eq!(Softmax::new(&[1000.0, 1000.0], 1.0).term(1000.0).probability, 0.5);
    }

    #[test]
    fn a_low_temperature_sharpens_and_a_high_one_levels() {
        let first = |temperature: f64| Softmax::new(&[1.0, 0.0], temperature).term(1.0).probability;
        assert!(first(0.25) > first(1.0) && first(1.0) > first(4.0) && first(4.0) > 0.5);
    }
}
