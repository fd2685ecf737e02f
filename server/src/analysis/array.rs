//! A tensor that has left its device: numbers and a shape. What the inference threads hand out and `http` writes.

use std::sync::Arc;

/// Numbers in C order, the last axis changing fastest.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// Length of each axis, without the batch; empty for a single number.
    pub shape: Vec<usize>,
    /// As many as the shape says. Shared, so that an array in a cache is handed out without a copy.
    pub values: Arc<[f32]>,
}

impl Array {
    /// An array of these numbers.
    ///
    /// # Panics
    /// If there are not as many as the shape says.
    pub fn new(shape: Vec<usize>, values: impl Into<Arc<[f32]>>) -> Self {
        let values = values.into();
        assert_eq!(shape.iter().product::<usize>(), values.len(), "an array of shape {shape:?}");
        Self { shape, values }
    }

    /// Memory that the numbers take.
    pub fn size_bytes(&self) -> u64 {
        size_of_val::<[f32]>(&self.values) as u64
    }
}
