//! What is known of a loaded model: its description, its graph, and its parameters by name.

use std::sync::Arc;

use shared::{Graph, ModelInfo, ModelRef, NodeId};

use super::trace::array;
use crate::analysis::Array;
use crate::fingerprint::fingerprint;
use crate::models::ParameterSource;
use crate::models::registry::LoadedModel;

/// What is known of a loaded model.
pub struct Model {
    /// What the page and the API say of it.
    pub info: ModelInfo,
    /// Its nodes.
    pub graph: Graph,
    /// Changes whenever an answer could: a hash of everything that is said of the model, the checkpoint's own among it.
    pub fingerprint: String,
    weights: Arc<dyn ParameterSource>,
}

impl Model {
    /// Of a loaded model.
    pub fn of(loaded: LoadedModel) -> Self {
        let LoadedModel { info, weights, .. } = loaded;
        let fingerprint = fingerprint(&info)[..32].to_owned();
        Self { graph: info.architecture.graph(), info, fingerprint, weights }
    }

    /// Every node, in their order.
    pub fn node_ids(&self) -> Vec<NodeId> {
        self.graph.nodes.iter().map(|node| node.id.clone()).collect()
    }

    /// How answers name the model.
    pub fn reference(&self) -> ModelRef {
        ModelRef {
            slot: self.info.slot,
            name: self.info.name.clone(),
            checkpoint_id: self.info.checkpoint.id.clone(),
            num_classes: self.info.architecture.num_classes(),
        }
    }

    /// The name of a class for display.
    pub fn label(&self, index: usize) -> String {
        self.info.labels.get(index).cloned().unwrap_or_else(|| format!("class {index}"))
    }

    /// Sizes of a parameter's axes; `None` where the model has none of that name.
    pub fn parameter_shape(&self, name: &str) -> Option<&[usize]> {
        let parameters = self.graph.nodes.iter().flat_map(|node| &node.parameters);
        parameters
            .into_iter()
            .find(|parameter| parameter.name == name)
            .map(|parameter| parameter.shape.as_slice())
    }

    /// A parameter of the checkpoint, before batch-norm is folded into anything. Blocks: it may have to be unpacked.
    ///
    /// # Errors
    /// There is none of that name, or it cannot be read.
    pub fn parameter(&self, name: &str) -> candle_core::Result<Array> {
        array(&self.weights.parameter(name)?.to_dtype(candle_core::DType::F32)?)
    }

    /// One entry of a parameter's first axis, such as a class's weights of the head, as [`Model::parameter`] gives all of them.
    ///
    /// # Errors
    /// There is none of that name, it has fewer entries, or it cannot be read.
    pub fn parameter_part(&self, name: &str, index: usize) -> candle_core::Result<Array> {
        array(&self.weights.parameter(name)?.get(index)?.to_dtype(candle_core::DType::F32)?)
    }
}
