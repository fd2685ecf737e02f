//! The models themselves: checkpoints are read into layer structs whose forward pass can be observed node by node.

pub mod observer;
pub mod preprocess;

pub use observer::{Capture, Observer, Unobserved};
