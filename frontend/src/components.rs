//! What the page is made of, a component a file.

pub mod learning;
pub mod link;
pub mod model_bar;
pub mod page_footer;
pub mod page_header;
pub mod pipeline;
pub mod section;
pub mod specifications;
pub mod specimen_panel;
pub mod theme_switch;
