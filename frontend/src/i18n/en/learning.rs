//! Words of section 3.

/// Heading.
pub const TITLE: &str = "Learning Mechanism: Local Features vs. Global Context";
/// Below the heading.
pub const LEAD: &str = "A convolution sees a small window and widens it layer by layer; attention may look anywhere from its first layer. Here is what each does with this picture.";
