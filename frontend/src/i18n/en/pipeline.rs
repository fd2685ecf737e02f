//! Words of section 1.

/// Heading.
pub const TITLE: &str = "End-to-End Pipeline";
/// Below the heading.
pub const LEAD: &str =
    "From the file to a ranked list of names in five stages. Open one to see what it does to this picture.";
