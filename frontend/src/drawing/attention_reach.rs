//! How far a network looks, by depth: the mean attention distance of heads, and for a CNN the distance that a unit would look on
//! average if it weighed its whole theoretical field evenly. The same measure for both, so that one axis holds them.
//!
//! Source of the distance: Dosovitskiy and others 2021, figure 7; Raghu and others 2021.

use shared::receptive_field::Span;
use shared::{Graph, NodeId, ReceptiveField};

use super::receptive::{FieldStep, steps};

/// Units along each axis that stand for all: more change no digit that is shown.
const MAX_UNITS: usize = 15;
/// Places along each side of a field at which the distance is taken.
const PLACES: usize = 24;

/// How far the units of a layer look.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldReach {
    /// The layer.
    pub node: NodeId,
    /// Side of the theoretical field, not clipped.
    pub size_px: usize,
    /// Mean distance from a unit's centre to the pixels of its field inside the picture, over all units.
    pub even_px: f64,
}

/// The layers of a CNN, over a picture of `side_px` pixels.
pub fn field_reaches(graph: &Graph, side_px: usize) -> Vec<FieldReach> {
    let reach = |step: FieldStep| {
        let even_px = even_distance_px(step.field, step.map_side, side_px)?;
        Some(FieldReach { node: step.node, size_px: step.size_px, even_px })
    };
    steps(graph).into_iter().filter_map(reach).collect()
}

/// The mean distance between the centre of a unit and the pixels of its clipped field, over the units of a map.
fn even_distance_px(field: ReceptiveField, map_side: usize, side_px: usize) -> Option<f64> {
    let ReceptiveField::Local { jump_px, start_px, .. } = field else { return None };
    let count = map_side.min(MAX_UNITS);
    let unit = |index: usize| (index * map_side + map_side / 2) / count;
    let offsets: Vec<Vec<f64>> = (0..count)
        .map(|index| {
            let unit = unit(index).min(map_side - 1);
            let centre = start_px + (jump_px * unit) as f64;
            field.span(unit).map(|span| offsets(span.clipped(side_px), centre)).unwrap_or_default()
        })
        .collect();
    let distances =
        offsets.iter().flat_map(|rows| offsets.iter().map(|columns| mean_distance(rows, columns)));
    Some(distances.sum::<f64>() / (count * count) as f64)
}

/// Places of a span, as seen from a centre.
fn offsets(span: Span, centre: f64) -> Vec<f64> {
    let step = (span.end_px - span.begin_px) / PLACES as f64;
    (0..PLACES).map(|place| span.begin_px + (place as f64 + 0.5) * step - centre).collect()
}

fn mean_distance(rows: &[f64], columns: &[f64]) -> f64 {
    let sum: f64 = rows.iter().flat_map(|row| columns.iter().map(|column| row.hypot(*column))).sum();
    sum / (rows.len() * columns.len()) as f64
}

/// How many of a block's heads look farther than a distance.
pub fn beyond(distances_px: &[f32], limit_px: f64) -> usize {
    distances_px.iter().filter(|distance| f64::from(**distance) > limit_px).count()
}

/// The middle of a layer among `count`, each of the same width: depth as a share of the network.
pub fn layer_depth(layer: usize, count: usize) -> f64 {
    (layer as f64 + 0.5) / count.max(1) as f64
}

/// A head's place within its block's share, so that heads of the same distance stay apart.
pub fn head_depth((block, blocks): (usize, usize), (head, heads): (usize, usize)) -> f64 {
    let share = (head as f64 + 0.5) / heads.max(1) as f64 - 0.5;
    layer_depth(block, blocks) + share * 0.6 / blocks.max(1) as f64
}

#[cfg(test)]
mod tests {
    use shared::architecture::{BlockKind, ResNetConfig};

    use super::*;

    /// The mean distance of two random points of a square is 0.5214 sides, of a random point from the middle 0.3826.
    const BETWEEN_POINTS: f64 = 0.521_405;
    const FROM_MIDDLE: f64 = 0.382_598;

    #[test]
    fn even_weights_give_the_known_mean_distances_of_a_square() {
        let all = ReceptiveField::Local { size_px: 4000, jump_px: 16, start_px: 8.0 };
        let distance = even_distance_px(all, 14, 224).expect("local");
        // 14 x 14 units stand for all places of the picture, which leaves half a percent.
        assert!((distance / (BETWEEN_POINTS * 224.0) - 1.0).abs() < 5e-3, "{distance}");
        let middle = ReceptiveField::Local { size_px: 20, jump_px: 1, start_px: 112.0 };
        let distance = even_distance_px(middle, 1, 224).expect("local");
        assert!((distance / (FROM_MIDDLE * 20.0) - 1.0).abs() < 2e-3, "{distance}");
        assert_eq!(even_distance_px(ReceptiveField::Global, 14, 224), None);
    }

    #[test]
    fn layers_look_farther_and_farther() {
        let config = ResNetConfig {
            block: BlockKind::Basic,
            stage_depths: [2, 2, 2, 2],
            num_classes: 2,
            image_size: 224,
        };
        let reaches = field_reaches(&config.graph(), 224);
        assert_eq!(reaches.first().map(|reach| reach.size_px), Some(7));
        assert!((reaches[0].even_px - FROM_MIDDLE * 7.0).abs() < 0.1, "{}", reaches[0].even_px);
        assert!(reaches.windows(2).all(|pair| pair[1].even_px > pair[0].even_px));
        // However large the field, no more of it than the picture counts.
        assert!(reaches.last().is_some_and(|reach| reach.size_px > 400 && reach.even_px < 125.0));
    }

    #[test]
    fn heads_stay_within_their_block() {
        assert_eq!((layer_depth(0, 10), layer_depth(9, 10), head_depth((0, 10), (0, 1))), (0.05, 0.95, 0.05));
        assert!(head_depth((3, 4), (11, 12)) < 1.0 && head_depth((1, 4), (0, 12)) > 0.25);
        assert_eq!(beyond(&[10.0, 100.0, 20.0, 90.0], 20.0), 2);
    }
}
