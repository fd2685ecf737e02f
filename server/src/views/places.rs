//! Where a node's tensor has a vector for each place of the picture: a map, or a stream of tokens, whose patches are places.

use shared::{NodeId, TensorShape, TokenLayout};

use super::{ViewError, check_position};
use crate::analysis::{Array, maps};
use crate::inference::Model;
use crate::models::gradients::Unit;

/// The places of a node's tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Places {
    /// Channels of a map, or features of a token.
    pub channels: usize,
    /// From the top.
    pub rows: usize,
    /// From the left.
    pub columns: usize,
    /// Tokens before the first patch; `None` for a map.
    pub num_leading: Option<usize>,
}

impl Places {
    /// Reads them off the graph.
    ///
    /// # Errors
    /// There is no such node, or it has no places.
    pub fn of(model: &Model, node: &NodeId) -> Result<Self, ViewError> {
        let found = model.graph.node(node).ok_or_else(|| ViewError::NodeUnknown(node.clone()))?;
        match (&found.output_shape, TokenLayout::of(&model.graph)) {
            (&TensorShape::FeatureMap { channels, height, width }, _) => {
                Ok(Self { channels, rows: height, columns: width, num_leading: None })
            }
            (&TensorShape::Tokens { tokens, dim }, Some(layout)) => {
                let side = layout.patches_per_side;
                let num_leading = Some(tokens - layout.num_patches());
                Ok(Self { channels: dim, rows: side, columns: side, num_leading })
            }
            (shape, _) => Err(ViewError::Unavailable(format!(
                "{node} has no vector for each place of the picture: its shape is {shape}. Ask for a node that is a map of channels or \
                 a stream of tokens."
            ))),
        }
    }

    /// The tensor of such a node as maps.
    ///
    /// # Shapes
    /// `[channels, rows, columns]`, or `[tokens, channels]` whose leading tokens are left out, to `[channels, rows, columns]`.
    pub fn maps(self, array: &Array) -> Array {
        match self.num_leading {
            None => array.clone(),
            Some(num_leading) => maps::of_tokens(array, num_leading, self.rows),
        }
    }

    /// The unit at a place.
    ///
    /// # Errors
    /// There is no such place.
    pub fn unit(self, row: usize, column: usize) -> Result<Unit, ViewError> {
        check_position("row", row, self.rows)?;
        check_position("column", column, self.columns)?;
        Ok(match self.num_leading {
            None => Unit::OfMap { row, column },
            Some(num_leading) => Unit::OfTokens { token: num_leading + row * self.columns + column },
        })
    }
}
