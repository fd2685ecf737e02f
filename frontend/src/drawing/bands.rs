//! The backbone in bands: one for each part of the model, the encoder's equal blocks together in one.

use shared::{Graph, Node, Section};

/// A part of the backbone: nodes that stand side by side in the map.
#[derive(Clone, Debug, PartialEq)]
pub struct Band<'graph> {
    /// The part; of the encoder, its first block.
    pub section: Section,
    /// Nodes that are not inside a group, in order of execution.
    pub roots: Vec<&'graph Node>,
    /// Trainable parameters of all its nodes.
    pub parameters: u64,
    /// Multiply-accumulates of all its nodes.
    pub macs: u64,
}

/// All parts up to the vector that the head reads.
pub fn backbone(graph: &Graph) -> Vec<Band<'_>> {
    let mut bands: Vec<Band<'_>> = Vec::new();
    for node in graph.roots().filter(|node| node.section != Section::Head) {
        let (parameters, macs) = (graph.parameters_of(node), graph.macs_of(node));
        match bands.last_mut().filter(|band| kind(band.section) == kind(node.section)) {
            Some(band) => {
                band.roots.push(node);
                band.parameters += parameters;
                band.macs += macs;
            }
            None => bands.push(Band { section: node.section, roots: vec![node], parameters, macs }),
        }
    }
    bands
}

/// Position of the band that shows a node, itself or inside its group.
pub fn position(graph: &Graph, node: &Node) -> Option<usize> {
    backbone(graph).iter().position(|band| kind(band.section) == kind(node.section))
}

fn kind(section: Section) -> Section {
    match section {
        Section::Encoder(_block) => Section::Encoder(0),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drawing::walk::tests::every_architecture;

    #[test]
    fn bands_hold_the_whole_backbone_once() {
        for (name, graph) in every_architecture() {
            let bands = backbone(&graph);
            let roots: usize = bands.iter().map(|band| band.roots.len()).sum();
            assert_eq!(roots, graph.roots().count() - 1, "{name}: all but the logits");
            let parameters: u64 = bands.iter().map(|band| band.parameters).sum();
            let expected = graph.total_parameters() - graph.section_parameters(Section::Head);
            assert_eq!(parameters, expected, "{name}");
            let macs: u64 = bands.iter().map(|band| band.macs).sum();
            assert_eq!(macs, graph.total_macs() - graph.section_macs(Section::Head), "{name}");
            for node in graph.nodes.iter().filter(|node| node.section != Section::Head) {
                assert!(position(&graph, node).is_some(), "{name}: {}", node.id);
            }
        }
    }
}
