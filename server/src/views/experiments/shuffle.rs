//! Shuffle: the picture is cut into cells, which change places. What is local stays; where it is does not.

use std::sync::Arc;

use shared::{ModelSlot, TokenLayout};

use super::{Bench, Experiment, Pass, Trial, check_points};
use crate::analysis::permutation::{permutation, shuffle_cells};
use crate::images::ModelInput;
use crate::views::ViewError;

/// Cells along a side where the question does not say, as far as they divide the models' inputs.
const DEFAULT_CELLS: [usize; 4] = [2, 4, 7, 14];

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Cuts {
    /// One model or both.
    pub slots: Vec<ModelSlot>,
    /// Cells along a side, one point each.
    pub cells_per_side: Option<Vec<usize>>,
    /// Of the permutations.
    pub seed: u64,
    /// Whether the ViT knows where its patches are.
    pub has_positions: bool,
}

/// The experiment.
pub struct Shuffle {
    slots: Vec<ModelSlot>,
    inputs: Vec<Arc<ModelInput>>,
    cells_per_side: Vec<usize>,
    seed: u64,
    has_positions: bool,
    /// Side of the ViT's input and of its patches.
    patches: Option<(usize, usize)>,
}

impl Shuffle {
    /// # Errors
    /// The cells do not divide a model's input.
    pub fn prepare(bench: Bench<'_>, cuts: &Cuts) -> Result<Self, ViewError> {
        let side = |slot: &ModelSlot| bench.inference.model(*slot).info.architecture.image_size();
        let divides = |cells: usize| cuts.slots.iter().all(|slot| cells > 0 && side(slot) % cells == 0);
        let asked = match &cuts.cells_per_side {
            None => DEFAULT_CELLS.into_iter().filter(|cells| divides(*cells)).collect(),
            Some(cells) => cells.clone(),
        };
        if let Some(cells) = asked.iter().find(|cells| !divides(**cells)) {
            let sides: Vec<String> = cuts.slots.iter().map(|slot| side(slot).to_string()).collect();
            let sides = sides.join(" and ");
            let message =
                format!("grid cannot be {cells}: cells of one size have to fill a side of {sides} px.");
            return Err(ViewError::OutOfRange(message));
        }
        // The unchanged picture comes first.
        let cells_per_side: Vec<usize> =
            [1].into_iter().chain(asked.into_iter().filter(|cells| *cells != 1)).collect();
        check_points(cells_per_side.len())?;
        let vit = bench.inference.model(ModelSlot::Vit);
        let patches = TokenLayout::of(&vit.graph).map(|layout| (side(&ModelSlot::Vit), layout.patch_size_px));
        Ok(Self {
            inputs: cuts.slots.iter().map(|slot| Arc::clone(bench.image.input(*slot))).collect(),
            slots: cuts.slots.clone(),
            cells_per_side,
            seed: cuts.seed,
            has_positions: cuts.has_positions,
            patches,
        })
    }

    fn pass(&self) -> Pass {
        if self.has_positions { Pass::Plain } else { Pass::WithoutPositions }
    }
}

impl Experiment for Shuffle {
    fn slots(&self) -> &[ModelSlot] {
        &self.slots
    }

    fn setting_names(&self) -> &'static [&'static str] {
        &["cells_per_side"]
    }

    fn num_points(&self) -> usize {
        self.cells_per_side.len()
    }

    fn setting(&self, index: usize) -> (Vec<f64>, String) {
        let cells = self.cells_per_side[index];
        let patches = match self.patches {
            Some((side, patch)) if side % cells == 0 && (side / cells).is_multiple_of(patch) => {
                ", patches whole"
            }
            Some(_) => ", patches cut",
            None => "",
        };
        let name =
            if cells == 1 { "not cut".to_owned() } else { format!("{cells} x {cells} cells{patches}") };
        (vec![cells as f64], name)
    }

    fn trial(&self, index: usize, slot: ModelSlot) -> Option<Trial> {
        let input = &self.inputs[self.slots.iter().position(|asked| *asked == slot)?];
        let (cells, side) = (self.cells_per_side[index], input.cropped.width() as usize);
        let order = permutation(cells * cells, self.seed);
        let input = input.altered(shuffle_cells(&input.values(), side, cells, &order));
        Some(Trial { input: Arc::new(input), pass: self.pass(), cover: None })
    }

    fn unchanged(&self) -> Pass {
        self.pass()
    }
}
