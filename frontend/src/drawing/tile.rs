//! A node of the backbone's map as a tile: the stream runs through from the left edge to the right one, so that tiles that
//! stand side by side join. A block shows how its branches leave the stream and are added back, the shortcut as an arc.

use shared::{EdgeKind, Graph, Node, NodeId, Operation, TensorShape};

use super::mark::{Mark, Point, Rect, short};
use super::slab::{Slab, SlabScale, extent};

/// Height of every tile.
pub const HEIGHT: f64 = 68.0;
/// Height of the stream in a tile.
const AXIS: f64 = 42.0;
/// Height of the largest map's face.
const FACE_PX: f64 = 40.0;
const DOUBLING_PX: f64 = 2.1;
/// Stream on both sides of what a tile shows.
const LEAD: f64 = 7.0;
/// A leaf's tile is at least as wide as its name.
const MIN_LEAF_PX: f64 = 72.0;
const SUM_RADIUS: f64 = 5.0;
const ARC_TOP: f64 = 8.0;
/// Side of the mark of a projection, a small square on the arc.
const PROJECTION_PX: f64 = 7.0;
const BRANCH_GAP: f64 = 3.0;

/// A drawn tile.
#[derive(Clone, Debug, PartialEq)]
pub struct Tile {
    /// Width; the height is [`HEIGHT`].
    pub width: f64,
    /// What the stream passes, from left to right.
    pub bodies: Vec<Rect>,
    /// Begin and end of each arc.
    pub arcs: Vec<(Point, Point)>,
    /// What is drawn.
    pub marks: Vec<Mark>,
}

/// What a shortcut does to the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shortcut {
    Identity,
    Projection,
}

/// What a branch is drawn as.
enum Body {
    Slab(Slab),
    /// Every token looks at every token.
    Attention,
    /// Wider in its middle.
    Mlp,
}

impl Body {
    fn width(&self) -> f64 {
        match self {
            Self::Slab(slab) => slab.width(),
            Self::Attention => 16.0,
            Self::Mlp => 18.0,
        }
    }
}

/// The scale of all tiles of a model: its largest map is [`FACE_PX`] tall.
pub fn scale(graph: &Graph) -> SlabScale {
    let maps = graph.roots().filter(|node| node.operation != Operation::Input);
    let largest = maps.map(|node| extent(&node.output_shape).rows).max().unwrap_or(1);
    SlabScale { cell_px: FACE_PX / largest as f64, doubling_px: DOUBLING_PX }
}

/// The tile of a node that stands in no group.
pub fn tile(graph: &Graph, node: &Node, scale: SlabScale) -> Tile {
    let mut tile = Tile { width: 0.0, bodies: Vec::new(), arcs: Vec::new(), marks: Vec::new() };
    let branches = branches(graph, node, scale);
    if branches.is_empty() {
        let slab = Slab::new(&node.output_shape, scale);
        let lead = LEAD.max((MIN_LEAF_PX - slab.width()) / 2.0);
        tile.push_body(&Body::Slab(slab), lead);
        tile.width += lead;
    }
    for (body, shortcut) in &branches {
        tile.push_branch(body, *shortcut);
    }
    tile.push_stream();
    tile
}

/// Each sum of a group with the branch that it adds and the shortcut that it adds it to.
fn branches(graph: &Graph, group: &Node, scale: SlabScale) -> Vec<(Body, Shortcut)> {
    let mut branches = Vec::new();
    let mut branch: Vec<&Node> = Vec::new();
    for node in graph.children(&group.id).chain([group]) {
        match skip_source(graph, &node.id).filter(|_source| node.operation == Operation::Sum) {
            Some(source) => {
                let projects = graph
                    .node(source)
                    .is_some_and(|source| matches!(source.operation, Operation::ProjectionShortcut { .. }));
                let shortcut = if projects { Shortcut::Projection } else { Shortcut::Identity };
                branches.push((body(&branch, node, scale), shortcut));
                branch.clear();
            }
            None => branch.push(node),
        }
    }
    branches
}

