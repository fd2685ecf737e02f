//! A run that measures how accuracy grows with the number of photos, on both backbones.

use shared::training::{BackboneEfficiency, DataEfficiency, PhotoChoice, RunEvent, RunResult};
use shared::{HeadRecipe, ModelSlot};

use super::super::run_files::RunFile;
use super::{Outcome, Work, json};
use crate::training::data_efficiency::{EfficiencyData, EfficiencyEvent, EfficiencyPlan, measure_backbone};
use crate::training::{Extraction, Settings, TrainingError, Trunk, efficiency_csv};

/// What is asked for.
pub struct CurvePlan {
    /// The photos.
    pub photos: PhotoChoice,
    /// Photos a class.
    pub counts: Vec<u64>,
    /// Choices of photos for each count.
    pub repetitions: u64,
    /// How every head is made.
    pub recipe: HeadRecipe,
}

impl Work<'_> {
    /// Measures both backbones; a curve that was done before is not measured again.
    pub fn measure_efficiency(&mut self, plan: &CurvePlan) -> Result<Outcome, TrainingError> {
        self.make_room(&plan.photos, &ModelSlot::ALL)?;
        let photos = self.photos(&plan.photos)?;
        let data = photos.data();
        let seeds: Vec<u64> =
            (0..plan.repetitions).map(|index| plan.photos.seed.wrapping_add(index)).collect();
        let tried = EfficiencyPlan {
            counts: plan.counts.iter().map(|count| usize::try_from(*count).unwrap_or(usize::MAX)).collect(),
            seeds: seeds.clone(),
            recipe: plan.recipe.clone(),
        };
        let backbones = ModelSlot::ALL.map(|slot| self.curve(slot, data, &tried));
        let backbones = backbones.into_iter().collect::<Result<Vec<_>, _>>()?;
        let efficiency = DataEfficiency {
            dataset: photos.dataset.summary(),
            num_test: photos.num_test(),
            recipe: plan.recipe.clone(),
            seeds,
            backbones,
        };
        self.write(RunFile::Split.name(), &json(&photos.split))?;
        self.write(RunFile::Efficiency.name(), efficiency_csv(&efficiency).as_bytes())?;
        self.write(RunFile::Report.name(), &json(&efficiency))?;
        self.write_result(&RunResult::DataEfficiency(Box::new(efficiency)))?;
        Ok(Outcome::default())
    }

    fn curve(
        &mut self,
        slot: ModelSlot,
        data: EfficiencyData<'_>,
        plan: &EfficiencyPlan,
    ) -> Result<BackboneEfficiency, TrainingError> {
        let model = self.models.model(slot);
        let known = self
            .run
            .feed
            .history()
            .curves
            .into_iter()
            .find(|curve| curve.slot == slot && curve.checkpoint_id == model.info.checkpoint.trunk_id());
        if let Some(known) = known {
            return Ok(known);
        }
        let cache = self.shared.cache();
        let settings = Settings {
            extraction: Extraction::on(&self.models.device),
            cache: cache.as_deref(),
            stop: self.stop,
        };
        let trunk = Trunk::of(model, &self.models.device);
        let (recorder, index) = (&mut self.recorder, ModelSlot::ALL.iter().position(|known| *known == slot));
        let before = index.unwrap_or(0) as u64;
        let curve = measure_backbone(trunk, data, plan, &settings, &mut |event| match event {
            EfficiencyEvent::Features(progress) => recorder.features(slot, progress),
            EfficiencyEvent::Heads { done, total } => {
                recorder.models(before * total + done, ModelSlot::ALL.len() as u64 * total);
            }
        })?;
        self.recorder.tell(RunEvent::Curve(Box::new(curve.clone())));
        self.run.keep_history();
        Ok(curve)
    }
}
