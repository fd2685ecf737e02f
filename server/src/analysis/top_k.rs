//! From logits to a ranking: softmax, then from the most to the least probable.

/// A class's place among the logits and what the model gives it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RankedClass {
    /// Position among the logits.
    pub index: usize,
    /// Softmax of the logits.
    pub probability: f32,
    /// The head's output.
    pub logit: f32,
}

/// Ranks all classes; equal logits stay in the order of their positions. `None` where a logit is not finite, because nothing
/// can be said of such an answer.
///
/// The exponentials are taken and summed in f64 after the largest logit was subtracted, so that no logit overflows and the
/// probabilities are right to the last digit of f32.
///
/// # Shapes
/// `logits`: `[classes]`; the result has as many entries.
pub fn rank(logits: &[f32]) -> Option<Vec<RankedClass>> {
    if !logits.iter().all(|logit| logit.is_finite()) {
        return None;
    }
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let exponential = |logit: f32| (f64::from(logit) - f64::from(largest)).exp();
    let sum: f64 = logits.iter().copied().map(exponential).sum();
    let class = |(index, &logit): (usize, &f32)| RankedClass {
        index,
        probability: (exponential(logit) / sum) as f32,
        logit,
    };
    let mut classes: Vec<RankedClass> = logits.iter().enumerate().map(class).collect();
    classes.sort_by(|left, right| right.logit.total_cmp(&left.logit));
    Some(classes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_are_the_softmax() {
        // `torch.softmax(torch.tensor([1., 3., -2., 3.], dtype=torch.float64), 0)` of PyTorch 2.15.
        let expected = [(1, 0.466_837_45), (3, 0.466_837_45), (0, 0.063_179_58), (2, 0.003_145_526)];
        let ranked = rank(&[1.0, 3.0, -2.0, 3.0]).expect("finite logits");
        for (class, (index, probability)) in ranked.iter().zip(expected) {
            assert_eq!(class.index, index, "the larger first, equal ones by position");
            assert!((class.probability - probability).abs() < 1e-8, "{class:?} against {probability}");
        }
    }

    #[test]
    fn large_logits_do_not_overflow() {
        let ranked = rank(&[-3.0e38, 3.0e38, 2.0e38]).expect("finite logits");
        let probabilities: Vec<f32> = ranked.iter().map(|class| class.probability).collect();
        assert_eq!(probabilities, [1.0, 0.0, 0.0]);
        let sum: f64 = rank(&[80.0; 1000])
            .expect("finite logits")
            .iter()
            .map(|class| f64::from(class.probability))
            .sum();
        assert!((sum - 1.0).abs() < 1e-6, "{sum}");
    }

    #[test]
    fn nothing_is_said_of_logits_that_are_no_numbers() {
        for logit in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            assert_eq!(rank(&[0.0, logit]), None);
        }
        assert_eq!(rank(&[]), Some(Vec::new()));
    }
}
