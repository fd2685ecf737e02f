//! A run that measures how accuracy grows with the number of photos, on both backbones.

use shared::training::{BackboneEfficiency, DataEfficiency, PhotoChoice, RunEvent, RunResult};
use shared::{HeadRecipe, ModelSlot};

use super::super::run_files::RunFile;
use super::super::validation::split_plan;
use super::{Outcome, Work, json};
use crate::dataset::{Dataset, Split};
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
        let dataset = self.open(&plan.photos.dataset)?;
        let test = plan.photos.test_dataset.as_deref().map(|id| self.open(id)).transpose()?;
        let test = test.map(|test| test.with_classes_of(&dataset.class_folders())).transpose()?;
        let split = Split::stratified(&dataset, &split_plan(&plan.photos))?;
        let mut counts = split.counts();
        if let Some(test) = &test {
            counts.test = test.pictures.len() as u64;
        }
        self.recorder.tell(RunEvent::Split(counts));
        let rows = split.rows(&dataset);
        let data = EfficiencyData { dataset: &dataset, rows: &rows, test: test.as_ref() };
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
            dataset: dataset.summary(),
            num_test: counts.test,
            recipe: plan.recipe.clone(),
            seeds,
            backbones,
        };
        self.write(RunFile::Split.name(), &json(&split))?;
        self.write(RunFile::Efficiency.name(), efficiency_csv(&efficiency).as_bytes())?;
        self.write(RunFile::Report.name(), &json(&efficiency))?;
        self.write_result(&RunResult::DataEfficiency(Box::new(efficiency)))?;
        Ok(Outcome::default())
    }

    fn open(&mut self, id: &str) -> Result<Dataset, TrainingError> {
        let place = self.shared.datasets.place(id);
        let (name, folder) = place.map_err(|error| TrainingError::Recipe(error.to_string()))?;
        let recorder = &mut self.recorder;
        let dataset = Dataset::open(&folder, self.shared.cache().as_deref(), self.stop, &mut |progress| {
            recorder.reading(progress);
        })?;
        Ok(dataset.named(Some(name)))
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
