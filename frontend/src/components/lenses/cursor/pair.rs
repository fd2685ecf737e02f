//! Both models block by block, and which of their units stand at a place.

use std::sync::Arc;

use shared::views::AttentionAbout;
use shared::{ModelSlot, NodeId, Section, TokenLayout};

use crate::components::lenses::frame::TableData;
use crate::drawing::grid::Grid;
use crate::drawing::one_place::{AttentionReach, at_depth, attention_reach};
use crate::drawing::receptive::{FieldStep, steps, unit_at};
use crate::i18n::text::lenses::cursor as text;
use crate::state::{Models, ViewAnswer};

/// Both models, block by block.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// Name of the CNN.
    pub cnn_name: String,
    /// Name of the ViT.
    pub vit_name: String,
    /// Side of the CNN's picture.
    pub side_px: usize,
    /// Blocks of the CNN.
    pub cnn: Arc<Vec<FieldStep>>,
    /// Blocks of the ViT.
    pub vit: Vec<NodeId>,
    /// Patches along a side.
    pub patches_per_side: usize,
    /// Side of a patch.
    pub patch_px: usize,
}

impl Pair {
    /// `None` where one of the models has no blocks of its kind.
    pub fn of(models: &Models) -> Option<Self> {
        let (cnn, vit) = (models.info(ModelSlot::Resnet), models.info(ModelSlot::Vit));
        let (graph, layout) =
            (models.graph(ModelSlot::Resnet), TokenLayout::of(models.graph(ModelSlot::Vit))?);
        let is_block = |step: &FieldStep| {
            graph.node(&step.node).is_some_and(|node| matches!(node.section, Section::Stage(_)))
        };
        let blocks: Vec<FieldStep> = steps(graph).into_iter().filter(is_block).collect();
        (!blocks.is_empty() && !layout.streams.is_empty()).then(|| Self {
            cnn_name: cnn.name.clone(),
            vit_name: vit.name.clone(),
            side_px: cnn.architecture.image_size(),
            cnn: Arc::new(blocks),
            vit: layout.streams.clone(),
            patches_per_side: layout.patches_per_side,
            patch_px: layout.patch_size_px,
        })
    }

    /// Positions of the slider.
    pub fn positions(&self) -> usize {
        self.cnn.len().max(self.vit.len())
    }

    /// The CNN's block at a position of the slider.
    pub fn cnn_at(&self, position: usize) -> (usize, &FieldStep) {
        let depth = at_depth(position, self.positions(), self.cnn.len());
        (depth, &self.cnn[depth])
    }

    /// The ViT's block at a position of the slider.
    pub fn vit_at(&self, position: usize) -> (usize, &NodeId) {
        let depth = at_depth(position, self.positions(), self.vit.len());
        (depth, &self.vit[depth])
    }

    /// Row and column of the patch at a place.
    pub fn patch_at(&self, place: (f64, f64)) -> [usize; 2] {
        let side = self.patches_per_side;
        let cell = Grid { rows: side, columns: side, values: Vec::new() }.cell_at(place);
        [cell.row, cell.column]
    }

    /// Row and column of the unit at a place.
    pub fn unit_at(&self, step: &FieldStep, (x, y): (f64, f64)) -> [usize; 2] {
        [unit_at(step, y, self.side_px), unit_at(step, x, self.side_px)]
    }

    /// How far the attention of the answer's patch reaches in every block.
    pub fn reaches(&self, answer: &ViewAnswer<AttentionAbout>) -> Vec<Option<AttentionReach>> {
        let Some(place) = answer.about.query.patch else { return Vec::new() };
        let reach = |depth: usize| {
            let weights = patches(answer, depth)?;
            attention_reach(weights, self.patches_per_side, self.patch_px, place)
        };
        (0..answer.about.blocks.len()).map(reach).collect()
    }
}

/// The weights of the patches in a block.
pub fn patches(answer: &ViewAnswer<AttentionAbout>, depth: usize) -> Option<&[f32]> {
    let array = answer.array()?;
    let tokens = *array.shape.last()?;
    array.values.get(depth * tokens + answer.about.num_leading..(depth + 1) * tokens)
}

/// One row for each position of the slider.
pub fn table(pair: &Pair, reaches: &[Option<AttentionReach>]) -> TableData {
    let row = |position: usize| {
        let ((_cnn, step), (vit, block)) = (pair.cnn_at(position), pair.vit_at(position));
        let reach = reaches.get(vit).copied().flatten();
        let px = |px: Option<f64>| px.map(|px| format!("{px:.1}")).unwrap_or_default();
        vec![
            position.to_string(),
            step.node.to_string(),
            step.size_px.to_string(),
            block.to_string(),
            px(reach.map(|reach| reach.mean_px)),
            px(reach.map(|reach| reach.radius_68_px)),
            px(reach.map(|reach| reach.radius_95_px)),
        ]
    };
    TableData {
        head: text::COLUMNS.map(str::to_owned).to_vec(),
        rows: (0..pair.positions()).map(row).collect(),
    }
}
