//! Translation: the crop slides in the resized picture, so that real pixels come in at one side and none has to be made up.

use std::sync::Arc;

use shared::ModelSlot;

use super::{Bench, Experiment, Pass, Trial, check_points, name};
use crate::images::ModelInput;
use crate::models::preprocess::Canvas;
use crate::views::ViewError;

/// Length of the slide where the question does not say: what resizing to 256 and cropping to 224 leaves.
const DEFAULT_RANGE_PX: u32 = 32;

/// Along which axes the crop slides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axes {
    /// From left to right.
    X,
    /// From top to bottom.
    Y,
    /// Over a square.
    Both,
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Slide {
    /// One model, or every one that has room.
    pub slot: Option<ModelSlot>,
    /// Along which axes.
    pub axes: Axes,
    /// From one end to the other, centred on the ordinary crop; without it what fits, 32 at most.
    pub range_px: Option<u32>,
    /// From one point to the next.
    pub step_px: u32,
}

/// The experiment.
pub struct Translation {
    slots: Vec<ModelSlot>,
    canvases: Vec<Canvas>,
    inputs: Vec<Arc<ModelInput>>,
    shifts_px: Vec<[i32; 2]>,
}

impl Translation {
    /// Decodes the picture again, for what lies around the crops.
    ///
    /// # Errors
    /// No model's preprocessing leaves room, or not as much as is asked for.
    pub async fn prepare(bench: Bench<'_>, slide: &Slide) -> Result<Self, ViewError> {
        let rooms = rooms(bench, slide)?;
        let least = rooms.iter().map(|(_slot, room)| *room).min().unwrap_or(0);
        let range_px = match slide.range_px {
            None => DEFAULT_RANGE_PX.min(2 * least),
            Some(range_px) if range_px <= 2 * least => range_px,
            Some(range_px) => {
                let message =
                    format!("range cannot be {range_px}: the crop can be moved by {} px in all.", 2 * least);
                return Err(ViewError::OutOfRange(message));
            }
        };
        let shifts_px = shifts(slide, range_px)?;
        let margin = range_px / 2;
        let margins: Vec<_> = rooms.iter().map(|(slot, _room)| (*slot, slide.axes.margins(margin))).collect();
        let canvases = bench.images.canvases(bench.image, &margins).await?;
        let slots: Vec<ModelSlot> = rooms.into_iter().map(|(slot, _room)| slot).collect();
        let inputs = slots.iter().map(|slot| Arc::clone(bench.image.input(*slot))).collect();
        Ok(Self { slots, canvases, inputs, shifts_px })
    }
}

impl Axes {
    fn margins(self, margin: u32) -> [u32; 2] {
        match self {
            Self::X => [margin, 0],
            Self::Y => [0, margin],
            Self::Both => [margin; 2],
        }
    }

    fn room(self, [x, y]: [u32; 2]) -> u32 {
        match self {
            Self::X => x,
            Self::Y => y,
            Self::Both => x.min(y),
        }
    }
}

/// The models that have room, and how much to either side.
fn rooms(bench: Bench<'_>, slide: &Slide) -> Result<Vec<(ModelSlot, u32)>, ViewError> {
    let slots = slide.slot.map_or_else(|| ModelSlot::ALL.to_vec(), |slot| vec![slot]);
    let info = &bench.image.info;
    let room = |slot: &ModelSlot| {
        let preprocessing = &bench.inference.model(*slot).info.preprocessing;
        (*slot, slide.axes.room(Canvas::room_px(preprocessing, info.width, info.height)))
    };
    let rooms: Vec<_> = slots.iter().map(room).filter(|(_slot, room)| *room > 0).collect();
    if rooms.is_empty() {
        let names: Vec<String> = slots.iter().map(|slot| name(bench.inference.model(*slot))).collect();
        return Err(ViewError::Unavailable(format!(
            "Of this picture {} reads the whole length along that axis after the resize, so that its crop cannot be moved.",
            names.join(" and of it ")
        )));
    }
    Ok(rooms)
}

/// Every shift, to the right and down, in reading order; no shift is in their middle.
fn shifts(slide: &Slide, range_px: u32) -> Result<Vec<[i32; 2]>, ViewError> {
    let steps = i32::try_from(range_px / 2 / slide.step_px).unwrap_or(i32::MAX);
    let along = (steps as usize).saturating_mul(2).saturating_add(1);
    check_points(if slide.axes == Axes::Both { along.saturating_mul(along) } else { along })?;
    let step = i32::try_from(slide.step_px).unwrap_or(i32::MAX);
    let line: Vec<i32> = (-steps..=steps).map(|index| index * step).collect();
    Ok(match slide.axes {
        Axes::X => line.into_iter().map(|right| [right, 0]).collect(),
        Axes::Y => line.into_iter().map(|down| [0, down]).collect(),
        Axes::Both => line.iter().flat_map(|down| line.iter().map(move |right| [*right, *down])).collect(),
    })
}

impl Experiment for Translation {
    fn slots(&self) -> &[ModelSlot] {
        &self.slots
    }

    fn setting_names(&self) -> &'static [&'static str] {
        &["right_px", "down_px"]
    }

    fn num_points(&self) -> usize {
        self.shifts_px.len()
    }

    fn setting(&self, index: usize) -> (Vec<f64>, String) {
        let [right, down] = self.shifts_px[index];
        let name = match (right, down) {
            (0, 0) => "not moved".to_owned(),
            _ => format!("moved by {right} px to the right, {down} px down"),
        };
        (vec![f64::from(right), f64::from(down)], name)
    }

    fn trial(&self, index: usize, slot: ModelSlot) -> Option<Trial> {
        let position = self.slots.iter().position(|asked| *asked == slot)?;
        let input = self.inputs[position].shifted(&self.canvases[position], self.shifts_px[index]);
        Some(Trial { input: Arc::new(input), pass: Pass::Plain, cover: None })
    }
}
