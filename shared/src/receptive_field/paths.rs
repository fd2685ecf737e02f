//! A residual network as many paths: each block is either gone through or skipped, and each such path sees a field of its own.
//!
//! Source: Veit, Wilber, Belongie, "Residual Networks Behave Like Ensembles of Relatively Shallow Networks", 2016.

use std::collections::BTreeMap;

use crate::architecture::ResNetConfig;
use crate::architecture::resnet::BlockSpec;
use crate::receptive_field::ReceptiveField;

/// Field of a path after the last block: side in pixels, and how many of all paths have it, from the smallest. There are two to the power
/// of the number of blocks. Along one axis, not clipped to the image.
pub fn path_distribution(config: &ResNetConfig) -> Vec<(usize, u64)> {
    let (stem, pool) = (config.stem(), config.stem_pool());
    let stem = ReceptiveField::PIXEL
        .through_window(stem.kernel_size, stem.stride, stem.padding)
        .through_window(pool.kernel_size, pool.stride, pool.padding);
    let ReceptiveField::Local { size_px, mut jump_px, .. } = stem else { return Vec::new() };
    let mut paths = BTreeMap::from([(size_px, 1_u64)]);
    for block in (1..=config.stage_depths.len()).flat_map(|stage| config.stage_blocks(stage)) {
        let (grown_px, next_jump_px) = through_branch(&block, jump_px);
        // The shortcut's window is one unit: it adds nothing to a path's field.
        let mut longer = paths.clone();
        for (size_px, count) in paths {
            *longer.entry(size_px + grown_px).or_default() += count;
        }
        (paths, jump_px) = (longer, next_jump_px);
    }
    paths.into_iter().collect()
}

/// Pixels that a block's residual branch adds to a field, and the jump behind it.
fn through_branch(block: &BlockSpec, jump_px: usize) -> (usize, usize) {
    block.branch.iter().fold((0, jump_px), |(grown_px, jump_px), conv| {
        (grown_px + (conv.kernel_size - 1) * jump_px, jump_px * conv.stride)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::architecture::BlockKind;

    #[test]
    fn the_paths_of_a_resnet_50_are_the_published_ones() {
        let (block, stage_depths) = (BlockKind::Bottleneck, [3, 4, 6, 3]);
        let config = ResNetConfig { block, stage_depths, num_classes: 257, image_size: 224 };
        let paths = path_distribution(&config);
        let total: u64 = paths.iter().map(|(_size_px, count)| count).sum();
        assert_eq!(total, 65_536);
        assert_eq!((paths.first(), paths.last()), (Some(&(11, 1)), Some(&(427, 1))));
        let sum: u64 = paths.iter().map(|(size_px, count)| *size_px as u64 * count).sum();
        assert_eq!(sum, 219 * total, "their mean is 219");
        let up_to = |side_px: usize| -> u64 {
            paths.iter().filter(|(size_px, _count)| *size_px <= side_px).map(|(_size_px, count)| count).sum()
        };
        assert!(up_to(218) < total / 2 && up_to(219) > total / 2, "their median is 219");
        assert_eq!((up_to(224) as f64 / total as f64 * 1000.0).round(), 524.0);
    }

    #[test]
    fn the_longest_path_is_the_graphs_field() {
        let (block, stage_depths) = (BlockKind::Basic, [2, 2, 2, 2]);
        let config = ResNetConfig { block, stage_depths, num_classes: 10, image_size: 64 };
        let last = config.graph().node(&"layer4.1".into()).expect("the last block").receptive_field;
        assert_eq!(
            path_distribution(&config).last().map(|(size_px, _count)| *size_px),
            Some(last.size_px(0))
        );
    }
}
