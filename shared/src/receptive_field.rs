//! Theoretical receptive fields: how many input pixels a unit of a feature map can have seen.
//!
//! Source: Araujo, Norris, Sim, "Computing Receptive Fields of Convolutional Neural Networks", Distill 2019.

mod paths;

use serde::{Deserialize, Serialize};

pub use paths::path_distribution;

/// The input pixels that can influence one unit of a tensor, along one axis (all models here are square).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "extent", rename_all = "snake_case")]
pub enum ReceptiveField {
    /// A box of `size_px` pixels; unit `i` is centred on pixel coordinate `start_px + jump_px * i`, where the
    /// centre of the first pixel is 0.5.
    Local {
        /// Side of the box in pixels, not clipped to the image.
        size_px: usize,
        /// Distance in pixels between the centres of two neighbouring units.
        jump_px: usize,
        /// Centre of unit 0 in pixel coordinates (the first pixel spans 0..1).
        start_px: f64,
    },
    /// Every unit can see the whole image.
    Global,
}

/// The pixels `[begin, end)` of one unit's receptive field along one axis, not clipped to the image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// First pixel edge; negative where the field reaches over the border into padding.
    pub begin_px: f64,
    /// Last pixel edge.
    pub end_px: f64,
}

impl Span {
    /// The part of the span inside an image of `side_px` pixels.
    pub fn clipped(self, side_px: usize) -> Self {
        let side = side_px as f64;
        Self { begin_px: self.begin_px.clamp(0.0, side), end_px: self.end_px.clamp(0.0, side) }
    }
}

impl ReceptiveField {
    /// The field of an input pixel: itself.
    pub const PIXEL: Self = Self::Local { size_px: 1, jump_px: 1, start_px: 0.5 };

    /// The field after a sliding window (convolution or pooling) over a map that has this field.
    pub fn through_window(self, kernel_size: usize, stride: usize, padding: usize) -> Self {
        match self {
            Self::Global => Self::Global,
            Self::Local { size_px, jump_px, start_px } => Self::Local {
                size_px: size_px + (kernel_size - 1) * jump_px,
                jump_px: jump_px * stride,
                start_px: start_px + ((kernel_size as f64 - 1.0) / 2.0 - padding as f64) * jump_px as f64,
            },
        }
    }

    /// The field of a sum of two paths: the union of their boxes.
    ///
    /// The paths must share jump and start, as the two branches of a residual block do; then the union is the
    /// larger box.
    pub fn union(self, other: Self) -> Self {
        match (self, other) {
            (Self::Local { size_px: a, .. }, Self::Local { size_px: b, .. }) => {
                if a >= b {
                    self
                } else {
                    other
                }
            }
            _ => Self::Global,
        }
    }

    /// The span of unit `index` along one axis, or `None` where every unit sees the whole image.
    pub fn span(self, index: usize) -> Option<Span> {
        match self {
            Self::Global => None,
            Self::Local { size_px, jump_px, start_px } => {
                let centre = start_px + (jump_px * index) as f64;
                let half = size_px as f64 / 2.0;
                Some(Span { begin_px: centre - half, end_px: centre + half })
            }
        }
    }

    /// Side of the box in pixels, or the whole image of `side_px` where the field is global.
    pub fn size_px(self, side_px: usize) -> usize {
        match self {
            Self::Global => side_px,
            Self::Local { size_px, .. } => size_px,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_padded_convolution_keeps_units_centred_on_their_pixels() {
        let conv1 = ReceptiveField::PIXEL.through_window(7, 2, 3);
        assert_eq!(conv1, ReceptiveField::Local { size_px: 7, jump_px: 2, start_px: 0.5 });
        let span = conv1.span(0).expect("a local field has a span");
        assert_eq!((span.begin_px, span.end_px), (-3.0, 4.0));
        assert_eq!(span.clipped(224).begin_px, 0.0);
    }

    #[test]
    fn the_union_of_a_local_and_a_global_path_is_global() {
        assert_eq!(ReceptiveField::PIXEL.union(ReceptiveField::Global), ReceptiveField::Global);
    }
}
