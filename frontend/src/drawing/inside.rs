//! The inside of a block: its nodes as boxes in the order of their edges, from top to bottom; main path and branches in
//! columns, shortcuts in a lane at the right.

use shared::{Edge, EdgeKind, Graph, Node, NodeId, Operation};

use super::mark::{Point, Rect, short};

/// Width of the columns of the main path.
const MAIN_PX: f64 = 250.0;
const BOX_HEIGHT: f64 = 42.0;
const ROW_GAP: f64 = 18.0;
const COLUMN_GAP: f64 = 6.0;
/// Room above the first row, where the block's input comes in.
const TOP: f64 = 34.0;
const BOTTOM: f64 = 14.0;
const EDGE: f64 = 2.0;
const LANE_BOX_PX: f64 = 90.0;
const LANE_GAP: f64 = 14.0;
const BEND: f64 = 8.0;

/// A laid out block.
#[derive(Clone, Debug, PartialEq)]
pub struct Inside {
    /// Width of the drawing.
    pub width: f64,
    /// Height of the drawing.
    pub height: f64,
    /// Where the block's input comes in.
    pub input: Point,
    /// Nodes, in order of execution; the group itself, as its last step, at the end.
    pub boxes: Vec<NodeBox>,
    /// Edges.
    pub wires: Vec<Wire>,
}

/// A node's place.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeBox {
    /// Whose.
    pub id: NodeId,
    /// Where.
    pub frame: Rect,
}

/// An edge's way.
#[derive(Clone, Debug, PartialEq)]
pub struct Wire {
    /// Main path or skip connection.
    pub kind: EdgeKind,
    /// Where it leaves its source.
    pub begin: Point,
    /// Where it reaches its reader.
    pub end: Point,
    /// The way, as path data.
    pub d: String,
}

/// Lays out a group.
pub fn inside(graph: &Graph, group: &Node) -> Inside {
    let nodes: Vec<&Node> = graph.children(&group.id).chain([group]).collect();
    let mut layout = Layout { graph, nodes, placed: Vec::new() };
    layout.place_columns();
    let columns_bottom = layout.bottom();
    layout.place_lane();
    let input = Point { x: EDGE + MAIN_PX / 2.0, y: 12.0 };
    let has_lane_box = layout.nodes.iter().any(|node| is_shortcut(node));
    let lane_px = if has_lane_box { LANE_BOX_PX } else { LANE_GAP };
    Inside {
        width: EDGE + MAIN_PX + LANE_GAP + lane_px + EDGE,
        height: columns_bottom + BOTTOM,
        input,
        wires: graph.edges.iter().filter_map(|edge| layout.wire(edge, input)).collect(),
        boxes: layout.in_order(),
    }
}

fn is_shortcut(node: &Node) -> bool {
    matches!(node.operation, Operation::IdentityShortcut | Operation::ProjectionShortcut { .. })
}

struct Layout<'graph> {
    graph: &'graph Graph,
    nodes: Vec<&'graph Node>,
    placed: Vec<NodeBox>,
}

