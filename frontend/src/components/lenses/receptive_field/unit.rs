//! The units of a model that can be looked at, and what the graph says of their fields; nothing that was measured.

use std::sync::Arc;

use shared::views::EffectiveField;
use shared::{ModelSlot, ReceptiveField as Field};

use crate::components::lenses::frame::TableData;
use crate::drawing::receptive::{FieldStep, centre_px, depths, field_box, step_of, unit_at};
use crate::i18n::number;
use crate::i18n::text::lenses::receptive_field as text;
use crate::state::Models;

/// What can be looked at in a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Bench {
    /// Whose.
    pub model: ModelSlot,
    /// Its name.
    pub name: String,
    /// Side of its picture.
    pub side_px: usize,
    /// Depths of the slider.
    pub steps: Arc<Vec<FieldStep>>,
    /// All nodes with places.
    pub nodes: Vec<FieldStep>,
}

impl Bench {
    /// Reads a model's graph.
    pub fn of(models: &Models, model: ModelSlot) -> Self {
        let (info, graph) = (models.info(model), models.graph(model));
        let side_px = info.architecture.image_size();
        let nodes = graph.nodes.iter().filter_map(|node| step_of(graph, &node.id, side_px)).collect();
        Self { model, name: info.name.clone(), side_px, steps: Arc::new(depths(graph, side_px)), nodes }
    }

    /// The named node, or else the last depth whose field is still smaller than the picture: what it used can be told from it.
    pub fn step(&self, named: Option<&str>) -> Option<FieldStep> {
        let named = self.nodes.iter().find(|step| Some(step.node.as_str()) == named);
        let is_smaller = |step: &&FieldStep| step.size_px < self.side_px && step.ends_stage;
        let smaller = self.steps.iter().rev().find(is_smaller);
        named.or(smaller).or(self.steps.get(self.steps.len() / 2)).cloned()
    }
}

/// The unit of a step at a place.
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    /// Its depth.
    pub step: FieldStep,
    /// From the left.
    pub column: usize,
    /// From the top.
    pub row: usize,
    /// Side of its picture.
    pub side_px: usize,
}

impl Unit {
    /// The unit that answers for a place from 0 to 1.
    pub fn at(step: FieldStep, (x, y): (f64, f64), side_px: usize) -> Self {
        let (column, row) = (unit_at(&step, x, side_px), unit_at(&step, y, side_px));
        Self { step, column, row, side_px }
    }

    /// Whether it sees the whole picture.
    pub fn is_patch(&self) -> bool {
        self.step.field == Field::Global
    }

    /// Side of the field; `None` where it is the whole picture.
    pub fn size_px(&self) -> Option<usize> {
        (!self.is_patch()).then_some(self.step.size_px)
    }

    /// Its name.
    pub fn name(&self) -> String {
        text::unit(self.step.node.as_str(), [self.row, self.column], self.is_patch())
    }

    /// Part of the picture that it can have seen.
    pub fn share(&self) -> f64 {
        field_box(&self.step, (self.column, self.row))
            .map_or(1.0, |field| field.share_of_picture(self.side_px))
    }

    /// Its centre, x and y.
    pub fn centre_px(&self) -> (f64, f64) {
        (centre_px(&self.step, self.column, self.side_px), centre_px(&self.step, self.row, self.side_px))
    }

    /// Upper left and lower right corner of the field inside the picture.
    pub fn inside_px(&self) -> [(f64, f64); 2] {
        match field_box(&self.step, (self.column, self.row)) {
            Some(field) => {
                let inside = field.clipped(self.side_px);
                [(inside.x.begin_px, inside.y.begin_px), (inside.x.end_px, inside.y.end_px)]
            }
            None => [(0.0, 0.0), (self.side_px as f64, self.side_px as f64)],
        }
    }
}

/// Every depth at the place; what was measured stands beside the depth that it was measured at.
pub fn table(bench: &Bench, unit: &Unit, place: (f64, f64), measured: Option<EffectiveField>) -> TableData {
    let is_listed = bench.steps.iter().any(|step| step.node == unit.step.node);
    let steps = bench.steps.iter().chain((!is_listed).then_some(&unit.step));
    let row = |step: &FieldStep| {
        let of = Unit::at(step.clone(), place, bench.side_px);
        let radii = measured.as_ref().filter(|_measured| of.step.node == unit.step.node);
        let corner = |(x, y): (f64, f64)| format!("{}, {}", text::plain(x), text::plain(y));
        let [from, to] = of.inside_px().map(corner);
        let step_px = match of.step.field {
            Field::Local { jump_px, .. } => jump_px,
            Field::Global => bench.side_px / of.step.map_side.max(1),
        };
        vec![
            of.step.node.to_string(),
            format!("{0} × {0}", of.step.map_side),
            of.size_px().map_or_else(|| text::WHOLE_PICTURE.to_owned(), |size| size.to_string()),
            step_px.to_string(),
            from,
            to,
            number::percent(of.share() as f32),
            radii.map_or_else(String::new, |field| {
                format!("{:.1}, {:.1}", field.radius_68_px, field.radius_95_px)
            }),
        ]
    };
    TableData { head: text::COLUMNS.map(str::to_owned).to_vec(), rows: steps.map(row).collect() }
}
