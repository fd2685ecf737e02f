//! The rows of the table of measured layers: what [`super::layers`] knows of every node from the graph, with what was measured of
//! it on a picture, and where the time of a pass goes. What opens when a row is chosen is decided here too.

use std::cmp::Ordering;

use shared::views::NodeStatistics;
use shared::{Graph, Node, NodeId, Section};

use super::layers::{self, Column, Detail, LayerRow, Sort, SortKey};
use super::lens::Lens;

/// One node with what was measured of it.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasuredRow {
    /// What the graph says.
    pub layer: LayerRow,
    /// What its tensor holds.
    pub statistics: NodeStatistics,
    /// Time of the node with all its parts.
    pub time_ms: f64,
    /// Of the time of all nodes, from 0 to 1.
    pub time_share: f64,
    /// How far the heads of its block look, their mean; only of attention weights and of blocks that have them.
    pub distance_px: Option<f64>,
}

/// A column of the table that orders the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MeasuredKey {
    /// One that the graph alone fills.
    Layer(SortKey),
    /// How far heads look.
    Distance,
    /// The mean value.
    Mean,
    /// The standard deviation.
    Deviation,
    /// The least value.
    Min,
    /// The largest value.
    Max,
    /// The share of zeros.
    Zeros,
    /// The time.
    Time,
}

impl Column for MeasuredKey {
    fn is_text(self) -> bool {
        matches!(self, Self::Layer(key) if key.is_text())
    }
}

/// What was measured of a model.
#[derive(Clone, Copy, Debug)]
pub struct Measured<'measured> {
    /// Every node.
    pub nodes: &'measured [NodeStatistics],
    /// The mean distance of each block's heads, in order of the blocks; empty for a model without attention.
    pub distances_px: &'measured [f64],
}

/// All rows in the order of execution, each group before its parts. A node that was not measured is left out.
pub fn rows(graph: &Graph, layers: Vec<LayerRow>, measured: Measured<'_>) -> Vec<MeasuredRow> {
    let total_ms: f64 = measured.nodes.iter().map(|node| node.time_ms).sum();
    let row = |layer: LayerRow| {
        let statistics = measured.nodes.iter().find(|node| node.node == layer.node)?.clone();
        let node = graph.nodes.iter().find(|node| node.id == layer.node)?;
        let time_ms = time_with_parts(graph, measured.nodes, node);
        Some(MeasuredRow {
            distance_px: distance(node, layer.is_group, measured.distances_px),
            time_share: if total_ms > 0.0 { time_ms / total_ms } else { 0.0 },
            layer,
            statistics,
            time_ms,
        })
    };
    layers.into_iter().filter_map(row).collect()
}

/// The rows that are shown, in their order.
pub fn arranged(rows: &[MeasuredRow], detail: Detail, sort: Option<Sort<MeasuredKey>>) -> Vec<MeasuredRow> {
    layers::arranged_by(rows, detail, sort, |row| &row.layer, compare)
}

/// How much of the time and of the multiply-accumulates a section takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SectionShare {
    /// Which.
    pub section: Section,
    /// Its time.
    pub time_ms: f64,
    /// Of the time of all nodes, from 0 to 1.
    pub time_share: f64,
    /// Of the model's multiply-accumulates, from 0 to 1.
    pub mac_share: f64,
}

/// The sections in order of execution.
pub fn sections(rows: &[MeasuredRow]) -> Vec<SectionShare> {
    let mut sections: Vec<SectionShare> = Vec::new();
    for row in rows.iter().filter(|row| row.layer.parent.is_none()) {
        let (section, time_ms) = (row.layer.section, row.time_ms);
        let (time_share, mac_share) = (row.time_share, row.layer.mac_share);
        match sections.last_mut().filter(|last| last.section == section) {
            Some(last) => {
                last.time_ms += time_ms;
                last.time_share += time_share;
                last.mac_share += mac_share;
            }
            None => sections.push(SectionShare { section, time_ms, time_share, mac_share }),
        }
    }
    sections
}

/// The lens that a row leads to, as the address writes it: feature maps where there are maps, attention where there is attention.
pub fn lens_of(node: &Node) -> Option<String> {
    let lens = Lens::of_node(node).into_iter().next()?;
    Some(match (lens, node.section) {
        (Lens::Attention, Section::Encoder(block)) => format!("{},block:{block}", lens.name()),
        (Lens::LogitLens, _section) => lens.name().to_owned(),
        _ => format!("{},node:{}", lens.name(), node.id),
    })
}

fn time_with_parts(graph: &Graph, nodes: &[NodeStatistics], node: &Node) -> f64 {
    let own = |id: &NodeId| nodes.iter().find(|node| node.node == *id).map_or(0.0, |node| node.time_ms);
    own(&node.id) + graph.children(&node.id).map(|part| own(&part.id)).sum::<f64>()
}

fn distance(node: &Node, is_group: bool, distances_px: &[f64]) -> Option<f64> {
    let Section::Encoder(block) = node.section else { return None };
    let has_weights = is_group || node.operation == shared::Operation::Softmax;
    has_weights.then(|| distances_px.get(block).copied())?
}

