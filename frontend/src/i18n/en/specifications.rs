//! Words of section 2.

/// Heading.
pub const TITLE: &str = "Technical Specifications";
/// Below the heading.
pub const LEAD: &str = "Both architectures in figures, computed from the models that are loaded here.";
