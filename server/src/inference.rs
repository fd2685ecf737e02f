//! Runs the models: a thread per device owns them and takes tasks from one bounded queue. Callers hand over a picture's input
//! and the name of a node and get plain numbers back, or a computation and get its result; what a forward pass computed is kept
//! for whoever looks at another node of the same picture. No tensor of candle leaves this module.

mod batch;
mod devices;
mod engine;
mod job;
mod model;
mod queue;
mod trace;
mod worker;

pub use devices::DeviceModels;
pub use engine::{Inference, InferenceLimits};
pub use job::{InferenceError, Observed};
pub use model::Model;
pub use trace::{Trace, array};
