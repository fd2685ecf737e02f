//! Channels of a map, each for itself: what it holds, what it adds to a class's logit, and in which order they are shown.

use shared::views::{ChannelSort, ChannelSummary};

use super::Array;

/// What each channel holds; with the gradients of a logit, what it adds to that.
///
/// # Shapes
/// `maps` and `gradients`: `[channels, rows, columns]`; one summary for each channel.
pub fn summaries(maps: &Array, gradients: Option<&Array>) -> Vec<ChannelSummary> {
    let places = places(maps);
    let channels = maps.values.chunks(places).enumerate();
    let summary = |(index, values): (usize, &[f32])| {
        let gradients = gradients.map(|array| &array.values[index * places..(index + 1) * places]);
        let max = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        ChannelSummary {
            index,
            mean: (values.iter().copied().map(f64::from).sum::<f64>() / places as f64) as f32,
            min: values.iter().copied().fold(f32::INFINITY, f32::min),
            max,
            is_dead: max <= 0.0,
            contribution: gradients.map(|gradients| dot(values, gradients) as f32),
        }
    };
    channels.map(summary).collect()
}

/// The channels in an order; those that are equal in it, and those that have no contribution, by position.
pub fn sort(channels: &mut [ChannelSummary], order: ChannelSort) {
    let key = |channel: &ChannelSummary| match order {
        ChannelSort::Index => 0.0,
        ChannelSort::Mean => channel.mean,
        ChannelSort::Contribution => channel.contribution.unwrap_or(0.0),
    };
    channels.sort_by(|one, other| key(other).total_cmp(&key(one)));
}

/// The maps of some channels, in their order.
///
/// # Shapes
/// `maps`: `[channels, rows, columns]`, to as many as there are `channels`.
pub fn select(maps: &Array, channels: &[ChannelSummary]) -> Array {
    let places = places(maps);
    let values = channels.iter().flat_map(|channel| {
        maps.values[channel.index * places..(channel.index + 1) * places].iter().copied()
    });
    let shape = [&[channels.len()], &maps.shape[1..]].concat();
    Array::new(shape, values.collect::<Vec<f32>>())
}

/// Each feature of a stream of tokens as a map over the patches; the tokens before the first patch are left out.
///
/// # Shapes
/// `tokens`: `[num_leading + side * side, dim]`, to `[dim, side, side]`.
pub fn of_tokens(tokens: &Array, num_leading: usize, side: usize) -> Array {
    let dim = tokens.shape.last().copied().unwrap_or(0);
    let patches = &tokens.values[num_leading * dim..];
    let values = (0..dim).flat_map(|feature| patches.iter().skip(feature).step_by(dim.max(1)).copied());
    Array::new(vec![dim, side, side], values.collect::<Vec<f32>>())
}

fn places(maps: &Array) -> usize {
    maps.shape[1..].iter().product::<usize>().max(1)
}

fn dot(one: &[f32], other: &[f32]) -> f64 {
    one.iter().zip(other).map(|(one, other)| f64::from(*one) * f64::from(*other)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn maps() -> Array {
        Array::new(vec![3, 1, 2], vec![1.0, 3.0, -1.0, 0.0, 5.0, -1.0])
    }

    #[test]
    fn a_channel_without_a_value_above_zero_is_dead() {
        let channels = summaries(&maps(), None);
        let is_dead: Vec<bool> = channels.iter().map(|channel| channel.is_dead).collect();
        assert_eq!(is_dead, [false, true, false]);
        let means: Vec<f32> = channels.iter().map(|channel| channel.mean).collect();
        assert_eq!(means, [2.0, -0.5, 2.0]);
        assert_eq!((channels[2].min, channels[2].max, channels[2].contribution), (-1.0, 5.0, None));
    }

    #[test]
    fn a_contribution_is_value_times_gradient_summed() {
        let gradients = Array::new(vec![3, 1, 2], vec![1.0, -1.0, 4.0, 9.0, 0.5, 0.5]);
        let channels = summaries(&maps(), Some(&gradients));
        let contributions: Vec<Option<f32>> = channels.iter().map(|channel| channel.contribution).collect();
        assert_eq!(contributions, [Some(-2.0), Some(-4.0), Some(2.0)]);
    }

    #[test]
    fn the_largest_stand_first_and_equal_ones_by_position() {
        let gradients = Array::new(vec![3, 1, 2], vec![1.0, -1.0, 4.0, 9.0, 0.5, 0.5]);
        for (order, expected) in [
            (ChannelSort::Index, [0, 1, 2]),
            (ChannelSort::Mean, [0, 2, 1]),
            (ChannelSort::Contribution, [2, 0, 1]),
        ] {
            let mut channels = summaries(&maps(), Some(&gradients));
            sort(&mut channels, order);
            let indices: Vec<usize> = channels.iter().map(|channel| channel.index).collect();
            assert_eq!(indices, expected, "{order:?}");
            let selected = select(&maps(), &channels[..1]);
            assert_eq!(selected.shape, [1, 1, 2]);
            assert_eq!(selected.values[..], maps().values[expected[0] * 2..expected[0] * 2 + 2]);
        }
    }

    #[test]
    fn a_feature_of_tokens_is_a_map_of_patches() {
        let tokens = Array::new(vec![5, 2], (0..10_u8).map(f32::from).collect::<Vec<f32>>());
        let maps = of_tokens(&tokens, 1, 2);
        assert_eq!(maps.shape, [2, 2, 2]);
        assert_eq!(maps.values[..], [2.0, 4.0, 6.0, 8.0, 3.0, 5.0, 7.0, 9.0]);
    }
}