impl Layout<'_> {
    fn frame(&self, id: &NodeId) -> Option<Rect> {
        self.placed.iter().find(|placed| &placed.id == id).map(|placed| placed.frame)
    }

    fn bottom(&self) -> f64 {
        self.placed.iter().map(|placed| placed.frame.bottom()).fold(0.0, f64::max)
    }

    /// Sources of a node's main path inside the group.
    fn inputs(&self, id: &NodeId) -> Vec<Rect> {
        let edges = self.graph.edges.iter().filter(|edge| &edge.to == id && edge.kind == EdgeKind::Data);
        edges.filter_map(|edge| self.frame(&edge.from)).collect()
    }

    /// Rows follow the longest way from the input. A node lies below all it reads and is as wide as they are together;
    /// nodes that read one and the same source share its width.
    fn place_columns(&mut self) {
        for node in self.nodes.clone().into_iter().filter(|node| !is_shortcut(node)) {
            let inputs = self.inputs(&node.id);
            let top = inputs.iter().map(|input| input.bottom() + ROW_GAP).fold(TOP, f64::max);
            let (left, right) = match inputs.as_slice() {
                [] => (EDGE, EDGE + MAIN_PX),
                inputs => (
                    inputs.iter().map(|input| input.x).fold(f64::INFINITY, f64::min),
                    inputs.iter().map(Rect::right).fold(0.0, f64::max),
                ),
            };
            let (position, count) = self.among_siblings(node);
            let width = (right - left - COLUMN_GAP * (count - 1) as f64) / count as f64;
            let x = left + position as f64 * (width + COLUMN_GAP);
            let frame = Rect { x, y: top, width, height: BOX_HEIGHT };
            self.placed.push(NodeBox { id: node.id.clone(), frame });
        }
    }

    /// A node's position among the nodes that read just what it reads, and their number.
    fn among_siblings(&self, node: &Node) -> (usize, usize) {
        let sources = |id: &NodeId| -> Vec<&NodeId> {
            let edges = self.graph.edges.iter().filter(|edge| &edge.to == id && edge.kind == EdgeKind::Data);
            edges.map(|edge| &edge.from).collect()
        };
        let own = sources(&node.id);
        let siblings: Vec<&&Node> =
            self.nodes.iter().filter(|other| !is_shortcut(other) && sources(&other.id) == own).collect();
        let position = siblings.iter().position(|other| other.id == node.id).unwrap_or_default();
        (position, siblings.len().max(1))
    }

    /// Shortcuts that are nodes stand half-way between the input and their sum.
    fn place_lane(&mut self) {
        for node in self.nodes.clone().into_iter().filter(|node| is_shortcut(node)) {
            let reader = self.graph.edges.iter().find(|edge| edge.from == node.id).map(|edge| &edge.to);
            let sum = reader.and_then(|id| self.frame(id)).map_or(TOP, |frame| frame.y);
            let y = (TOP + sum) / 2.0 - BOX_HEIGHT / 2.0;
            let frame = Rect { x: EDGE + MAIN_PX + LANE_GAP, y, width: LANE_BOX_PX, height: BOX_HEIGHT };
            self.placed.push(NodeBox { id: node.id.clone(), frame });
        }
    }

    fn in_order(mut self) -> Vec<NodeBox> {
        let nodes = &self.nodes;
        self.placed.sort_by_key(|placed| nodes.iter().position(|node| node.id == placed.id));
        self.placed
    }

    /// The way of an edge that ends inside the group.
    fn wire(&self, edge: &Edge, input: Point) -> Option<Wire> {
        let to = self.frame(&edge.to)?;
        let from = self.frame(&edge.from);
        let (to_lane, from_lane) = (is_lane(&to), from.as_ref().is_some_and(is_lane));
        let lane_x = if to_lane || from_lane {
            EDGE + MAIN_PX + LANE_GAP + LANE_BOX_PX / 2.0
        } else {
            EDGE + MAIN_PX + LANE_GAP
        };
        Some(match (edge.kind, from) {
            (EdgeKind::Data, from) => {
                let source = from.unwrap_or(Rect { x: to.x, y: input.y, width: to.width, height: 0.0 });
                let x = (source.x.max(to.x) + source.right().min(to.right())) / 2.0;
                vertical(edge.kind, x, source.bottom(), to.y)
            }
            (EdgeKind::Skip, Some(from)) if from_lane => {
                around(Point { x: lane_x, y: from.bottom() }, None, right_middle(&to))
            }
            (EdgeKind::Skip, from) => {
                let begin = from.map_or(input, |from| right_middle(&from));
                if to_lane {
                    into_lane(begin, Point { x: lane_x, y: to.y })
                } else {
                    around(begin, Some(lane_x), right_middle(&to))
                }
            }
        })
    }
}

fn is_lane(frame: &Rect) -> bool {
    frame.x >= EDGE + MAIN_PX
}

fn right_middle(frame: &Rect) -> Point {
    Point { x: frame.right(), y: frame.y + frame.height / 2.0 }
}

fn vertical(kind: EdgeKind, x: f64, top: f64, bottom: f64) -> Wire {
    let d = format!("M{} {}V{}", short(x), short(top), short(bottom));
    Wire { kind, begin: Point { x, y: top }, end: Point { x, y: bottom }, d }
}

/// To the right, then down into a box of the lane.
fn into_lane(begin: Point, end: Point) -> Wire {
    let d = format!(
        "M{} {}H{}q{BEND} 0 {BEND} {BEND}V{}",
        short(begin.x),
        short(begin.y),
        short(end.x - BEND),
        short(end.y)
    );
    Wire { kind: EdgeKind::Skip, begin, end, d }
}

