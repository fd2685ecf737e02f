//! The rows of the per-layer table: every node of a graph with its cost and its share of the whole, their order, and the
//! same as CSV. Names of operations come from outside, since they are words.

use std::cmp::Ordering;

use shared::{Graph, Node, NodeId, Operation, ReceptiveField, Section};

/// One node in the table.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerRow {
    /// The node.
    pub node: NodeId,
    /// Where it stands.
    pub section: Section,
    /// The group that it is a part of.
    pub parent: Option<NodeId>,
    /// Whether other nodes are parts of it.
    pub is_group: bool,
    /// What computes it, in words.
    pub operation: String,
    /// Sizes of its tensor.
    pub shape: Vec<usize>,
    /// Trainable parameters, with all parts.
    pub parameters: u64,
    /// Of the model's parameters, from 0 to 1.
    pub parameter_share: f64,
    /// Multiply-accumulates, with all parts.
    pub macs: u64,
    /// Of the model's multiply-accumulates, from 0 to 1.
    pub mac_share: f64,
    /// Side of the receptive field in pixels; `None` where it is the whole picture.
    pub field_px: Option<usize>,
}

/// A column that orders the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortKey {
    /// The node's name.
    Node,
    /// The operation's name.
    Operation,
    /// Values in the tensor.
    Shape,
    /// Parameters.
    Parameters,
    /// Multiply-accumulates.
    Macs,
    /// Size of the receptive field.
    ReceptiveField,
}

/// Something to order rows by.
pub trait Column: Copy + PartialEq {
    /// Whether it holds names, which rise first, and not numbers, of which the largest are looked for.
    fn is_text(self) -> bool;
}

impl Column for SortKey {
    fn is_text(self) -> bool {
        matches!(self, Self::Node | Self::Operation)
    }
}

/// An order of the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort<Key = SortKey> {
    /// By which column.
    pub key: Key,
    /// Largest or last first.
    pub is_descending: bool,
}

impl<Key: Column> Sort<Key> {
    /// The order after a click on a column's head: names rise and numbers fall first, then the reverse, then the order
    /// of execution again.
    pub fn after_click(current: Option<Self>, key: Key) -> Option<Self> {
        let falls_first = !key.is_text();
        match current {
            Some(sort) if sort.key == key => {
                (sort.is_descending == falls_first).then_some(Self { key, is_descending: !falls_first })
            }
            _ => Some(Self { key, is_descending: falls_first }),
        }
    }
}

/// How much of the nesting is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Blocks as one row each.
    Blocks,
    /// Blocks and all their parts.
    Nodes,
}

/// All rows in the order of execution, each group before its parts.
pub fn rows(graph: &Graph, describe: impl Fn(&Operation) -> String) -> Vec<LayerRow> {
    let totals = (graph.total_parameters(), graph.total_macs());
    let row = |node: &Node, is_group: bool| {
        let (parameters, macs) = (graph.parameters_of(node), graph.macs_of(node));
        LayerRow {
            node: node.id.clone(),
            section: node.section,
            parent: node.parent.clone(),
            is_group,
            operation: describe(&node.operation),
            shape: node.output_shape.dims(),
            parameters,
            parameter_share: share(parameters, totals.0),
            macs,
            mac_share: share(macs, totals.1),
            field_px: match node.receptive_field {
                ReceptiveField::Local { size_px, .. } => Some(size_px),
                ReceptiveField::Global => None,
            },
        }
    };
    let mut rows = Vec::with_capacity(graph.nodes.len());
    for root in graph.roots() {
        let position = rows.len();
        rows.extend(graph.children(&root.id).map(|part| row(part, false)));
        rows.insert(position, row(root, rows.len() > position));
    }
    rows
}

/// The rows that are shown, in their order. Ordered by a column, the parts stand for themselves and the groups that only
/// sum them are left out, so that no cost is listed twice.
pub fn arranged(rows: &[LayerRow], detail: Detail, sort: Option<Sort>) -> Vec<LayerRow> {
    arranged_by(rows, detail, sort, |row| row, compare)
}

/// The same for rows that hold more than a layer: `layer` is their part that this module knows, `compare` orders two by a column.
pub fn arranged_by<Row: Clone, Key: Column>(
    rows: &[Row],
    detail: Detail,
    sort: Option<Sort<Key>>,
    layer: fn(&Row) -> &LayerRow,
    compare: impl Fn(&Row, &Row, Key) -> Ordering,
) -> Vec<Row> {
    let is_shown = |row: &&Row| match detail {
        Detail::Blocks => layer(row).parent.is_none(),
        Detail::Nodes => sort.is_none() || !layer(row).is_group,
    };
    let mut shown: Vec<Row> = rows.iter().filter(is_shown).cloned().collect();
    if let Some(Sort { key, is_descending }) = sort {
        shown.sort_by(|one, other| match is_descending {
            true => compare(other, one, key),
            false => compare(one, other, key),
        });
    }
    shown
}

/// The rows as CSV with a head (RFC 4180); sections as `section` names them.
pub fn csv(rows: &[LayerRow], section: impl Fn(Section) -> String) -> String {
    let head = "node,part_of,section,operation,output_shape,parameters,parameter_share,macs,mac_share,receptive_field_px";
    let mut lines = vec![head.to_owned()];
    lines.extend(rows.iter().map(|row| {
        let shape: Vec<String> = row.shape.iter().map(ToString::to_string).collect();
        let cells = [
            row.node.to_string(),
            row.parent.as_ref().map(ToString::to_string).unwrap_or_default(),
            section(row.section),
            row.operation.clone(),
            shape.join("x"),
            row.parameters.to_string(),
            row.parameter_share.to_string(),
            row.macs.to_string(),
            row.mac_share.to_string(),
            row.field_px.map_or_else(|| "whole image".to_owned(), |size| size.to_string()),
        ];
        cells.map(|cell| escaped(&cell)).join(",")
    }));
    lines.join("\r\n") + "\r\n"
}

