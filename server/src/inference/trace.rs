//! What a forward pass left behind for one picture: the tensors of its nodes, still where they were computed. Looking at another
//! node of the same picture then runs no model. Numbers leave it as arrays.

use std::collections::BTreeSet;
use std::sync::Arc;

use candle_core::{Result, Storage, Tensor};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use shared::NodeId;

use super::job::InferenceError;
use crate::analysis::Array;
use crate::device::to_host;
use crate::models::Captured;
use crate::models::layers::values::with_values;

/// Tensors of one picture, without the batch axis.
#[derive(Clone, Debug)]
pub struct Trace {
    captured: Captured,
    /// Waiting for the model.
    pub queue_ms: f64,
    /// The forward pass of the batch that the picture was in.
    pub forward_ms: f64,
}

impl Trace {
    /// A trace of these tensors.
    pub fn new(captured: Captured, queue_ms: f64, forward_ms: f64) -> Self {
        Self { captured, queue_ms, forward_ms }
    }

    /// Whether it holds a node.
    pub fn holds(&self, node: &NodeId) -> bool {
        self.captured.holds(node)
    }

    /// Whether another one holds all that this one holds.
    pub fn is_within(&self, other: &Self) -> bool {
        self.captured.nodes().all(|node| other.holds(node))
    }

    /// The same with what another one of the same picture holds beside.
    pub fn with(&self, other: &Self) -> Self {
        Self { captured: self.captured.with(&other.captured), ..*self }
    }

    /// A node's values.
    ///
    /// # Errors
    /// It does not hold the node, or the device does not give it.
    pub fn array(&self, node: &NodeId) -> std::result::Result<Array, InferenceError> {
        let copied = self.captured.tensor(node).and_then(|tensor| tensor.as_ref().map(array).transpose());
        let copied = copied.map_err(|error| {
            tracing::error!(%node, %error, "a tensor cannot be copied out");
            InferenceError::Failed
        });
        copied?.ok_or(InferenceError::Failed)
    }

    /// Several nodes' values, copied side by side: one thread alone gets half of what the memory gives.
    ///
    /// # Errors
    /// As [`Self::array`].
    pub fn arrays(&self, nodes: &[NodeId]) -> std::result::Result<Vec<Array>, InferenceError> {
        nodes.par_iter().map(|node| self.array(node)).collect()
    }

    /// Memory of its tensors. One that several nodes share, as an identity shortcut and the block before it do, counts once.
    pub fn size_bytes(&self) -> u64 {
        let mut seen = BTreeSet::new();
        let size = |tensor: &Tensor| (tensor.elem_count() * tensor.dtype().size_in_bytes()) as u64;
        let place = |tensor: &Tensor| {
            let (storage, layout) = tensor.storage_and_layout();
            (std::ptr::from_ref::<Storage>(&storage).addr(), layout.start_offset())
        };
        self.captured.kept().filter(|tensor| seen.insert(place(tensor))).map(size).sum()
    }
}

/// A tensor's values as f32, copied to the host.
///
/// # Errors
/// The device does not give them.
pub fn array(tensor: &Tensor) -> Result<Array> {
    let values: Arc<[f32]> = with_values([&to_host(tensor)?], |[values]| values.into())?;
    Ok(Array::new(tensor.dims().to_vec(), values))
}
