//! Every sentence that a visitor reads, one folder a language and one file a section of the page, and how numbers are
//! written. A translation is another folder.

pub mod en;
pub mod number;
mod source;

pub use en as text;
pub use source::Source;
