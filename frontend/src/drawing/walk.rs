//! Where an arrow key leads from a node: along the edges of the graph, at the level at which the node is shown.

use shared::{Edge, EdgeKind, Graph, NodeId};

/// A step of an arrow key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// To what reads this node.
    Forward,
    /// To what this node reads.
    Back,
    /// To the next node that reads the same.
    NextBeside,
    /// To the previous node that reads the same.
    PreviousBeside,
}

/// The next part of the backbone in the map, where blocks are closed.
pub fn between_roots(graph: &Graph, from: &NodeId, step: Step) -> Option<NodeId> {
    let roots: Vec<&NodeId> = graph.roots().map(|node| &node.id).collect();
    let position = roots.iter().position(|id| *id == from)?;
    let next = match step {
        Step::Forward | Step::NextBeside => position.checked_add(1)?,
        Step::Back | Step::PreviousBeside => position.checked_sub(1)?,
    };
    roots.get(next).map(|id| (*id).clone())
}

/// The next node inside a group; the group itself is its last node.
pub fn inside_group(graph: &Graph, group: &NodeId, from: &NodeId, step: Step) -> Option<NodeId> {
    let is_inside = |id: &NodeId| id == group || graph.children(group).any(|child| &child.id == id);
    match step {
        Step::Forward => main_path_first(graph, |edge| &edge.from == from && is_inside(&edge.to))
            .map(|edge| edge.to.clone()),
        Step::Back => main_path_first(graph, |edge| &edge.to == from && is_inside(&edge.from))
            .map(|edge| edge.from.clone()),
        Step::NextBeside | Step::PreviousBeside => {
            let inputs = |id: &NodeId| -> Vec<&NodeId> {
                graph.edges.iter().filter(|edge| &edge.to == id).map(|edge| &edge.from).collect()
            };
            let own = inputs(from);
            let beside: Vec<&NodeId> = graph
                .children(group)
                .map(|child| &child.id)
                .filter(|id| inputs(id).first() == own.first())
                .collect();
            let position = beside.iter().position(|id| *id == from)?;
            let next = match step {
                Step::NextBeside => position.checked_add(1)?,
                _ => position.checked_sub(1)?,
            };
            beside.get(next).map(|id| (*id).clone())
        }
    }
}

fn main_path_first(graph: &Graph, fits: impl Fn(&Edge) -> bool) -> Option<&Edge> {
    let fitting = || graph.edges.iter().filter(|edge| fits(edge));
    fitting().find(|edge| edge.kind == EdgeKind::Data).or_else(|| fitting().next())
}

#[cfg(test)]
pub(crate) mod tests {
    use shared::architecture::{BlockKind, Pooling, ResNetConfig, VitConfig};

    use super::*;

    /// Every size of both families that a checkpoint may have.
    pub fn every_architecture() -> Vec<(String, Graph)> {
        let resnets = [
            (BlockKind::Basic, [2, 2, 2, 2]),
            (BlockKind::Basic, [3, 4, 6, 3]),
            (BlockKind::Bottleneck, [3, 4, 6, 3]),
            (BlockKind::Bottleneck, [3, 4, 23, 3]),
            (BlockKind::Bottleneck, [3, 8, 36, 3]),
        ];
        let resnets = resnets.into_iter().map(|(block, stage_depths)| {
            let config = ResNetConfig { block, stage_depths, num_classes: 102, image_size: 224 };
            (config.name(), config.graph())
        });
        let vits = [
            (192, 12, 3, 16, 224),
            (384, 12, 6, 16, 224),
            (768, 12, 12, 32, 224),
            (1024, 24, 16, 14, 224),
            (768, 12, 12, 16, 384),
            (48, 1, 1, 32, 64),
        ];
        let vits = vits.into_iter().map(|(dim, depth, num_heads, patch_size, image_size)| {
            let config = VitConfig {
                dim,
                depth,
                num_heads,
                mlp_dim: 4 * dim,
                patch_size,
                image_size,
                num_classes: 102,
                layer_norm_epsilon: 1e-6,
                pooling: Pooling::ClassToken,
            };
            (format!("{} at {image_size}", config.name()), config.graph())
        });
        resnets.chain(vits).collect()
    }

    #[test]
    fn the_map_is_walked_from_end_to_end() {
        for (name, graph) in every_architecture() {
            let mut at = NodeId::new("input");
            let mut steps = 0;
            while let Some(next) = between_roots(&graph, &at, Step::Forward) {
                assert_eq!(between_roots(&graph, &next, Step::Back), Some(at), "{name}");
                (at, steps) = (next, steps + 1);
            }
            assert_eq!((at.as_str(), steps), ("logits", graph.roots().count() - 1), "{name}");
        }
    }

    #[test]
    fn a_block_is_walked_along_its_edges() {
        let graphs = every_architecture();
        let graph = |start: &str| {
            &graphs.iter().find(|(name, _graph)| name.starts_with(start)).expect("it is listed").1
        };
        let resnet = ("layer1.0", graph("ResNet-50"));
        let vit = ("encoder.3", graph("ViT-S/16"));
        for ((group, graph), from, step, expected) in [
            (resnet, "conv1", Step::Forward, Some("layer1.0.conv2")),
            (resnet, "conv1", Step::Back, None),
            (resnet, "conv1", Step::NextBeside, Some("layer1.0.shortcut")),
            (resnet, "shortcut", Step::PreviousBeside, Some("layer1.0.conv1")),
            (resnet, "shortcut", Step::Forward, Some("layer1.0.sum")),
            (resnet, "sum", Step::Back, Some("layer1.0.conv3")),
            (resnet, "sum", Step::Forward, Some("layer1.0")),
            (vit, "attention_norm", Step::Forward, Some("encoder.3.query")),
            (vit, "query", Step::NextBeside, Some("encoder.3.key")),
            (vit, "value", Step::Forward, Some("encoder.3.attention")),
            (vit, "attention_sum", Step::Forward, Some("encoder.3.mlp_norm")),
            (vit, "mlp", Step::Forward, Some("encoder.3")),
        ] {
            let group = NodeId::new(group);
            let reached = inside_group(graph, &group, &group.child(from), step);
            assert_eq!(reached, expected.map(NodeId::new), "{from} {step:?}");
        }
    }
}