fn skip_source<'graph>(graph: &'graph Graph, id: &NodeId) -> Option<&'graph NodeId> {
    graph.edges.iter().find(|edge| &edge.to == id && edge.kind == EdgeKind::Skip).map(|edge| &edge.from)
}

fn body(branch: &[&Node], sum: &Node, scale: SlabScale) -> Body {
    let attends = branch.iter().any(|node| matches!(node.operation, Operation::AttentionScores { .. }));
    match sum.output_shape {
        TensorShape::FeatureMap { .. } => Body::Slab(Slab::new(&sum.output_shape, scale)),
        _ if attends => Body::Attention,
        _ => Body::Mlp,
    }
}

impl Tile {
    fn push_body(&mut self, body: &Body, lead: f64) {
        let left = self.width + lead;
        let frame = Rect { x: left, y: AXIS - 10.0, width: body.width(), height: 20.0 };
        let bounds = match body {
            Body::Slab(slab) => {
                self.marks.extend(slab.marks(left, AXIS));
                slab.bounds(left, AXIS)
            }
            Body::Attention => {
                self.marks.extend(attention(frame));
                frame
            }
            Body::Mlp => {
                self.marks.push(mlp(frame));
                frame
            }
        };
        self.bodies.push(bounds);
        self.width = bounds.right();
    }

    fn push_branch(&mut self, body: &Body, shortcut: Shortcut) {
        let begin = Point { x: self.width + LEAD - 4.0, y: AXIS };
        self.push_body(body, LEAD + BRANCH_GAP);
        let sum = Point { x: self.width + LEAD + SUM_RADIUS, y: AXIS };
        let end = Point { x: sum.x, y: AXIS - SUM_RADIUS };
        let middle = (begin.x + end.x) / 2.0;
        let class = match shortcut {
            Shortcut::Identity => "shortcut",
            Shortcut::Projection => "shortcut is-projection",
        };
        let d = format!(
            "M{} {}C{} {} {} {} {} {}S{} {} {} {}",
            short(begin.x),
            short(begin.y),
            short(begin.x),
            short(ARC_TOP + 6.0),
            short((begin.x + middle) / 2.0 - 2.0),
            short(ARC_TOP),
            short(middle),
            short(ARC_TOP),
            short(end.x),
            short(ARC_TOP + 6.0),
            short(end.x),
            short(end.y)
        );
        self.marks.push(Mark::path(class, d));
        if shortcut == Shortcut::Projection {
            let half = PROJECTION_PX / 2.0;
            let corner = |x: f64, y: f64| Point { x: middle + x * half, y: ARC_TOP + y * half };
            let corners = [corner(-1.0, -1.0), corner(1.0, -1.0), corner(1.0, 1.0), corner(-1.0, 1.0)];
            self.marks.push(Mark::polygon("projection", &corners));
        }
        self.marks.push(Mark::circle("sum", sum, SUM_RADIUS));
        let (x, y, arm) = (short(sum.x), short(sum.y), 2.5);
        self.marks.push(Mark::path(
            "plus",
            format!("M{x} {}v{}M{} {y}h{}", y - arm, 2.0 * arm, x - arm, 2.0 * arm),
        ));
        self.arcs.push((begin, end));
        self.bodies.push(Rect {
            x: sum.x - SUM_RADIUS,
            y: sum.y - SUM_RADIUS,
            width: 2.0 * SUM_RADIUS,
            height: 2.0 * SUM_RADIUS,
        });
        self.width = sum.x + SUM_RADIUS + 4.0;
    }

    /// The stream, below everything else, in the gaps between what it passes.
    fn push_stream(&mut self) {
        let (mut d, mut at) = (String::new(), 0.0);
        for body in &self.bodies {
            d += &format!("M{} {}H{}", short(at), short(AXIS), short(body.x));
            at = body.right();
        }
        d += &format!("M{} {}H{}", short(at), short(AXIS), short(self.width));
        self.marks.insert(0, Mark::path("stream", d));
    }
}

/// The mark of self-attention in the middle of a frame, for a legend.
pub fn attention_key(width: f64, height: f64) -> Vec<Mark> {
    attention(Rect { x: width / 2.0 - 10.0, y: height / 2.0 - 10.0, width: 20.0, height: 20.0 })
}

