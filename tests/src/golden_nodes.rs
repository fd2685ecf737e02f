//! Every node of a running model against PyTorch's golden in `goldens/models`: sampled values and the largest magnitude.

use std::path::Path;

use candle_core::{Device, Result, Tensor};
use server::models::{Backbone, Capture};
use shared::{ArchitectureConfig, NodeId};

use crate::difference::largest;

/// Values that a golden holds of a larger tensor.
const SAMPLES: usize = 251;

/// Every node's tensor, batch axis first, in the graph's order.
///
/// # Panics
/// If the model does not tell of a node of its graph.
///
/// # Errors
/// If the forward pass fails.
pub fn observe(
    model: &Backbone,
    config: &ArchitectureConfig,
    images: &Tensor,
) -> Result<Vec<(NodeId, Tensor)>> {
    let nodes: Vec<NodeId> = config.graph().nodes.into_iter().map(|node| node.id).collect();
    let mut capture = Capture::new(nodes.clone());
    model.forward_observed(images, &mut capture)?;
    let mut tensors = capture.into_tensors()?;
    let tensor = |node: NodeId| {
        let tensor = tensors.remove(&node).expect("a model tells of every node");
        (node, tensor)
    };
    Ok(nodes.into_iter().map(tensor).collect())
}

/// The node that differs most from the golden `name`, and by how much of the golden's largest value.
///
/// # Panics
/// If the golden lacks a node or has one that the model lacks.
///
/// # Errors
/// If the golden cannot be read.
pub fn worst(name: &str, nodes: &[(NodeId, Tensor)]) -> Result<(NodeId, f32)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("goldens/models/{name}.safetensors"));
    let mut golden = candle_core::safetensors::load(path, &Device::Cpu)?;
    let mut worst = (NodeId::new("none"), 0.0);
    for (node, tensor) in nodes {
        let ours: Vec<f32> = tensor.flatten_all()?.to_vec1()?;
        let reference: Vec<f32> = golden.remove(node.as_str()).expect("a golden of each node").to_vec1()?;
        let scale: f32 =
            golden.remove(&format!("{node}/max_abs")).expect("its magnitude").get(0)?.to_scalar()?;
        let step = (ours.len() / SAMPLES).max(1);
        assert_eq!(ours.len().div_ceil(step), reference.len(), "{name} {node}");
        let sampled = ours.iter().step_by(step).zip(&reference).map(|(ours, reference)| ours - reference);
        let magnitude = largest(ours.iter().copied()) - scale;
        let difference = largest(sampled.chain([magnitude])) / scale;
        if difference.is_nan() || difference > worst.1 {
            worst = (node.clone(), difference);
        }
    }
    assert!(golden.is_empty(), "{name}: nodes that the graph lacks: {:?}", golden.keys());
    Ok(worst)
}
