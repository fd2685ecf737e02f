//! Runs the models: a thread per device owns them and takes batches from one bounded queue. Callers hand over a picture's input
//! and the name of a node and get plain numbers back; no tensor of candle leaves this module.

mod batch;
mod engine;
mod job;
mod queue;
mod worker;

pub use engine::{DeviceModels, Inference, InferenceLimits, Model};
pub use job::{InferenceError, Observed};
