//! What a forward pass left behind for one picture: the tensors of its nodes, still where they were computed. Looking at another
//! node of the same picture then runs no model. Numbers leave it as arrays.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use candle_core::{Result, Storage, Tensor};
use shared::NodeId;

use super::job::InferenceError;
use crate::analysis::Array;
use crate::device::to_host;
use crate::models::layers::values::with_values;

/// Tensors of one picture, without the batch axis.
#[derive(Clone, Debug)]
pub struct Trace {
    tensors: BTreeMap<NodeId, Tensor>,
    /// Waiting for the model.
    pub queue_ms: f64,
    /// The forward pass of the batch that the picture was in.
    pub forward_ms: f64,
}

impl Trace {
    /// A trace of these tensors.
    pub fn new(tensors: BTreeMap<NodeId, Tensor>, queue_ms: f64, forward_ms: f64) -> Self {
        Self { tensors, queue_ms, forward_ms }
    }

    /// Whether it holds a node.
    pub fn holds(&self, node: &NodeId) -> bool {
        self.tensors.contains_key(node)
    }

    /// Whether another one holds all that this one holds.
    pub fn is_within(&self, other: &Self) -> bool {
        self.tensors.keys().all(|node| other.holds(node))
    }

    /// The same with what another one of the same picture holds beside.
    pub fn with(&self, other: &Self) -> Self {
        let mut tensors = other.tensors.clone();
        tensors.extend(self.tensors.clone());
        Self { tensors, ..*self }
    }

    /// A node's values.
    ///
    /// # Errors
    /// It does not hold the node, or the device does not give it.
    pub fn array(&self, node: &NodeId) -> std::result::Result<Array, InferenceError> {
        let tensor = self.tensors.get(node).ok_or(InferenceError::Failed)?;
        array(tensor).map_err(|error| {
            tracing::error!(%node, %error, "a tensor cannot be copied out");
            InferenceError::Failed
        })
    }

    /// Memory of its tensors. One that several nodes share, as an identity shortcut and the block before it do, counts once.
    pub fn size_bytes(&self) -> u64 {
        let mut seen = BTreeSet::new();
        let size = |tensor: &Tensor| (tensor.elem_count() * tensor.dtype().size_in_bytes()) as u64;
        let place = |tensor: &Tensor| {
            let (storage, layout) = tensor.storage_and_layout();
            (std::ptr::from_ref::<Storage>(&storage).addr(), layout.start_offset())
        };
        self.tensors.values().filter(|tensor| seen.insert(place(tensor))).map(size).sum()
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