/// The mark of an MLP in the middle of a frame, for a legend.
pub fn mlp_key(width: f64, height: f64) -> Mark {
    mlp(Rect { x: width / 2.0 - 11.0, y: height / 2.0 - 10.0, width: 22.0, height: 20.0 })
}

/// Three tokens on each side, each joined with each.
fn attention(frame: Rect) -> Vec<Mark> {
    let side = |x: f64| [0.1, 0.5, 0.9].map(|part| Point { x, y: frame.y + part * frame.height });
    let (from, to) = (side(frame.x + 2.0), side(frame.right() - 2.0));
    let mut d = String::new();
    for from in from {
        for to in to {
            d += &format!("M{} {}L{} {}", short(from.x), short(from.y), short(to.x), short(to.y));
        }
    }
    let dots = from.into_iter().chain(to).map(|centre| Mark::circle("body-dot", centre, 2.0));
    [Mark::path("body-line", d)].into_iter().chain(dots).collect()
}

/// Two wedges: out to the hidden width and back.
fn mlp(frame: Rect) -> Mark {
    let (middle, axis) = (frame.x + frame.width / 2.0, frame.y + frame.height / 2.0);
    let narrow = frame.height / 6.0;
    let point = |x: f64, y: f64| Point { x, y };
    Mark::polygon(
        "body-mlp",
        &[
            point(frame.x, axis - narrow),
            point(middle, frame.y),
            point(frame.right(), axis - narrow),
            point(frame.right(), axis + narrow),
            point(middle, frame.bottom()),
            point(frame.x, axis + narrow),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drawing::walk::tests::every_architecture;

    #[test]
    fn everything_lies_inside_its_tile_and_apart() {
        for (name, graph) in every_architecture() {
            let scale = scale(&graph);
            for node in graph.roots().filter(|node| node.operation != Operation::Input) {
                let tile = tile(&graph, node, scale);
                assert!(tile.width < 150.0, "{name}, {}: {}", node.id, tile.width);
                for body in &tile.bodies {
                    let inside = body.x >= 0.0
                        && body.right() <= tile.width
                        && body.y >= 0.0
                        && body.bottom() <= HEIGHT;
                    assert!(inside, "{name}, {}: {body:?}", node.id);
                }
                for pair in tile.bodies.windows(2) {
                    assert!(!pair[0].overlaps(&pair[1]), "{name}, {}: {pair:?}", node.id);
                }
            }
        }
    }

    #[test]
    fn arcs_span_their_branch_and_end_on_the_sum() {
        for (name, graph) in every_architecture() {
            for node in graph.roots().filter(|node| graph.children(&node.id).next().is_some()) {
                let tile = tile(&graph, node, scale(&graph));
                let sums =
                    graph.children(&node.id).chain([node]).filter(|node| node.operation == Operation::Sum);
                assert_eq!(tile.arcs.len(), sums.count(), "{name}, {}", node.id);
                for (index, (begin, end)) in tile.arcs.iter().enumerate() {
                    let (branch, sum) = (&tile.bodies[2 * index], &tile.bodies[2 * index + 1]);
                    assert!(begin.x < branch.x && branch.right() < sum.x, "{name}, {}", node.id);
                    assert!((end.x - sum.x - SUM_RADIUS).abs() < 1e-9 && (end.y - sum.y).abs() < 1e-9);
                }
            }
        }
    }

    #[test]
    fn a_projection_is_drawn_where_the_block_projects() {
        let graphs = every_architecture();
        let (_name, graph) = graphs.iter().find(|(name, _graph)| name == "ResNet-50").expect("it is listed");
        for (id, projects) in
            [("layer1.0", true), ("layer1.1", false), ("layer4.0", true), ("layer4.2", false)]
        {
            let node = graph.node(&id.into()).expect("the block exists");
            let marks = tile(graph, node, scale(graph)).marks;
            let drawn = marks.iter().any(|mark| matches!(mark, Mark::Path { class: "projection", .. }));
            assert_eq!(drawn, projects, "{id}");
        }
    }
}
