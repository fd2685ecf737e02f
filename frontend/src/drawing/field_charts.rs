//! The charts beside a receptive field: how the field grows with depth, and how the paths through a residual network are spread over
//! fields. Positions are shares of the chart, 0 to 1.

/// How the fields of all paths are spread.
#[derive(Clone, Debug, PartialEq)]
pub struct PathSpread {
    /// How many paths there are.
    pub total: u64,
    /// Their mean field in pixels.
    pub mean_px: f64,
    /// The least field that at least half of them do not exceed.
    pub median_px: usize,
    /// Share of them whose field is no larger than the picture.
    pub share_inside: f64,
    /// Columns of the histogram, all of one width.
    pub bins: Vec<Bin>,
}

/// A column of a histogram.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bin {
    /// The least field in it.
    pub from_px: usize,
    /// The first that is beyond it.
    pub to_px: usize,
    /// Share of all paths.
    pub share: f64,
}

/// Summary of `(field, paths)` from the smallest field; `None` of nothing.
pub fn path_spread(paths: &[(usize, u64)], side_px: usize, max_bins: usize) -> Option<PathSpread> {
    let total: u64 = paths.iter().map(|(_size_px, count)| count).sum();
    let ((first, _), (last, _)) = (paths.first()?, paths.last()?);
    let weighted: f64 = paths.iter().map(|(size_px, count)| *size_px as f64 * *count as f64).sum();
    let up_to = |size_px: usize| -> u64 {
        paths.iter().filter(|(size, _count)| *size <= size_px).map(|(_size, count)| count).sum()
    };
    let median_px = paths.iter().map(|(size_px, _count)| *size_px).find(|size| 2 * up_to(*size) >= total);
    // All fields lie a multiple of one step apart: a column as wide as a multiple of it holds as many of them as every other.
    let step = paths.iter().fold(0, |step, (size_px, _count)| greatest_divisor(step, size_px - first)).max(1);
    let width = step * ((last - first) / step + 1).div_ceil(max_bins.max(1));
    let starts = (*first..=*last).step_by(width);
    let bin = |from_px: usize| {
        let inside = paths.iter().filter(|(size_px, _count)| (from_px..from_px + width).contains(size_px));
        let count: u64 = inside.map(|(_size_px, count)| count).sum();
        Bin { from_px, to_px: from_px + width, share: count as f64 / total as f64 }
    };
    Some(PathSpread {
        total,
        mean_px: weighted / total as f64,
        median_px: median_px?,
        share_inside: up_to(side_px) as f64 / total as f64,
        bins: starts.map(bin).collect(),
    })
}

fn greatest_divisor(one: usize, other: usize) -> usize {
    if other == 0 { one } else { greatest_divisor(other, one % other) }
}

#[cfg(test)]
mod tests {
    use shared::architecture::{BlockKind, ResNetConfig};
    use shared::receptive_field::path_distribution;

    use super::*;

    #[test]
    fn paths_of_a_resnet_50_are_spread_as_published() {
        let (block, stage_depths) = (BlockKind::Bottleneck, [3, 4, 6, 3]);
        let config = ResNetConfig { block, stage_depths, num_classes: 2, image_size: 224 };
        let spread = path_spread(&path_distribution(&config), 224, 28).expect("there are paths");
        assert_eq!((spread.total, spread.mean_px, spread.median_px), (65_536, 219.0, 219));
        assert!((spread.share_inside - 0.524).abs() < 5e-4);
        assert_eq!((spread.bins.len(), spread.bins[0].from_px, spread.bins[0].to_px), (27, 11, 27));
        assert!((spread.bins.iter().map(|bin| bin.share).sum::<f64>() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn columns_hold_equally_many_steps() {
        let spread = path_spread(&[(3, 1), (7, 2), (15, 1)], 7, 2).expect("there are paths");
        assert_eq!((spread.median_px, spread.share_inside), (7, 0.75));
        let bins = [(3, 11, 0.75), (11, 19, 0.25)];
        let bins = bins.map(|(from_px, to_px, share)| Bin { from_px, to_px, share });
        assert_eq!(spread.bins, bins);
        assert_eq!(path_spread(&[], 7, 2), None);
        assert_eq!(path_spread(&[(5, 4)], 7, 2).map(|spread| spread.bins.len()), Some(1));
    }
}
