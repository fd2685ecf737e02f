//! What a slide of the crop did to the answers: how far each model's went, between neighbours and over a whole stride.

use shared::views::{ExperimentPoint, TopClass};
use shared::{Graph, ModelSlot, ReceptiveField, TokenLayout};

use super::{Quantity, outcome};
use crate::drawing::grid::Grid;

/// How a model's answer followed the shift.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sensitivity {
    /// The largest change of the probability of what came first, with its sign.
    pub change: f32,
    /// Where, to the right and down.
    pub shift_px: [f64; 2],
    /// Shifts at which another class comes first.
    pub num_other_first: usize,
    /// Mean size of the change from one shift to one a pixel further, along an axis.
    pub by_one_px: Option<f32>,
    /// Mean size of the change from one shift to one a whole stride further, along an axis.
    pub by_a_stride: Option<f32>,
}

/// How a model's answer followed the shift; `None` where it was not asked.
pub fn sensitivity(
    points: &[ExperimentPoint],
    slot: ModelSlot,
    unchanged: &TopClass,
    stride_px: usize,
) -> Option<Sensitivity> {
    let answered = || points.iter().filter_map(|point| Some((point, outcome(point, slot)?)));
    let change = |probability: f32| probability - unchanged.probability;
    let (furthest, answer) = answered().max_by(|(_, one), (_, other)| {
        change(one.probability).abs().total_cmp(&change(other.probability).abs())
    })?;
    Some(Sensitivity {
        change: change(answer.probability),
        shift_px: shift(furthest),
        num_other_first: answered().filter(|(_point, answer)| answer.top.class != unchanged.class).count(),
        by_one_px: mean_change(points, slot, 1.0),
        by_a_stride: mean_change(points, slot, stride_px as f64),
    })
}

/// Shift of a point to the right and down.
pub fn shift(point: &ExperimentPoint) -> [f64; 2] {
    [0, 1].map(|axis| point.setting.get(axis).copied().unwrap_or(0.0))
}

/// Mean size of the change of the probability between points that lie so far from each other along one axis; `None` where none do.
pub fn mean_change(points: &[ExperimentPoint], slot: ModelSlot, distance_px: f64) -> Option<f32> {
    let mut changes = Vec::new();
    for (index, one) in points.iter().enumerate() {
        for other in &points[index + 1..] {
            let (from, to) = (shift(one), shift(other));
            let steps = [(to[0] - from[0]).abs(), (to[1] - from[1]).abs()];
            if steps == [distance_px, 0.0] || steps == [0.0, distance_px] {
                let pair = outcome(one, slot).zip(outcome(other, slot));
                changes.extend(pair.map(|(one, other)| (one.probability - other.probability).abs()));
            }
        }
    }
    (!changes.is_empty()).then(|| changes.iter().sum::<f32>() / changes.len() as f32)
}

/// The step in pixels between what neighbouring units of a model's last map, or its patches, look at.
pub fn stride_px(graph: &Graph) -> usize {
    let jump = |field: ReceptiveField| match field {
        ReceptiveField::Local { jump_px, .. } => Some(jump_px),
        ReceptiveField::Global => None,
    };
    let of_maps = || graph.nodes.iter().filter_map(|node| jump(node.receptive_field)).max();
    TokenLayout::of(graph).map(|layout| layout.patch_size_px).or_else(of_maps).unwrap_or(1)
}

/// Whole strides from the first shift to the last.
pub fn stride_marks(shifts_px: (f64, f64), stride_px: usize) -> Vec<f64> {
    let stride = stride_px.max(1) as f64;
    let count = ((shifts_px.1 - shifts_px.0) / stride).floor().max(0.0) as usize;
    (0..=count).map(|index| shifts_px.0 + index as f64 * stride).collect()
}

/// A model's answers over a square of shifts, rows going down; no number where the point has not come yet.
pub fn square(
    points: &[ExperimentPoint],
    num_points: usize,
    slot: ModelSlot,
    quantity: Quantity,
) -> Option<Grid> {
    let mut values = vec![f32::NAN; num_points];
    for point in points {
        *values.get_mut(point.index)? = quantity.of(outcome(point, slot)?);
    }
    Grid::square(values)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{answer, class, point};
    use super::*;
    use shared::architecture::{BlockKind, Pooling, ResNetConfig, VitConfig};

    fn slide() -> Vec<ExperimentPoint> {
        // Along x, probability by shift: a wave of period 2.
        let answers = [(-2.0, 0.5, 3), (-1.0, 0.1, 8), (0.0, 0.5, 3), (1.0, 0.2, 8), (2.0, 0.4, 3)];
        let points = answers.iter().enumerate().map(|(index, (shift, probability, first))| ExperimentPoint {
            index,
            ..point(&[*shift, 0.0], vec![answer(ModelSlot::Vit, *probability, *first)])
        });
        points.collect()
    }

    #[test]
    fn the_furthest_answer_is_found() {
        let seen = sensitivity(&slide(), ModelSlot::Vit, &class(3, 0.5), 2).expect("the ViT was asked");
        assert!((seen.change + 0.4).abs() < 1e-6);
        assert_eq!((seen.shift_px, seen.num_other_first), ([-1.0, 0.0], 2));
        assert!((seen.by_one_px.expect("neighbours") - (0.4 + 0.4 + 0.3 + 0.2) / 4.0).abs() < 1e-6);
        assert!((seen.by_a_stride.expect("pairs") - (0.0 + 0.1 + 0.1) / 3.0).abs() < 1e-6);
        assert_eq!(sensitivity(&slide(), ModelSlot::Resnet, &class(3, 0.5), 2), None);
        assert_eq!(mean_change(&slide(), ModelSlot::Vit, 9.0), None);
    }

    #[test]
    fn strides_are_read_off_the_graph() {
        let resnet =
            ResNetConfig { block: BlockKind::Basic, stage_depths: [1; 4], num_classes: 3, image_size: 64 };
        assert_eq!(stride_px(&resnet.graph()), 32);
        let vit = VitConfig {
            dim: 8,
            depth: 1,
            num_heads: 2,
            mlp_dim: 16,
            patch_size: 8,
            image_size: 32,
            num_classes: 2,
            layer_norm_epsilon: 1e-6,
            pooling: Pooling::ClassToken,
        };
        assert_eq!(stride_px(&vit.graph()), 8);
        assert_eq!(stride_marks((-16.0, 16.0), 16), [-16.0, 0.0, 16.0]);
        assert_eq!(stride_marks((-16.0, 16.0), 32), [-16.0, 16.0]);
        assert_eq!(stride_marks((-10.0, 10.0), 32), [-10.0]);
    }

    #[test]
    fn a_square_fills_as_its_points_come() {
        let points = &slide()[..3];
        let grid = square(points, 4, ModelSlot::Vit, Quantity::Probability).expect("a square");
        assert_eq!(grid.values[..3], [0.5, 0.1, 0.5]);
        assert!(grid.values[3].is_nan());
        assert_eq!(square(points, 5, ModelSlot::Vit, Quantity::Probability), None);
    }
}
