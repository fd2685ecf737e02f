//! How a forward pass is watched, and how it is interfered with. A model hands each node's tensor to its observer and goes on
//! with what it gets back; an observer is asked only about the nodes that it wants, and a tensor that nobody wants is never
//! materialised for its sake.

use candle_core::{Result, Tensor};
use shared::NodeId;

/// Watches a forward pass.
pub trait Observer: Send {
    /// Whether `observe` shall be called for this node.
    fn wants(&self, node: &NodeId) -> bool;

    /// Takes a node's tensor, with the batch axis first; the other axes are the graph's `output_shape`.
    ///
    /// # Errors
    /// An error ends the forward pass and becomes its result.
    fn observe(&mut self, node: &NodeId, tensor: &Tensor) -> Result<()>;

    /// The tensor that the pass goes on with in place of a wanted node's own, of the same shape: the same one, unless the
    /// observer experiments. It is the one that is then observed.
    ///
    /// # Errors
    /// An error ends the forward pass and becomes its result.
    fn replace(&mut self, _node: &NodeId, tensor: Tensor) -> Result<Tensor> {
        Ok(tensor)
    }

    /// What a model calls at each node. Gives the tensor to go on with.
    ///
    /// # Errors
    /// What [`Observer::replace`] and [`Observer::observe`] return.
    fn tell(&mut self, node: &NodeId, tensor: Tensor) -> Result<Tensor> {
        if !self.wants(node) {
            return Ok(tensor);
        }
        let tensor = self.replace(node, tensor)?;
        self.observe(node, &tensor)?;
        Ok(tensor)
    }

    /// The same for a tensor that what follows was already computed of. Gives what to compute it of anew, if that is another.
    ///
    /// # Errors
    /// As [`Observer::tell`].
    fn tell_computed(&mut self, node: &NodeId, tensor: &Tensor) -> Result<Option<Tensor>> {
        let told = self.tell(node, tensor.clone())?;
        Ok((told.id() != tensor.id()).then_some(told))
    }

    /// The same for a sum of two nodes that were told just before.
    ///
    /// # Errors
    /// As [`Observer::tell`].
    fn tell_sum(
        &mut self,
        node: &NodeId,
        [(_, first), (_, second)]: [Term<'_>; 2],
    ) -> Result<Option<Tensor>> {
        if self.wants(node) { self.tell_computed(node, &(first + second)?) } else { Ok(None) }
    }
}

/// A node that is summed, and its tensor.
pub type Term<'tensor> = (&'tensor NodeId, &'tensor Tensor);

/// Wants nothing: `forward` is `forward_observed` with this.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unobserved;

impl Observer for Unobserved {
    fn wants(&self, _node: &NodeId) -> bool {
        false
    }

    fn observe(&mut self, _node: &NodeId, _tensor: &Tensor) -> Result<()> {
        Ok(())
    }
}

/// Goes on with zeros in all channels at one place of a map.
#[derive(Clone, Debug)]
pub struct PlaceZeroed {
    /// The map.
    pub node: NodeId,
    /// Row and column.
    pub place: [usize; 2],
}

impl Observer for PlaceZeroed {
    fn wants(&self, node: &NodeId) -> bool {
        *node == self.node
    }

    fn observe(&mut self, _node: &NodeId, _tensor: &Tensor) -> Result<()> {
        Ok(())
    }

    /// # Shapes
    /// `tensor`: `[batch, channels, height, width]`.
    fn replace(&mut self, _node: &NodeId, tensor: Tensor) -> Result<Tensor> {
        let (_batch, _channels, height, width) = tensor.dims4()?;
        let [row, column] = self.place;
        let kept = |index: usize| if index == row * width + column { 0.0_f32 } else { 1.0 };
        let kept = Tensor::from_iter((0..height * width).map(kept), tensor.device())?;
        tensor.broadcast_mul(&kept.reshape((1, 1, height, width))?.to_dtype(tensor.dtype())?)
    }
}