/// A part of a whole, 0 of nothing.
pub fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// Which of two rows comes first when a column rises.
pub fn compare(one: &LayerRow, other: &LayerRow, key: SortKey) -> Ordering {
    let size = |row: &LayerRow| row.shape.iter().product::<usize>();
    match key {
        SortKey::Node => one.node.cmp(&other.node),
        SortKey::Operation => one.operation.cmp(&other.operation),
        SortKey::Shape => size(one).cmp(&size(other)),
        SortKey::Parameters => one.parameters.cmp(&other.parameters),
        SortKey::Macs => one.macs.cmp(&other.macs),
        SortKey::ReceptiveField => {
            one.field_px.unwrap_or(usize::MAX).cmp(&other.field_px.unwrap_or(usize::MAX))
        }
    }
}

fn escaped(cell: &str) -> String {
    if cell.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use shared::architecture::{BlockKind, ResNetConfig};

    use super::*;

    fn resnet18_rows() -> (Graph, Vec<LayerRow>) {
        let config = ResNetConfig {
            block: BlockKind::Basic,
            stage_depths: [2; 4],
            num_classes: 1000,
            image_size: 224,
        };
        let graph = config.graph();
        let rows = rows(&graph, |operation| format!("{operation:?}"));
        (graph, rows)
    }

    fn names(rows: &[LayerRow]) -> Vec<&str> {
        rows.iter().map(|row| row.node.as_str()).collect()
    }

    #[test]
    fn every_node_is_a_row_and_a_block_stands_before_its_parts() {
        let (graph, rows) = resnet18_rows();
        assert_eq!(rows.len(), graph.nodes.len());
        assert_eq!(
            names(&rows)[..8],
            [
                "input",
                "conv1",
                "maxpool",
                "layer1.0",
                "layer1.0.conv1",
                "layer1.0.conv2",
                "layer1.0.shortcut",
                "layer1.0.sum"
            ]
        );
        let block = &rows[3];
        // Two 3x3 convolutions of 64 channels, each with a batch-norm's scale and shift.
        assert_eq!((block.is_group, block.parameters), (true, 2 * (64 * 64 * 9 + 128)));
        assert!(rows[4].parent.as_ref() == Some(&block.node) && !rows[4].is_group);
    }

    #[test]
    fn shares_of_what_is_shown_are_the_whole() {
        let (_graph, rows) = resnet18_rows();
        let by_macs = Some(Sort { key: SortKey::Macs, is_descending: true });
        for shown in [arranged(&rows, Detail::Blocks, None), arranged(&rows, Detail::Nodes, by_macs)] {
            let total = |pick: fn(&LayerRow) -> f64| shown.iter().map(pick).sum::<f64>();
            assert!((total(|row| row.parameter_share) - 1.0).abs() < 1e-9);
            assert!((total(|row| row.mac_share) - 1.0).abs() < 1e-9);
        }
        assert_eq!(arranged(&rows, Detail::Nodes, None), rows);
    }

    #[test]
    fn a_column_orders_the_rows_and_equal_ones_keep_their_order() {
        let (_graph, rows) = resnet18_rows();
        let ordered = |key, is_descending| {
            names(&arranged(&rows, Detail::Blocks, Some(Sort { key, is_descending }))).join(" ")
        };
        assert!(ordered(SortKey::Parameters, true).starts_with("layer4.1 layer4.0 layer3.1"));
        assert!(ordered(SortKey::Parameters, false).starts_with("input maxpool avgpool conv1"));
        assert!(ordered(SortKey::ReceptiveField, true).starts_with("avgpool logits layer4.1"));
        assert!(ordered(SortKey::Node, false).starts_with("avgpool conv1 input layer1.0"));
        assert!(ordered(SortKey::Shape, true).starts_with("conv1 maxpool layer1.0"));
    }

    #[test]
    fn clicks_go_round() {
        let first = Sort::after_click(None, SortKey::Macs);
        assert_eq!(first, Some(Sort { key: SortKey::Macs, is_descending: true }));
        let second = Sort::after_click(first, SortKey::Macs);
        assert_eq!(second, Some(Sort { key: SortKey::Macs, is_descending: false }));
        assert_eq!(Sort::after_click(second, SortKey::Macs), None);
        let name = Sort::after_click(second, SortKey::Node);
        assert_eq!(name, Some(Sort { key: SortKey::Node, is_descending: false }));
    }

    #[test]
    fn csv_is_quoted_where_it_must_be() {
        let row = LayerRow {
            node: NodeId::new("layer1.0.conv1"),
            section: Section::Stage(1),
            parent: Some(NodeId::new("layer1.0")),
            is_group: false,
            operation: "a \"3 × 3\", wide\none".to_owned(),
            shape: vec![64, 56, 56],
            parameters: 12,
            parameter_share: 0.5,
            macs: 34,
            mac_share: 0.25,
            field_px: None,
        };
        let csv = csv(&[row], |section| format!("{section:?}"));
        let (head, line) = csv.split_once("\r\n").expect("a head and a line");
        assert_eq!(head.split(',').count(), 10);
        assert_eq!(
            line,
            "layer1.0.conv1,layer1.0,Stage(1),\"a \"\"3 × 3\"\", wide\none\",64x56x56,12,0.5,34,0.25,whole image\r\n"
        );
    }
}
