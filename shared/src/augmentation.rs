//! How a photo is changed at random while a model learns, so that it never sees the same input twice.

use serde::{Deserialize, Serialize};

/// The ranges that are drawn from.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AugmentationRecipe {
    /// Least part of the photo's area that is kept, in 0..1; the most is all.
    pub min_area: f64,
    /// Widest width over height of that part; the narrowest is one over it.
    pub max_aspect: f64,
    /// How often it is mirrored, in 0..1.
    pub flip_probability: f64,
    /// Brightness, contrast and saturation are each multiplied by `1 - jitter..1 + jitter`.
    pub jitter: f64,
}

/// What was drawn for one view of a photo.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Augmentation {
    /// What it was drawn with: the same seed on the same size is the same augmentation.
    pub seed: u64,
    /// Left edge of the part, in pixels of the upright photo.
    pub left: u32,
    /// Top edge.
    pub top: u32,
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
    /// Whether it is mirrored.
    pub is_flipped: bool,
    /// Factor.
    pub brightness: f64,
    /// Factor.
    pub contrast: f64,
    /// Factor.
    pub saturation: f64,
}

/// Some views of a photo.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Augmentations {
    /// What was drawn from.
    pub recipe: AugmentationRecipe,
    /// Side of the square that each becomes, in pixels.
    pub size: usize,
    /// One for each seed from the one that was asked for on.
    pub drawn: Vec<Augmentation>,
}

/// The usual ranges: those of Szegedy et al. 2015 as torchvision's `RandomResizedCrop` has them, but for the least area, which is 0.35
/// rather than 0.08, for few photos of one object each; `ColorJitter(0.2, 0.2, 0.2)`.
impl Default for AugmentationRecipe {
    fn default() -> Self {
        Self { min_area: 0.35, max_aspect: 4.0 / 3.0, flip_probability: 0.5, jitter: 0.2 }
    }
}
