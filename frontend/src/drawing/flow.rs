//! The backbone at a glance: its tensors as slabs on one axis, shrinking maps of a CNN or the even stack of an encoder.

use shared::{Graph, Node, Section, TensorShape};

use super::bands::{self, Band};
use super::mark::{Mark, Point, Rect, short};
use super::slab::{Slab, SlabScale, doublings, extent};

/// Width of the drawing; it is never scaled, so its texts keep their size.
pub const WIDTH: f64 = 320.0;
/// Height of the drawing.
pub const HEIGHT: f64 = 168.0;
/// Height of the largest face.
const FACE_PX: f64 = 88.0;
const AXIS: f64 = 68.0;
/// Room at both ends, as captions are wider than what they stand under.
const MARGIN: f64 = 12.0;
/// Base lines of the two lines of a caption.
pub const CAPTION_LINES: [f64; 2] = [144.0, 161.0];
/// Between two slabs, where an arrow runs.
const GAP: f64 = 14.0;
/// Between two slabs of a stack.
const STACK_GAP: f64 = 3.0;
/// Thickness of a doubling at most, where there is room.
const MAX_DOUBLING_PX: f64 = 2.5;
const ARROW_HEAD_PX: f64 = 3.5;

/// A drawing with its slabs placed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Flow {
    /// Fronts of the slabs, from left to right.
    pub fronts: Vec<Rect>,
    /// Everything that is drawn, slabs and captions included.
    pub bounds: Vec<Rect>,
    /// Begin and end of each arrow.
    pub arrows: Vec<(Point, Point)>,
    /// What is drawn.
    pub marks: Vec<Mark>,
    /// What stands where, for the captions below.
    pub captions: Vec<Caption>,
}

/// Slabs that a caption belongs to.
#[derive(Clone, Debug, PartialEq)]
pub struct Caption {
    /// Their middle.
    pub x: f64,
    /// Slabs of the stack; 1 of one that stands alone.
    pub count: usize,
    /// Shape of each tensor.
    pub shape: TensorShape,
}

/// Slabs that stand close, as one stack, or one alone.
type Group<'graph> = Vec<&'graph Node>;

/// Lays out the backbone of a model.
pub fn flow(graph: &Graph) -> Flow {
    let groups: Vec<Group<'_>> = bands::backbone(graph)
        .iter()
        .filter(|band| band.section != Section::Input)
        .flat_map(groups)
        .collect();
    let scale = fitting_scale(&groups);
    let mut flow = Flow::default();
    let mut left = (WIDTH - total_width(&groups, scale)) / 2.0;
    for (index, group) in groups.iter().enumerate() {
        if index > 0 {
            flow.push_arrow(Point { x: left - GAP + 1.5, y: AXIS }, Point { x: left - 1.5, y: AXIS });
        }
        left = flow.push_group(group, scale, left) + GAP;
    }
    flow
}

/// A CNN's stage is one slab, its last map; an encoder is a stack of all its blocks; every other node is its own slab.
fn groups<'graph>(band: &Band<'graph>) -> Vec<Group<'graph>> {
    match (band.section, band.roots.as_slice()) {
        (Section::Encoder(_block), roots) => vec![roots.to_vec()],
        (Section::Stage(_) | Section::Pooling | Section::Embedding, [.., last]) => vec![vec![*last]],
        (_section, roots) => roots.iter().map(|node| vec![*node]).collect(),
    }
}

