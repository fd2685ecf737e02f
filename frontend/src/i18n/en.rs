//! English.

pub mod learning;
pub mod pipeline;
pub mod shell;
pub mod specifications;
