//! What the page is made of, a component a file.

pub mod learning;
pub mod page_header;
pub mod pipeline;
pub mod section;
pub mod specifications;
pub mod theme_switch;
