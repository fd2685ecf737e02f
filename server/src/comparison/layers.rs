//! Which layers of a model are compared, and how their Gram matrices are taken during a forward pass: no layer's features are kept.

use std::collections::BTreeMap;

use candle_core::{Device, Result, Tensor, bail};
use shared::{ComparedLayer, ModelInfo, NodeId, Operation};

use crate::analysis::cka::GramMatrix;
use crate::device::to_host;
use crate::models::Observer;
use crate::models::registry::LoadedModel;

/// The layers of a model that are compared, read off its graph: where its stream starts, what each residual or encoder block leaves
/// in it, and what is pooled or normalised at its end.
pub fn compared_layers(info: &ModelInfo) -> Vec<ComparedLayer> {
    let graph = info.architecture.graph();
    let roots = graph.roots().filter(|node| {
        let is_block = graph.children(&node.id).next().is_some();
        is_block || is_end_of_stream(&node.operation)
    });
    let layer = |node: &shared::Node| ComparedLayer {
        model: info.slot,
        node: node.id.clone(),
        features: node.output_shape.elements(),
    };
    roots.map(layer).collect()
}

fn is_end_of_stream(operation: &Operation) -> bool {
    matches!(
        operation,
        Operation::MaxPool { .. }
            | Operation::GlobalAveragePool
            | Operation::Embeddings
            | Operation::LayerNorm { .. }
    )
}

/// Takes the Gram matrix of each wanted node as soon as the model tells of it.
pub struct GramObserver {
    wanted: Vec<NodeId>,
    grams: BTreeMap<NodeId, GramMatrix>,
}

impl GramObserver {
    /// An observer of these nodes.
    pub fn new(wanted: impl Iterator<Item = NodeId>) -> Self {
        Self { wanted: wanted.collect(), grams: BTreeMap::new() }
    }

    /// One forward pass of a minibatch.
    ///
    /// # Shapes
    /// `values`: `[batch, 3, side, side]`, preprocessed.
    ///
    /// # Errors
    /// The model does not run, or does not tell of a wanted node.
    pub fn run(&mut self, model: &LoadedModel, values: &[f32], device: &Device) -> Result<()> {
        let side = model.info.architecture.image_size();
        let batch = values.len() / (3 * side * side);
        let images = Tensor::from_slice(values, (batch, 3, side, side), device)?;
        device.with_context(|| model.backbone.forward_observed(&images, self))?;
        match self.wanted.iter().find(|node| !self.grams.contains_key(node)) {
            None => Ok(()),
            Some(node) => bail!("the model did not tell of {node}"),
        }
    }

    /// In the order of the wanted nodes.
    pub fn into_gram_matrices(mut self) -> impl Iterator<Item = GramMatrix> {
        self.wanted.into_iter().filter_map(move |node| self.grams.remove(&node))
    }
}

impl Observer for GramObserver {
    fn wants(&self, node: &NodeId) -> bool {
        self.wanted.contains(node)
    }

    fn observe(&mut self, node: &NodeId, tensor: &Tensor) -> Result<()> {
        let features = to_host(tensor)?.flatten_all()?.to_vec1::<f32>()?;
        self.grams.insert(node.clone(), GramMatrix::of(&features, tensor.dim(0)?));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use shared::architecture::{BlockKind, Pooling, ResNetConfig, VitConfig};
    use shared::{ArchitectureConfig, CheckpointInfo, ModelSlot, Preprocessing};

    use super::*;

    fn nodes(slot: ModelSlot, architecture: ArchitectureConfig) -> Vec<String> {
        let info = ModelInfo {
            slot,
            name: architecture.name(),
            architecture,
            checkpoint: CheckpointInfo::default(),
            preprocessing: Preprocessing::default(),
            labels: Vec::new(),
            label_source: String::new(),
            device: String::new(),
        };
        compared_layers(&info).into_iter().map(|layer| format!("{} {}", layer.node, layer.features)).collect()
    }

    #[test]
    fn a_resnet_is_compared_from_its_stem_to_its_pooled_features() {
        let config = ResNetConfig {
            block: BlockKind::Bottleneck,
            stage_depths: [3, 4, 6, 3],
            num_classes: 9,
            image_size: 224,
        };
        let nodes = nodes(ModelSlot::Resnet, ArchitectureConfig::Resnet(config));
        assert_eq!(nodes.len(), 18);
        assert_eq!(nodes[..2], ["maxpool 200704", "layer1.0 802816"]);
        assert_eq!(nodes[16..], ["layer4.2 100352", "avgpool 2048"]);
    }

    #[test]
    fn a_vit_is_compared_from_its_embeddings_to_its_norm() {
        let config = VitConfig {
            dim: 64,
            depth: 3,
            num_heads: 2,
            mlp_dim: 128,
            patch_size: 16,
            image_size: 32,
            num_classes: 9,
            layer_norm_epsilon: 1e-6,
            pooling: Pooling::Mean,
        };
        let nodes = nodes(ModelSlot::Vit, ArchitectureConfig::Vit(config));
        assert_eq!(nodes, ["embeddings 320", "encoder.0 320", "encoder.1 320", "encoder.2 320", "norm 320"]);
    }
}
