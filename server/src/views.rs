//! Views of a picture: what is asked of the models and made of their tensors for one question of a visitor. One noun a file; each
//! asks `inference`, hands arrays to `analysis`, and says in the words of `shared::views` what came out. Nothing here knows HTTP.

pub mod class_map;
pub mod experiments;
pub mod layers;
pub mod maps;
pub mod places;
pub mod receptive;
pub mod tokens;

use std::sync::Arc;

use shared::{ModelSlot, NodeId};
use thiserror::Error;

use crate::analysis::Array;
use crate::images::{IntakeError, ModelInput, StoredImage};
use crate::inference::{Inference, InferenceError, Model};

/// What is asked about: a picture before a model.
#[derive(Clone, Copy)]
pub struct Subject<'explorer> {
    /// Runs the models.
    pub inference: &'explorer Inference,
    /// Which of them.
    pub slot: ModelSlot,
    /// The picture.
    pub image: &'explorer StoredImage,
}

/// A view: what is said of it, and its arrays by name, the most important first.
#[derive(Clone, Debug)]
pub struct View<About> {
    /// What is said.
    pub about: About,
    /// The numbers.
    pub arrays: Vec<(&'static str, Array)>,
}

/// Why there is no view.
#[derive(Clone, Debug, Error)]
pub enum ViewError {
    /// The model could not be asked.
    #[error(transparent)]
    Inference(#[from] InferenceError),
    /// The loaded model has nothing of the kind.
    #[error("{0}")]
    Unavailable(String),
    /// The question names something that does not exist.
    #[error("{0}")]
    OutOfRange(String),
    /// The model has no such node.
    #[error("there is no node {0}")]
    NodeUnknown(NodeId),
    /// The picture could not be made ready for it.
    #[error(transparent)]
    Intake(#[from] IntakeError),
    /// The model's logits are not finite.
    #[error("the model {0} answers with numbers that are not finite")]
    NotFinite(ModelSlot),
}

impl Subject<'_> {
    /// What is known of the model.
    pub fn model(&self) -> &Arc<Model> {
        self.inference.model(self.slot)
    }

    /// What the model reads.
    pub fn input(&self) -> &Arc<ModelInput> {
        self.image.input(self.slot)
    }

    /// What a node holds for the picture.
    ///
    /// # Errors
    /// The model has no such node, or could not be asked.
    pub async fn observe(&self, node: &NodeId) -> Result<Array, ViewError> {
        if self.model().graph.node(node).is_none() {
            return Err(ViewError::NodeUnknown(node.clone()));
        }
        Ok(self.inference.observe(self.slot, node, self.input()).await?.array)
    }

    /// What several nodes hold for the picture, of one forward pass.
    ///
    /// # Errors
    /// As [`Subject::observe`].
    pub async fn observe_all(&self, nodes: &[NodeId]) -> Result<Vec<Array>, ViewError> {
        if let Some(node) = nodes.iter().find(|node| self.model().graph.node(node).is_none()) {
            return Err(ViewError::NodeUnknown(node.clone()));
        }
        Ok(self.inference.observe_all(self.slot, nodes, self.input()).await?)
    }

    /// Checks a class's position.
    ///
    /// # Errors
    /// The model has not as many classes.
    pub fn check_class(&self, class: usize) -> Result<(), ViewError> {
        check_position("class", class, self.model().info.architecture.num_classes())
    }
}

/// Checks a position against a count.
///
/// # Errors
/// Says what there is.
pub fn check_position(name: &str, position: usize, count: usize) -> Result<(), ViewError> {
    if position < count {
        return Ok(());
    }
    let last = count.saturating_sub(1);
    Err(ViewError::OutOfRange(format!("There is no {name} {position}: the model has {count}, 0 to {last}.")))
}

/// Arithmetic that takes milliseconds, off the threads that answer requests.
///
/// # Errors
/// The work panicked.
pub async fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ViewError> {
    // Fails only where the work panicked, which the panic hook has reported.
    tokio::task::spawn_blocking(work).await.map_err(|_panic| InferenceError::Failed.into())
}
