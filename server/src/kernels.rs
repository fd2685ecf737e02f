//! The arithmetic of the forward passes on a CPU: convolutions, products, attention and what stands between them, on plain slices.
//! The only place of unsafe code but for what opens files: everything here takes slices and checks them against its shapes.

mod attention;
mod convolution;
mod gelu;
mod lanes;
mod level;
mod maps;
mod memory;
mod panels;
mod product;
mod rows;
mod tasks;
#[cfg(test)]
mod tests;
mod tile;

pub use attention::{Heads, Wanted};
pub use convolution::{Convolution, Geometry};
pub use level::Level;
pub use maps::{Pooling, sum_and_relu};
pub use memory::filled;
pub use product::Product;
pub use rows::layer_norm;
pub use tasks::on_worker;
pub use tile::{Activation, Following};
