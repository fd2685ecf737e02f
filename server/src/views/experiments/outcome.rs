//! Answers held against those to the unchanged picture: probability and logit of what was the first class, the largest change of a
//! logit, and how much the outputs of blocks changed place by place.

use std::collections::BTreeMap;
use std::sync::Arc;

use shared::views::{ModelOutcome, NodeChange, TopClass};
use shared::{ModelSlot, Node, NodeId, ReceptiveField, TensorShape, TokenLayout};

use crate::analysis::change::{Layout, mean_elsewhere, place_changes};
use crate::analysis::cover::{Cover, Rectangle};
use crate::analysis::{Array, RankedClass, rank};
use crate::inference::Model;
use crate::views::ViewError;

/// What a model answers to the unchanged picture.
pub struct Reference {
    /// Which model.
    pub slot: ModelSlot,
    /// The same.
    pub model: Arc<Model>,
    /// The blocks that are compared.
    pub watched: Arc<Watched>,
    logits: Array,
    top: RankedClass,
}

/// Outputs of blocks for the unchanged picture.
pub struct Watched {
    layout: Option<TokenLayout>,
    nodes: Vec<Node>,
    unchanged: BTreeMap<NodeId, Array>,
}

impl Reference {
    /// # Errors
    /// The logits are no numbers.
    pub fn new(
        slot: ModelSlot,
        model: Arc<Model>,
        logits: Array,
        watched: Watched,
    ) -> Result<Self, ViewError> {
        let top = first(&logits, slot)?;
        Ok(Self { slot, model, watched: Arc::new(watched), logits, top })
    }

    /// The first class.
    pub fn top_class(&self) -> TopClass {
        self.named(self.top)
    }

    /// What another answer says of that class.
    ///
    /// # Errors
    /// The logits are no numbers.
    pub fn outcome(&self, logits: &Array, changes: Vec<NodeChange>) -> Result<ModelOutcome, ViewError> {
        let ranked = rank(&logits.values).ok_or(ViewError::NotFinite(self.slot))?;
        let of_class = ranked.iter().find(|class| class.index == self.top.index);
        let same = of_class.copied().expect("every answer ranks every class");
        let differences =
            logits.values.iter().zip(self.logits.values.iter()).map(|(now, then)| (now - then).abs());
        Ok(ModelOutcome {
            slot: self.slot,
            probability: same.probability,
            logit: same.logit,
            top: self.named(first(logits, self.slot)?),
            largest_logit_change: differences.fold(0.0, f32::max),
            changes,
        })
    }

    fn named(&self, class: RankedClass) -> TopClass {
        let RankedClass { index, probability, logit } = class;
        TopClass { class: index, label: self.model.label(index), probability, logit }
    }
}

fn first(logits: &Array, slot: ModelSlot) -> Result<RankedClass, ViewError> {
    rank(&logits.values).and_then(|ranked| ranked.first().copied()).ok_or(ViewError::NotFinite(slot))
}

impl Watched {
    /// Outputs of some blocks.
    pub fn new(model: &Model, nodes: Vec<Node>, unchanged: BTreeMap<NodeId, Array>) -> Self {
        Self { layout: TokenLayout::of(&model.graph), nodes, unchanged }
    }

    /// The blocks.
    pub fn ids(&self) -> Vec<NodeId> {
        self.nodes.iter().map(|node| node.id.clone()).collect()
    }

    /// How much each block changed, place by place. Without a cover every place counts as elsewhere.
    pub fn changes(&self, changed: &BTreeMap<NodeId, Array>, cover: Option<&Cover>) -> Vec<NodeChange> {
        self.nodes.iter().filter_map(|node| self.change(node, changed.get(&node.id)?, cover)).collect()
    }

    fn change(&self, node: &Node, changed: &Array, cover: Option<&Cover>) -> Option<NodeChange> {
        let (map_size, layout) = match node.output_shape {
            TensorShape::FeatureMap { height, width, .. } => ([height, width], Layout::Map),
            TensorShape::Tokens { .. } => {
                let layout = self.layout.as_ref()?;
                let num_leading = layout.num_leading();
                ([layout.patches_per_side; 2], Layout::Tokens { num_leading })
            }
            _ => return None,
        };
        let change = place_changes(self.unchanged.get(&node.id)?, changed, layout);
        let is_touched = |place: usize| {
            cover.is_some_and(|cover| self.is_touched(node, cover, place / map_size[1], place % map_size[1]))
        };
        let mean_elsewhere = mean_elsewhere(&change, is_touched);
        Some(NodeChange { node: node.id.clone(), map_size, change, mean_elsewhere })
    }

    /// Whether a cover lies on a place: on any pixel of a patch, or on the pixel in the centre of a map's unit.
    fn is_touched(&self, node: &Node, cover: &Cover, row: usize, column: usize) -> bool {
        match (node.receptive_field, &self.layout) {
            (ReceptiveField::Local { jump_px, start_px, .. }, _) => {
                let centre = |index: usize| start_px + (jump_px * index) as f64;
                cover.holds(centre(row), centre(column))
            }
            (ReceptiveField::Global, Some(layout)) => cover.touches(patch(layout, row, column)),
            (ReceptiveField::Global, None) => false,
        }
    }
}

/// The pixels of a patch.
pub fn patch(layout: &TokenLayout, row: usize, column: usize) -> Rectangle {
    let size = layout.patch_size_px;
    Rectangle { top: row * size, left: column * size, height: size, width: size }
}
