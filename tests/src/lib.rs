//! What the tests across crates share.

pub mod configurations;
pub mod difference;
pub mod hostile_images;
pub mod page_states;
pub mod synthetic;