/// The largest face gets its height; what is left of the width is shared by the thicknesses.
fn fitting_scale(groups: &[Group<'_>]) -> SlabScale {
    let shapes = || groups.iter().flatten().map(|node| &node.output_shape);
    let largest = shapes().map(|shape| extent(shape).rows).max().unwrap_or(1);
    let cell_px = FACE_PX / largest as f64;
    let fixed = total_width(groups, SlabScale { cell_px, doubling_px: 0.0 });
    let all_doublings: f64 = shapes().map(doublings).sum();
    let doubling_px = ((WIDTH - 2.0 * MARGIN - fixed) / all_doublings).clamp(0.2, MAX_DOUBLING_PX);
    SlabScale { cell_px, doubling_px }
}

fn total_width(groups: &[Group<'_>], scale: SlabScale) -> f64 {
    let widths = groups.iter().map(|group| group_width(group, scale));
    widths.sum::<f64>() + GAP * (groups.len().saturating_sub(1)) as f64
}

fn group_width(group: &Group<'_>, scale: SlabScale) -> f64 {
    let thickness: f64 = group.iter().map(|node| Slab::new(&node.output_shape, scale).thickness).sum();
    let run = group.last().map_or(0.0, |node| Slab::new(&node.output_shape, scale).run);
    thickness + run + STACK_GAP * (group.len().saturating_sub(1)) as f64
}

impl Flow {
    /// Draws a group from `left` on and returns its right edge.
    fn push_group(&mut self, group: &Group<'_>, scale: SlabScale, left: f64) -> f64 {
        let (mut at, mut right, mut bottom) = (left, left, AXIS);
        for node in group {
            let slab = Slab::new(&node.output_shape, scale);
            self.fronts.push(slab.front(at, AXIS));
            let bounds = slab.bounds(at, AXIS);
            (right, bottom) = (bounds.right(), bounds.bottom());
            self.bounds.push(bounds);
            self.marks.extend(slab.marks(at, AXIS));
            at += slab.thickness + STACK_GAP;
        }
        let middle = (left + right) / 2.0;
        let stem = Point { x: middle, y: bottom + 6.0 };
        self.marks.push(Mark::line("caption-stem", stem, Point { x: middle, y: CAPTION_LINES[0] - 15.0 }));
        let shape = group.last().map(|node| node.output_shape.clone());
        self.captions.extend(shape.map(|shape| Caption { x: middle, count: group.len(), shape }));
        right
    }

    fn push_arrow(&mut self, from: Point, to: Point) {
        self.marks.push(Mark::path("arrow", arrow(from, to)));
        self.arrows.push((from, to));
    }
}

/// A straight arrow to the right.
pub fn arrow(from: Point, to: Point) -> String {
    let head = ARROW_HEAD_PX;
    format!(
        "M{} {}H{}m{} {}l{head} {head}l-{head} {head}",
        short(from.x),
        short(from.y),
        short(to.x),
        short(-head),
        short(-head)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drawing::walk::tests::every_architecture;

    #[test]
    fn every_backbone_fits_and_nothing_overlaps() {
        for (name, graph) in every_architecture() {
            let flow = flow(&graph);
            for bounds in &flow.bounds {
                let inside = bounds.x >= 0.0
                    && bounds.right() <= WIDTH
                    && bounds.y >= 0.0
                    && bounds.bottom() < CAPTION_LINES[0] - 12.0;
                assert!(inside, "{name}: {bounds:?}");
            }
            for pair in flow.fronts.windows(2) {
                assert!(!pair[0].overlaps(&pair[1]), "{name}: {pair:?}");
                assert!(pair[0].width > 0.5, "{name}: a slab is too thin to be seen");
            }
        }
    }

    #[test]
    fn arrows_end_at_the_slabs() {
        for (name, graph) in every_architecture() {
            let flow = flow(&graph);
            for (from, to) in &flow.arrows {
                assert!(from.x < to.x, "{name}");
                let ends = flow.fronts.iter().any(|front| (front.x - to.x - 1.5).abs() < 1e-6);
                let begins = flow.bounds.iter().any(|bounds| (from.x - bounds.right() - 1.5).abs() < 1e-6);
                assert!(ends && begins, "{name}: {from:?} to {to:?}");
            }
        }
    }

    #[test]
    fn an_encoder_has_a_slab_for_every_block() {
        for (name, graph) in every_architecture().into_iter().filter(|(name, _graph)| name.starts_with("ViT"))
        {
            let blocks = graph.sections().iter().filter(|part| matches!(part, Section::Encoder(_))).count();
            assert_eq!(flow(&graph).fronts.len(), blocks + 2, "{name}: embeddings, blocks, pooled");
        }
    }
}
