//! Skip: the shortcut or the residual branch of one block after another is switched off, and the damage is what it was worth.

use std::sync::Arc;

use shared::views::SkipPart;
use shared::{ModelSlot, NodeId};

use super::{Bench, Experiment, Pass, Trial, check_points, name};
use crate::images::ModelInput;
use crate::models::interventions::SwitchOff;
use crate::views::ViewError;
use crate::views::layers::blocks;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Ablation {
    /// One model or both.
    pub slots: Vec<ModelSlot>,
    /// What is switched off.
    pub part: SkipPart,
    /// In which block; without it in each, one after another.
    pub block: Option<NodeId>,
    /// Whether the outputs of all blocks are compared.
    pub compares_blocks: bool,
}

/// The experiment.
pub struct Skip {
    slots: Vec<ModelSlot>,
    inputs: Vec<Arc<ModelInput>>,
    part: SkipPart,
    points: Vec<Point>,
    compares_blocks: bool,
}

struct Point {
    slot: ModelSlot,
    /// Position among the blocks of the model, from 0.
    position: usize,
    block: NodeId,
    off: SwitchOff,
}

impl Skip {
    /// # Errors
    /// No model that is asked has such a block.
    pub fn prepare(bench: Bench<'_>, ablation: Ablation) -> Result<Self, ViewError> {
        let mut points = Vec::new();
        for slot in &ablation.slots {
            let graph = &bench.inference.model(*slot).graph;
            for (position, node) in blocks(graph).enumerate() {
                let is_asked = ablation.block.as_ref().is_none_or(|block| *block == node.id);
                if let Some(off) = SwitchOff::part_of(graph, &node.id, ablation.part).filter(|_off| is_asked)
                {
                    points.push(Point { slot: *slot, position, block: node.id.clone(), off });
                }
            }
        }
        if points.is_empty() {
            let block = ablation.block.as_ref().map_or("all", NodeId::as_str);
            let names: Vec<String> =
                ablation.slots.iter().map(|slot| name(bench.inference.model(*slot))).collect();
            let message = format!(
                "block cannot be {block:?}: {} has no such block. It is one such as layer3.2 or encoder.5, or all.",
                names.join(" or ")
            );
            return Err(ViewError::OutOfRange(message));
        }
        check_points(points.len())?;
        // A model without such a block has nothing to say.
        let slots: Vec<ModelSlot> = ablation
            .slots
            .into_iter()
            .filter(|slot| points.iter().any(|point| point.slot == *slot))
            .collect();
        let inputs = slots.iter().map(|slot| Arc::clone(bench.image.input(*slot))).collect();
        Ok(Self { slots, inputs, part: ablation.part, points, compares_blocks: ablation.compares_blocks })
    }
}

impl Experiment for Skip {
    fn slots(&self) -> &[ModelSlot] {
        &self.slots
    }

    fn setting_names(&self) -> &'static [&'static str] {
        &["block"]
    }

    fn num_points(&self) -> usize {
        self.points.len()
    }

    fn setting(&self, index: usize) -> (Vec<f64>, String) {
        let Point { position, block, .. } = &self.points[index];
        let part = match self.part {
            SkipPart::Shortcut => "shortcut",
            SkipPart::Residual => "residual branch",
        };
        (vec![*position as f64], format!("{block} without its {part}"))
    }

    fn trial(&self, index: usize, slot: ModelSlot) -> Option<Trial> {
        let point = self.points.get(index).filter(|point| point.slot == slot)?;
        let input = Arc::clone(&self.inputs[self.slots.iter().position(|asked| *asked == slot)?]);
        Some(Trial { input, pass: Pass::Without(point.off.clone()), cover: None })
    }

    fn compares_blocks(&self) -> bool {
        self.compares_blocks
    }
}
