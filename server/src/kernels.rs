//! The arithmetic of the forward passes on a CPU, and of the resize before: convolutions, products, attention and what stands between them, on
//! plain slices.
//! Unsafe code stays in here: every public function takes slices and checks them against its shapes.

mod activations;
mod attention;
mod bytes;
mod convolution;
mod gelu;
mod lanes;
mod level;
mod maps;
mod memory;
mod numbers;
mod panels;
mod placement;
mod product;
mod rows;
mod tasks;
#[cfg(test)]
mod tests;
mod tile;

pub use activations::{Slope, gelu_of, through_activation};
pub use attention::{Attention, Heads};
pub use bytes::{FractionBits, Neighbours, across_rows, along_row};
pub use convolution::Convolution;
pub use level::Level;
pub use maps::Pooling;
pub use memory::keep_freed_memory;
pub use numbers::Width;
pub use placement::start_threads;
pub use product::Product;
pub use rows::{gradient_of_layer_norm, layer_norm};
pub use tasks::{each, on_worker};
pub use tile::{Activation, Following, Stages};
