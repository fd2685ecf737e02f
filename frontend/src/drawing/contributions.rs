//! What each feature adds to a logit of the linear head, `w[class][k] * x[k]`, and that all of it and the bias are the logit.

/// What one feature adds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contribution {
    /// Position in the feature vector.
    pub feature: usize,
    /// What the backbone found.
    pub value: f32,
    /// What the class makes of it.
    pub weight: f32,
    /// Their product.
    pub product: f64,
}

/// A logit, taken apart.
#[derive(Clone, Debug, PartialEq)]
pub struct LogitParts {
    /// The contributions of the largest magnitude, largest first.
    pub largest: Vec<Contribution>,
    /// How many features are not among them.
    pub num_others: usize,
    /// What those add together.
    pub others: f64,
    /// What the class gets in any case.
    pub bias: f32,
    /// All of it.
    pub logit: f64,
}

/// Where a bar of a running sum begins and ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// The sum before.
    pub from: f64,
    /// The sum after.
    pub to: f64,
}

/// Takes a logit apart; `None` unless there is a weight for each feature. Sums are taken in twice the precision of the
/// model, so that a difference to its logit is the model's rounding.
pub fn logit_parts(features: &[f32], weights: &[f32], bias: f32, num_shown: usize) -> Option<LogitParts> {
    if features.is_empty() || features.len() != weights.len() {
        return None;
    }
    let mut all: Vec<Contribution> = features
        .iter()
        .zip(weights)
        .enumerate()
        .map(|(feature, (&value, &weight))| Contribution {
            feature,
            value,
            weight,
            product: f64::from(value) * f64::from(weight),
        })
        .collect();
    all.sort_by(|first, second| second.product.abs().total_cmp(&first.product.abs()));
    let shown = num_shown.min(all.len());
    let sum = |part: &[Contribution]| part.iter().map(|contribution| contribution.product).sum::<f64>();
    let others = sum(&all[shown..]);
    let logit = sum(&all[..shown]) + others + f64::from(bias);
    let num_others = all.len() - shown;
    all.truncate(shown);
    Some(LogitParts { largest: all, num_others, others, bias, logit })
}

impl LogitParts {
    /// The running sum from zero to the logit: a span for each of the largest, one for the others, one for the bias.
    pub fn spans(&self) -> Vec<Span> {
        let steps = self.largest.iter().map(|contribution| contribution.product);
        let steps = steps.chain([self.others, f64::from(self.bias)]);
        steps
            .scan(0.0, |sum, step| {
                let from = *sum;
                *sum += step;
                Some(Span { from, to: *sum })
            })
            .collect()
    }

    /// The least and the largest of the running sum, zero included.
    pub fn reach(&self) -> (f64, f64) {
        let ends = self.spans().into_iter().map(|span| span.to);
        ends.fold((0.0, 0.0), |(low, high), end| (end.min(low), end.max(high)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logit_is_its_parts() {
        let parts = logit_parts(&[1.0, 2.0, -3.0, 0.5], &[0.5, -4.0, -1.0, 2.0], 0.25, 2)
            .expect("as many weights as features");
        let largest: Vec<(usize, f64)> =
            parts.largest.iter().map(|contribution| (contribution.feature, contribution.product)).collect();
        assert_eq!(largest, [(1, -8.0), (2, 3.0)]);
        assert_eq!((parts.num_others, parts.others, parts.logit), (2, 1.5, -3.25));
        let ends: Vec<f64> = parts.spans().into_iter().map(|span| span.to).collect();
        assert_eq!(ends, [-8.0, -5.0, -3.5, -3.25]);
        assert_eq!(parts.reach(), (-8.0, 0.0));
    }

    #[test]
    fn odd_questions_have_answers() {
        assert_eq!(logit_parts(&[1.0], &[1.0, 2.0], 0.0, 3), None);
        assert_eq!(logit_parts(&[], &[], 0.0, 3), None);
        let parts = logit_parts(&[2.0], &[3.0], 1.0, 12).expect("as many weights as features");
        assert_eq!((parts.largest.len(), parts.num_others, parts.others, parts.logit), (1, 0, 0.0, 7.0));
    }
}
