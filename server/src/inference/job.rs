//! One question to a model, on its way through the queue.

use std::sync::Arc;
use std::time::Instant;

use shared::{ModelSlot, NodeId};
use thiserror::Error;
use tokio::sync::oneshot;

use crate::analysis::Array;
use crate::images::ModelInput;

/// What a node held for one picture, and what it took to find out.
#[derive(Clone, Debug)]
pub struct Observed {
    /// The node's tensor.
    pub array: Array,
    /// Waiting for the model.
    pub queue_ms: f64,
    /// The forward pass of the batch that the picture was in.
    pub forward_ms: f64,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum InferenceError {
    /// As many wait already as may.
    #[error("the queue is full")]
    QueueFull,
    /// The process is about to end.
    #[error("the models are being shut down")]
    ShuttingDown,
    /// The forward pass failed; the worker has logged why.
    #[error("the forward pass failed")]
    Failed,
}

/// A question and the way back to who asks it.
#[derive(Debug)]
pub struct Job {
    /// Which model is asked.
    pub slot: ModelSlot,
    /// Which of its nodes.
    pub node: NodeId,
    /// About which picture.
    pub input: Arc<ModelInput>,
    /// When it was asked.
    pub asked_at: Instant,
    /// Where the answer goes.
    pub reply: oneshot::Sender<Result<Observed, InferenceError>>,
}

impl Job {
    /// Whether nobody waits for the answer any more.
    pub fn is_abandoned(&self) -> bool {
        self.reply.is_closed()
    }

    /// Sends the answer. Who left in the meantime does not get one, and that is no failure.
    pub fn answer(self, answer: Result<Observed, InferenceError>) {
        _ = self.reply.send(answer);
    }
}
