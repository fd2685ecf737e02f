//! The five stages that a picture passes, as the overview draws them and the address names them.

/// A stage of the end-to-end pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// The picture as it came.
    RawData,
    /// Resize, crop, normalise.
    Preprocessing,
    /// The network up to its feature vector.
    Backbone,
    /// The linear classifier.
    Head,
    /// Logits and probabilities.
    Output,
}

impl Stage {
    /// All, in order.
    pub const ALL: [Self; 5] = [Self::RawData, Self::Preprocessing, Self::Backbone, Self::Head, Self::Output];

    /// The name in the address.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RawData => "raw-data",
            Self::Preprocessing => "preprocessing",
            Self::Backbone => "backbone",
            Self::Head => "head",
            Self::Output => "output",
        }
    }

    /// Reads the name in the address.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == name)
    }
}
