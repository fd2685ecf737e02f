//! What the tests across crates share.

pub mod hostile_images;
