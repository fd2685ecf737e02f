//! Words inside the stages of section 1.

pub mod head;
pub mod output;
pub mod preprocessing;
pub mod raw_data;

/// Name of a column of bars.
pub const BAR: &str = "As a bar";
/// Tensors are on their way.
pub const COMPUTING: &str = "The server is running the network for these values…";
