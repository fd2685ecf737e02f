//! The two loaded models: what the server says of them, and their graphs, which follow from it on both sides alike.

use std::sync::Arc;

use leptos::prelude::expect_context;
use shared::{Graph, ModelInfo, ModelSlot, PageState};

/// Context: both models.
#[derive(Clone, Debug)]
pub struct Models(Arc<[(ModelInfo, Graph); 2]>);

impl Models {
    /// Computes the graphs of the page's models.
    pub fn new(page: &PageState) -> Self {
        Self(Arc::new(ModelSlot::ALL.map(|slot| {
            let info = page.model(slot).clone();
            let graph = info.architecture.graph();
            (info, graph)
        })))
    }

    /// The models of this page.
    pub fn expect() -> Self {
        expect_context::<Self>()
    }

    /// What the server says of the model in a slot.
    pub fn info(&self, slot: ModelSlot) -> &ModelInfo {
        &self.0[index(slot)].0
    }

    /// The graph of the model in a slot.
    pub fn graph(&self, slot: ModelSlot) -> &Graph {
        &self.0[index(slot)].1
    }
}

fn index(slot: ModelSlot) -> usize {
    match slot {
        ModelSlot::Resnet => 0,
        ModelSlot::Vit => 1,
    }
}
