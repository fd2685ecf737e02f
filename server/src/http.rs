//! What visitors reach: the page and its files.

pub mod assets;
pub mod pages;
