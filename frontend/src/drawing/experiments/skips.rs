//! What switching off a part of each block did to the answers.

use shared::views::{ExperimentPoint, TopClass};
use shared::{Graph, ModelSlot, NodeId};

use super::{blocks, outcome};

/// What one block's part was worth.
#[derive(Clone, Debug, PartialEq)]
pub struct Damage {
    /// The block.
    pub node: NodeId,
    /// Probability of what came first on the intact model that is lost without the part; below zero if it grows.
    pub lost: f32,
    /// What comes first without it.
    pub first: String,
    /// Whether that is another class.
    pub is_other: bool,
}

/// What all blocks of a model say together.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// The block whose part was worth most.
    pub worst: Damage,
    /// Mean over the blocks.
    pub mean_lost: f32,
    /// Blocks without whose part another class comes first.
    pub num_other_first: usize,
    /// Blocks that were tried.
    pub num_blocks: usize,
}

/// The damage block by block, as far as points have come.
pub fn damage(
    points: &[ExperimentPoint],
    graph: &Graph,
    slot: ModelSlot,
    unchanged: &TopClass,
) -> Vec<Damage> {
    let blocks: Vec<&NodeId> = blocks(graph).map(|node| &node.id).collect();
    let of_point = |point: &ExperimentPoint| {
        let outcome = outcome(point, slot)?;
        let node = blocks.get(*point.setting.first()? as usize)?;
        Some(Damage {
            node: (*node).clone(),
            lost: unchanged.probability - outcome.probability,
            first: outcome.top.label.clone(),
            is_other: outcome.top.class != unchanged.class,
        })
    };
    points.iter().filter_map(of_point).collect()
}

/// What the blocks say together; `None` before the first.
pub fn summary(damage: &[Damage]) -> Option<Summary> {
    let worst = damage.iter().max_by(|one, other| one.lost.total_cmp(&other.lost))?;
    let num_blocks = damage.len();
    Some(Summary {
        worst: worst.clone(),
        mean_lost: damage.iter().map(|damage| damage.lost).sum::<f32>() / num_blocks as f32,
        num_other_first: damage.iter().filter(|damage| damage.is_other).count(),
        num_blocks,
    })
}

/// Where a bar begins and how long it is, 0 to 1, on an axis that all bars share and that holds zero.
pub fn bar(lost: f32, (low, high): (f32, f32)) -> [f64; 2] {
    let span = f64::from(high - low).max(f64::EPSILON);
    let place = |value: f32| (f64::from(value - low) / span).clamp(0.0, 1.0);
    let (from, to) = (place(lost.min(0.0)), place(lost.max(0.0)));
    [from, to - from]
}

/// The axis of the bars: from the largest gain, or zero, to the largest loss.
pub fn bar_range<'damage>(damage: impl Iterator<Item = &'damage Damage>) -> (f32, f32) {
    let ends =
        damage.fold((0.0_f32, 0.0_f32), |(low, high), damage| (low.min(damage.lost), high.max(damage.lost)));
    if ends.0 < ends.1 { ends } else { (0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{answer, class, point};
    use super::*;
    use shared::architecture::{BlockKind, ResNetConfig};

    #[test]
    fn damage_is_that_of_the_block_of_the_point() {
        let config = ResNetConfig {
            block: BlockKind::Basic,
            stage_depths: [2, 1, 1, 1],
            num_classes: 3,
            image_size: 64,
        };
        let of = |position, probability, first| {
            point(&[position], vec![answer(ModelSlot::Resnet, probability, first)])
        };
        let points = [
            of(0.0, 0.1, 2),
            of(1.0, 0.9, 1),
            of(2.0, 0.5, 1),
            point(&[0.0], vec![answer(ModelSlot::Vit, 0.0, 2)]),
        ];
        let seen = damage(&points, &config.graph(), ModelSlot::Resnet, &class(1, 0.8));
        let nodes: Vec<&str> = seen.iter().map(|damage| damage.node.as_str()).collect();
        assert_eq!(nodes, ["layer1.0", "layer1.1", "layer2.0"]);
        let all = summary(&seen).expect("points");
        assert_eq!((all.worst.node.as_str(), all.num_other_first, all.num_blocks), ("layer1.0", 1, 3));
        assert!((all.mean_lost - 0.3).abs() < 1e-6);
        assert_eq!(summary(&[]), None);
        let (low, high) = bar_range(seen.iter());
        assert!((low + 0.1).abs() < 1e-6 && (high - 0.7).abs() < 1e-6);
    }

    #[test]
    fn bars_begin_at_zero_to_either_side() {
        assert_eq!(bar(0.5, (-0.5, 0.5)), [0.5, 0.5]);
        assert_eq!(bar(-0.25, (-0.5, 0.5)), [0.25, 0.25]);
        assert_eq!(bar(0.0, (0.0, 1.0)), [0.0, 0.0]);
    }
}
