//! One question to a model, on its way through the queue.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use candle_core::Tensor;
use shared::{ModelSlot, NodeId};
use thiserror::Error;
use tokio::sync::oneshot;

use super::trace::Trace;
use crate::analysis::Array;
use crate::images::ModelInput;
use crate::models::Backbone;

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

/// A question, the picture that it is about, and the way back to who asks it.
#[derive(Debug)]
pub struct Job {
    /// Which model is asked.
    pub slot: ModelSlot,
    /// Whether it asks for a model's answer to a picture, which goes before what is looked at of one that was answered.
    pub is_for_answer: bool,
    /// About which picture.
    pub input: Arc<ModelInput>,
    /// When it was asked.
    pub asked_at: Instant,
    /// What is asked.
    pub work: Work,
}

/// What is asked of a model.
#[derive(Debug)]
pub enum Work {
    /// What nodes hold: many such questions share a forward pass.
    Observe(Observation),
    /// Something that needs the model to itself, such as a gradient.
    Compute(Computation),
}

/// The question for some nodes.
#[derive(Debug)]
pub struct Observation {
    /// Which nodes.
    pub nodes: Vec<NodeId>,
    /// Where the answer goes.
    pub reply: oneshot::Sender<Result<Arc<Trace>, InferenceError>>,
}

/// Where the result of a computation is to be had.
pub type Answered<T> = oneshot::Receiver<Result<T, InferenceError>>;

/// What a computation does with the model and the input.
type Run = Box<dyn FnOnce(&Backbone, &Tensor) + Send>;

/// A computation with a model and the picture's input, `[1, 3, side, side]`, on the model's device. It sends its own answer.
pub struct Computation {
    run: Run,
    is_abandoned: Box<dyn Fn() -> bool + Send>,
}

impl Computation {
    /// A computation, and where its result is to be had. The sender is dropped where it panics.
    pub fn new<T: Send + 'static>(
        compute: impl FnOnce(&Backbone, &Tensor) -> candle_core::Result<T> + Send + 'static,
    ) -> (Self, Answered<T>) {
        let (reply, answer) = oneshot::channel();
        let asked = Arc::new(Mutex::new(Some(reply)));
        let reply = Arc::clone(&asked);
        let run = move |backbone: &Backbone, images: &Tensor| {
            let result = compute(backbone, images).map_err(|error| {
                tracing::error!(%error, "a computation failed");
                InferenceError::Failed
            });
            let reply = reply.lock().expect("no holder of this lock panics").take();
            // Who left in the meantime does not get an answer, and that is no failure.
            if let Some(reply) = reply {
                _ = reply.send(result);
            }
        };
        let is_abandoned = move || {
            let reply = asked.lock().expect("no holder of this lock panics");
            reply.as_ref().is_none_or(oneshot::Sender::is_closed)
        };
        (Self { run: Box::new(run), is_abandoned: Box::new(is_abandoned) }, answer)
    }

    /// Computes and answers.
    pub fn run(self, backbone: &Backbone, images: &Tensor) {
        (self.run)(backbone, images);
    }
}

impl fmt::Debug for Computation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Computation")
    }
}

impl Job {
    /// Whether nobody waits for the answer any more.
    pub fn is_abandoned(&self) -> bool {
        match &self.work {
            Work::Observe(observation) => observation.reply.is_closed(),
            Work::Compute(computation) => (computation.is_abandoned)(),
        }
    }
}

impl Observation {
    /// Sends the answer. Who left in the meantime does not get one, and that is no failure.
    pub fn answer(self, answer: Result<Arc<Trace>, InferenceError>) {
        _ = self.reply.send(answer);
    }
}