fn compare(one: &MeasuredRow, other: &MeasuredRow, key: MeasuredKey) -> Ordering {
    let by = |value: fn(&MeasuredRow) -> f64| value(one).total_cmp(&value(other));
    match key {
        MeasuredKey::Layer(key) => layers::compare(&one.layer, &other.layer, key),
        // Rows without a distance count as less than any.
        MeasuredKey::Distance => by(|row| row.distance_px.unwrap_or(-1.0)),
        MeasuredKey::Mean => by(|row| f64::from(row.statistics.mean)),
        MeasuredKey::Deviation => by(|row| f64::from(row.statistics.deviation)),
        MeasuredKey::Min => by(|row| f64::from(row.statistics.min)),
        MeasuredKey::Max => by(|row| f64::from(row.statistics.max)),
        MeasuredKey::Zeros => by(|row| f64::from(row.statistics.zeros)),
        MeasuredKey::Time => by(|row| row.time_ms),
    }
}

#[cfg(test)]
mod tests {
    use shared::architecture::{BlockKind, Pooling, ResNetConfig, VitConfig};

    use super::*;

    fn measured(graph: &Graph, time_ms: impl Fn(usize) -> f64) -> Vec<NodeStatistics> {
        let statistics = |(index, node): (usize, &Node)| NodeStatistics {
            node: node.id.clone(),
            mean: index as f32,
            deviation: 1.0,
            min: -(index as f32),
            max: 2.0,
            zeros: 0.5,
            time_ms: time_ms(index),
        };
        graph.nodes.iter().enumerate().map(statistics).collect()
    }

    fn resnet18() -> Graph {
        let stage_depths = [2; 4];
        ResNetConfig { block: BlockKind::Basic, stage_depths, num_classes: 10, image_size: 64 }.graph()
    }

    fn vit() -> Graph {
        VitConfig {
            dim: 8,
            depth: 3,
            num_heads: 2,
            mlp_dim: 16,
            patch_size: 16,
            image_size: 32,
            num_classes: 2,
            layer_norm_epsilon: 1e-6,
            pooling: Pooling::Mean,
        }
        .graph()
    }

    fn of(graph: &Graph, nodes: &[NodeStatistics], distances_px: &[f64]) -> Vec<MeasuredRow> {
        let layers = layers::rows(graph, |operation| format!("{operation:?}"));
        rows(graph, layers, Measured { nodes, distances_px })
    }

    #[test]
    fn a_block_takes_what_its_parts_take_and_all_sections_the_whole() {
        let graph = resnet18();
        let rows = of(&graph, &measured(&graph, |_index| 0.5), &[]);
        assert_eq!(rows.len(), graph.nodes.len());
        let block = rows.iter().find(|row| row.layer.node.as_str() == "layer1.0").expect("a block");
        // Itself, two convolutions, the shortcut and the sum.
        assert!((block.time_ms - 2.5).abs() < 1e-9);
        let sections = sections(&rows);
        let names: Vec<Section> = sections.iter().map(|section| section.section).collect();
        assert_eq!(names[..3], [Section::Input, Section::Stem, Section::Stage(1)]);
        let sum = |pick: fn(&SectionShare) -> f64| sections.iter().map(pick).sum::<f64>();
        assert!((sum(|section| section.time_share) - 1.0).abs() < 1e-9);
        assert!((sum(|section| section.mac_share) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn measured_columns_order_the_rows() {
        let graph = resnet18();
        let rows = of(&graph, &measured(&graph, |index| index as f64), &[]);
        let first = |key, is_descending| {
            arranged(&rows, Detail::Nodes, Some(Sort { key, is_descending }))[0].layer.node.to_string()
        };
        assert_eq!(
            (first(MeasuredKey::Time, true), first(MeasuredKey::Min, true)),
            ("logits".into(), "input".into())
        );
        assert_eq!(first(MeasuredKey::Mean, false), "input");
        assert_eq!(first(MeasuredKey::Layer(SortKey::Node), false), "avgpool");
        assert!(MeasuredKey::Layer(SortKey::Operation).is_text() && !MeasuredKey::Time.is_text());
    }

    #[test]
    fn distances_belong_to_attention_and_rows_lead_to_lenses() {
        let graph = vit();
        let rows = of(&graph, &measured(&graph, |_index| 1.0), &[10.0, 20.0, 30.0]);
        let distance = |name: &str| {
            rows.iter().find(|row| row.layer.node.as_str() == name).and_then(|row| row.distance_px)
        };
        assert_eq!(distance("encoder.1.attention_weights"), Some(20.0));
        assert_eq!(distance("encoder.2"), Some(30.0));
        assert_eq!(distance("encoder.2.mlp"), None);
        let lens = |graph: &Graph, name: &str| {
            lens_of(graph.nodes.iter().find(|node| node.id.as_str() == name).expect("a node"))
        };
        assert_eq!(lens(&graph, "encoder.1.attention_weights").as_deref(), Some("attention,block:1"));
        assert_eq!(lens(&resnet18(), "layer1.0.conv2").as_deref(), Some("feature-maps,node:layer1.0.conv2"));
        assert_eq!(lens(&graph, "logits").as_deref(), Some("logit-lens"));
    }
}
