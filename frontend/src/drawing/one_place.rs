//! One place in two models: which depths correspond, and how far a patch's attention reaches, measured as an effective receptive field is.

/// How far weights lie from a patch, in pixels between the centres of patches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AttentionReach {
    /// Their mean distance.
    pub mean_px: f64,
    /// Distance within which 68 % of the weight lies.
    pub radius_68_px: f64,
    /// Distance within which 95 % of the weight lies.
    pub radius_95_px: f64,
}

/// The depth among `count` that stands as far through its model as `position` stands among `positions`.
pub fn at_depth(position: usize, positions: usize, count: usize) -> usize {
    let last = positions.saturating_sub(1).max(1) as f64;
    let depth = position as f64 / last * count.saturating_sub(1) as f64;
    (depth.round() as usize).min(count.saturating_sub(1))
}

/// Of the weights of all patches (`side` in a row), for the patch at (row, column). The weights are divided by their sum, which leaves out
/// what goes to other tokens. `None` where nothing goes to patches.
pub fn attention_reach(
    weights: &[f32],
    side: usize,
    patch_px: usize,
    place: [usize; 2],
) -> Option<AttentionReach> {
    let sum: f64 = weights.iter().map(|weight| f64::from(*weight)).sum();
    if side == 0 || sum <= 0.0 {
        return None;
    }
    let distance = |index: usize| {
        let (down, right) = ((index / side).abs_diff(place[0]), (index % side).abs_diff(place[1]));
        (down as f64).hypot(right as f64) * patch_px as f64
    };
    let mut shares: Vec<(f64, f64)> = weights
        .iter()
        .enumerate()
        .map(|(index, weight)| (distance(index), f64::from(*weight) / sum))
        .collect();
    let mean_px = shares.iter().map(|(distance, share)| distance * share).sum();
    shares.sort_by(|one, other| one.0.total_cmp(&other.0));
    Some(AttentionReach { mean_px, radius_68_px: radius(&shares, 0.68), radius_95_px: radius(&shares, 0.95) })
}

/// The first distance up to which a share lies, of distances in order.
fn radius(shares: &[(f64, f64)], share: f64) -> f64 {
    let mut held = 0.0;
    let reached = shares.iter().find(|(_distance, part)| {
        held += part;
        held >= share
    });
    reached.or(shares.last()).map_or(0.0, |(distance, _part)| *distance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depths_correspond_from_first_to_last() {
        let depths: Vec<usize> = (0..16).map(|position| at_depth(position, 16, 12)).collect();
        assert_eq!(depths, [0, 1, 1, 2, 3, 4, 4, 5, 6, 7, 7, 8, 9, 10, 10, 11]);
        assert_eq!((at_depth(5, 12, 12), at_depth(0, 1, 1), at_depth(3, 4, 1)), (5, 0, 0));
    }

    #[test]
    fn reach_is_measured_from_the_patch() {
        // All weight on the patch itself, then on one three to the right and four below.
        let mut weights = vec![0.0; 25];
        weights[0] = 0.5;
        let own = attention_reach(&weights, 5, 16, [0, 0]).expect("there is weight");
        assert_eq!((own.mean_px, own.radius_68_px, own.radius_95_px), (0.0, 0.0, 0.0));
        weights[4 * 5 + 3] = 0.125;
        let far = attention_reach(&weights, 5, 16, [0, 0]).expect("there is weight");
        assert_eq!((far.mean_px, far.radius_68_px, far.radius_95_px), (16.0, 0.0, 80.0));
        assert_eq!(attention_reach(&[0.0; 25], 5, 16, [0, 0]), None);
    }

    #[test]
    fn even_attention_over_a_vit_b_16_is_far() {
        let mean: f64 = (0..196)
            .filter_map(|query| attention_reach(&[1.0; 196], 14, 16, [query / 14, query % 14]))
            .map(|reach| reach.mean_px)
            .sum::<f64>()
            / 196.0;
        assert!((mean - 116.5).abs() < 0.05, "{mean}");
    }
}
