//! Where a claim can be read by whoever doubts it.

/// A source of a figure or a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// Authors, short title, year.
    pub name: &'static str,
    /// Where to read it.
    pub url: &'static str,
}