/// From a source over the lane (where it is not in it already) down and back to the left into a sum.
fn around(begin: Point, lane_x: Option<f64>, end: Point) -> Wire {
    let mut d = format!("M{} {}", short(begin.x), short(begin.y));
    if let Some(lane_x) = lane_x {
        d += &format!("H{}q{BEND} 0 {BEND} {BEND}", short(lane_x - BEND));
    }
    d += &format!("V{}q0 {BEND} -{BEND} {BEND}H{}", short(end.y - BEND), short(end.x));
    Wire { kind: EdgeKind::Skip, begin, end, d }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drawing::walk::tests::every_architecture;

    fn every_block() -> Vec<(String, Graph, NodeId)> {
        let groups = |graph: &Graph| -> Vec<NodeId> {
            let groups = graph.roots().filter(|node| graph.children(&node.id).next().is_some());
            groups.map(|node| node.id.clone()).collect()
        };
        every_architecture()
            .into_iter()
            .flat_map(|(name, graph)| {
                groups(&graph).into_iter().map(move |group| (name.clone(), graph.clone(), group))
            })
            .collect()
    }

    fn laid_out(graph: &Graph, group: &NodeId) -> Inside {
        inside(graph, graph.node(group).expect("the block exists"))
    }

    #[test]
    fn boxes_are_apart_and_inside_the_drawing() {
        for (name, graph, group) in every_block() {
            let layout = laid_out(&graph, &group);
            assert_eq!(layout.boxes.len(), graph.children(&group).count() + 1, "{name}, {group}");
            for (index, first) in layout.boxes.iter().enumerate() {
                let frame = &first.frame;
                let inside = frame.x >= 0.0
                    && frame.right() <= layout.width
                    && frame.y >= 0.0
                    && frame.bottom() <= layout.height;
                assert!(inside, "{name}, {}: {frame:?}", first.id);
                assert!(frame.width >= 78.0, "{name}, {}: too narrow for its words", first.id);
                for second in &layout.boxes[index + 1..] {
                    assert!(!frame.overlaps(&second.frame), "{name}: {} and {}", first.id, second.id);
                }
            }
            assert!(layout.width <= 358.0, "{name}: wider than a phone's page");
        }
    }

    #[test]
    fn wires_join_the_borders_of_their_nodes_and_pass_no_other() {
        for (name, graph, group) in every_block() {
            let layout = laid_out(&graph, &group);
            let frame = |id: &NodeId| layout.boxes.iter().find(|node| &node.id == id).map(|node| node.frame);
            let edges: Vec<&Edge> = graph.edges.iter().filter(|edge| frame(&edge.to).is_some()).collect();
            assert_eq!(edges.len(), layout.wires.len(), "{name}, {group}");
            for (edge, wire) in edges.into_iter().zip(&layout.wires) {
                let to = frame(&edge.to).expect("it was filtered for");
                assert!(on_border(&to, wire.end), "{name}: {edge:?} ends at {:?}", wire.end);
                match frame(&edge.from) {
                    Some(from) => assert!(on_border(&from, wire.begin), "{name}: {edge:?}"),
                    None => assert!((wire.begin.y - layout.input.y).abs() < 1e-9, "{name}: {edge:?}"),
                }
                let is_straight = (wire.begin.x - wire.end.x).abs() < 1e-9;
                let passed = layout.boxes.iter().filter(|node| {
                    let frame = &node.frame;
                    is_straight
                        && frame.x < wire.begin.x
                        && wire.begin.x < frame.right()
                        && wire.begin.y < frame.y
                        && frame.bottom() < wire.end.y
                });
                assert_eq!(passed.count(), 0, "{name}: {edge:?} runs through a box");
            }
        }
    }

    fn on_border(frame: &Rect, point: Point) -> bool {
        let near = |a: f64, b: f64| (a - b).abs() < 1e-6;
        let beside = near(point.x, frame.right()) && (frame.y..=frame.bottom()).contains(&point.y);
        let above = (near(point.y, frame.y) || near(point.y, frame.bottom()))
            && (frame.x..=frame.right()).contains(&point.x);
        beside || above
    }
}
