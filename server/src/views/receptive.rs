//! Receptive fields of a unit: the box of pixels that it can have seen, and what it used of a picture, or of several on average.

use std::sync::Arc;

use shared::views::{EffectiveField, PixelBox, ReceptiveFieldAbout, UnitPosition};
use shared::{NodeId, ReceptiveField};

use super::places::Places;
use super::{Subject, View, ViewError, on_a_thread};
use crate::analysis::{Array, receptive};
use crate::images::StoredImage;
use crate::inference::array;
use crate::models::gradients;

/// Shares of the gradient whose radii are given.
const SHARES: [f64; 2] = [0.68, 0.95];

/// What a unit can have seen: the box of the graph.
///
/// # Errors
/// The node has no places, or no such place.
pub fn theoretical(
    subject: Subject<'_>,
    node: &NodeId,
    unit: UnitPosition,
) -> Result<View<ReceptiveFieldAbout>, ViewError> {
    let model = subject.model();
    let places = Places::of(model, node)?;
    places.unit(unit.row, unit.column)?;
    let found = model.graph.node(node).ok_or_else(|| ViewError::NodeUnknown(node.clone()))?;
    let (field, side_px) = (found.receptive_field, model.info.architecture.image_size());
    let rows = Axis::of(field, (unit.row, places.rows), side_px);
    let columns = Axis::of(field, (unit.column, places.columns), side_px);
    let about = ReceptiveFieldAbout {
        model: model.reference(),
        node: node.clone(),
        unit,
        centre_px: [columns.centre_px, rows.centre_px],
        size_px: match field {
            ReceptiveField::Local { size_px, .. } => Some(size_px),
            ReceptiveField::Global => None,
        },
        whole: columns.whole_px.zip(rows.whole_px).map(pixel_box),
        inside: pixel_box((columns.inside_px, rows.inside_px)),
        effective: None,
    };
    Ok(View { about, arrays: Vec::new() })
}

/// What a unit used of each of these pictures, on average: the gradient of its mean over the channels back to the pixels.
///
/// # Errors
/// The node has no places, or no such place; no gradient reaches any of the pictures; or the model could not be asked.
pub async fn effective(
    subject: Subject<'_>,
    node: &NodeId,
    position: UnitPosition,
    pictures: &[Arc<StoredImage>],
) -> Result<View<ReceptiveFieldAbout>, ViewError> {
    let View { about, .. } = theoretical(subject, node, position)?;
    let unit = Places::of(subject.model(), node)?.unit(position.row, position.column)?;
    let mut fields = Vec::new();
    for picture in pictures {
        let node = node.clone();
        let compute =
            move |backbone: &_, image: &_| array(&gradients::of_unit(backbone, image, &node, unit)?);
        let input = picture.input(subject.slot);
        let gradient = subject.inference.compute(subject.slot, input, compute).await?;
        fields.extend(receptive::shares(&gradient));
    }
    if fields.is_empty() {
        return Err(ViewError::Unavailable(format!(
            "No gradient reaches the picture from row {}, column {} of {node}: all channels are zero there, whatever changes a little.",
            position.row, position.column
        )));
    }
    let (num_pictures, centre_px) = (fields.len(), about.centre_px);
    let side = subject.model().info.architecture.image_size();
    let (field, [radius_68_px, radius_95_px]) = on_a_thread(move || {
        let field = receptive::mean(&fields);
        let radii_px = receptive::radii_px(&field, side, centre_px, SHARES);
        (field, radii_px)
    })
    .await?;
    let effective = Some(EffectiveField { radius_68_px, radius_95_px, num_pictures });
    let field: Vec<f32> = field.into_iter().map(|share| share as f32).collect();
    let arrays = vec![("gradient", Array::new(vec![side, side], field))];
    Ok(View { about: ReceptiveFieldAbout { effective, ..about }, arrays })
}

/// A field along one axis, from its first to its last edge.
struct Axis {
    centre_px: f64,
    whole_px: Option<[f64; 2]>,
    inside_px: [f64; 2],
}

impl Axis {
    /// Of the unit at a position among `count`. A unit that sees the whole picture stands in the middle of its part of it.
    fn of(field: ReceptiveField, (position, count): (usize, usize), side_px: usize) -> Self {
        match field.span(position) {
            Some(span) => {
                let inside = span.clipped(side_px);
                Self {
                    centre_px: (span.begin_px + span.end_px) / 2.0,
                    whole_px: Some([span.begin_px, span.end_px]),
                    inside_px: [inside.begin_px, inside.end_px],
                }
            }
            None => Self {
                centre_px: (position as f64 + 0.5) * side_px as f64 / count as f64,
                whole_px: None,
                inside_px: [0.0, side_px as f64],
            },
        }
    }
}

fn pixel_box(([left_px, right_px], [top_px, bottom_px]): ([f64; 2], [f64; 2])) -> PixelBox {
    PixelBox { left_px, top_px, right_px, bottom_px }
}
