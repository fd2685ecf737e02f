//! What is said of a class map in numbers: where it is highest, and how much of what speaks for the class its highest cells hold.

use shared::{Graph, Node, NodeId, Operation, TensorShape};

use super::grid::Grid;

/// The row and column of the largest value.
pub fn peak(grid: &Grid) -> [usize; 2] {
    let largest = grid.values.iter().enumerate().max_by(|one, other| one.1.total_cmp(other.1));
    let index = largest.map_or(0, |(index, _value)| index);
    [index / grid.columns.max(1), index % grid.columns.max(1)]
}

/// The part of the sum of all positive values that lies in the highest `part` of the cells; `None` where no value is positive.
pub fn share_of_highest(grid: &Grid, part: f64) -> Option<f32> {
    let mut positive: Vec<f32> = grid.values.iter().map(|value| value.max(0.0)).collect();
    positive.sort_by(|one, other| other.total_cmp(one));
    let sum: f32 = positive.iter().sum();
    let count = (grid.values.len() as f64 * part).round() as usize;
    (sum > 0.0).then(|| positive.iter().take(count).sum::<f32>() / sum)
}

/// The map whose mean the head reads; `None` of a model whose head reads something else.
pub fn pooled_map(graph: &Graph) -> Option<&Node> {
    let pool = graph.nodes.iter().find(|node| node.operation == Operation::GlobalAveragePool)?;
    graph.edges.iter().find(|edge| edge.to == pool.id).and_then(|edge| graph.node(&edge.from))
}

/// All maps of a graph that something was computed for, in order.
pub fn maps(graph: &Graph) -> Vec<NodeId> {
    let is_map = |node: &&Node| {
        matches!(node.output_shape, TensorShape::FeatureMap { .. }) && node.operation != Operation::Input
    };
    graph.nodes.iter().filter(is_map).map(|node| node.id.clone()).collect()
}

#[cfg(test)]
mod tests {
    use shared::architecture::{BlockKind, ResNetConfig};

    use super::*;

    #[test]
    fn what_speaks_for_a_class_is_summed_from_the_highest() {
        let grid = Grid { rows: 2, columns: 2, values: vec![1.0, -7.0, 0.0, 3.0] };
        assert_eq!(peak(&grid), [1, 1]);
        assert_eq!((share_of_highest(&grid, 0.25), share_of_highest(&grid, 0.5)), (Some(0.75), Some(1.0)));
        let against = Grid { values: vec![-1.0; 4], ..grid };
        assert_eq!(share_of_highest(&against, 0.25), None);
    }

    #[test]
    fn the_last_map_is_pooled() {
        let block = BlockKind::Basic;
        let graph = ResNetConfig { block, stage_depths: [1; 4], num_classes: 2, image_size: 64 }.graph();
        assert_eq!(pooled_map(&graph).map(|node| node.id.as_str()), Some("layer4.0"));
        let maps = maps(&graph);
        assert_eq!((maps[0].as_str(), maps.iter().any(|id| id.as_str() == "input")), ("conv1", false));
        assert!(maps.iter().any(|id| id.as_str() == "layer4.0.sum"));
    }
}
