//! What a unit can have seen of the picture, and what it did use.

use serde::{Deserialize, Serialize};

use crate::architecture::NodeId;
use crate::prediction::ModelRef;

/// Which receptive field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReceptiveFieldKind {
    /// What it can have seen.
    #[default]
    Theoretical,
    /// What it used: the gradient back to the pixels.
    Effective,
}

/// A unit of a map, or a patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UnitPosition {
    /// From the top.
    pub row: usize,
    /// From the left.
    pub column: usize,
}

/// A box in pixels of the model's input, the first pixel from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PixelBox {
    /// Left edge.
    pub left_px: f64,
    /// Upper edge.
    pub top_px: f64,
    /// Right edge.
    pub right_px: f64,
    /// Lower edge.
    pub bottom_px: f64,
}

/// A receptive field. Arrays: of an effective one `gradient`, `[rows, columns]` of pixels, absolute values summed over red, green and
/// blue, divided by their sum; of a theoretical one none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReceptiveFieldAbout {
    /// Whose unit.
    pub model: ModelRef,
    /// Of which node.
    pub node: NodeId,
    /// Which unit.
    pub unit: UnitPosition,
    /// Centre of the unit in pixels, x and y.
    pub centre_px: [f64; 2],
    /// Side of the theoretical field, not clipped; `None` where every unit can see the whole picture.
    pub size_px: Option<usize>,
    /// The theoretical field, reaching into the padding.
    pub whole: Option<PixelBox>,
    /// Its part inside the picture.
    pub inside: PixelBox,
    /// What was measured, for an effective field.
    pub effective: Option<EffectiveField>,
}

/// What an effective field measures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EffectiveField {
    /// Distance from the unit's centre within which 68 % of the gradient lies.
    pub radius_68_px: f64,
    /// Distance from the unit's centre within which 95 % of the gradient lies.
    pub radius_95_px: f64,
    /// Pictures that it was averaged over.
    pub num_pictures: usize,
}
