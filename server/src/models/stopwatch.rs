//! How long each node of a forward pass takes.

use std::time::{Duration, Instant};

use candle_core::{Result, Tensor};
use shared::NodeId;

use super::observer::Observer;

/// Takes the time from each node to the next, the device's work waited for: all that happens after the node before was there and
/// until this one is, so also what the graph draws as part of it (batch-norm and ReLU of a convolution, cutting the image into
/// patches, joining heads before the output projection). Query, key and value are one product, whose time is the query's.
#[derive(Clone, Debug)]
pub struct Stopwatch {
    last: Instant,
    times: Vec<(NodeId, Duration)>,
}

impl Stopwatch {
    /// Starts now.
    pub fn start() -> Self {
        Self { last: Instant::now(), times: Vec::new() }
    }

    /// The nodes in order of execution and what each took.
    pub fn into_times(self) -> Vec<(NodeId, Duration)> {
        self.times
    }
}

impl Observer for Stopwatch {
    fn wants(&self, _node: &NodeId) -> bool {
        true
    }

    fn observe(&mut self, node: &NodeId, tensor: &Tensor) -> Result<()> {
        tensor.device().synchronize()?;
        let now = Instant::now();
        self.times.push((node.clone(), now - self.last));
        self.last = now;
        Ok(())
    }
}
