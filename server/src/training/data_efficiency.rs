//! How accuracy grows with the number of photos a class: heads on the features of a backbone, from few photos to all, several times with
//! other photos. The trunk is frozen, so this compares what backbones have learned before, not how they learn.

use std::collections::HashSet;

use shared::training::{BackboneEfficiency, EfficiencyPoint, Method, Progress};
use shared::{HeadRecipe, ModelInfo};

use super::error::TrainingError;
use super::examples::{Examples, Head, Scaling};
use super::feature_table::FeatureTable;
use super::features::{Settings, Trunk, extract};
use super::fit::{Fit, FitPlan, measure};
use super::ridge::Ridge;
use crate::analysis::classification::proportion;
use crate::dataset::{Dataset, Picture, SplitRows, shuffled};
use crate::stop_flag::StopFlag;

/// What is tried.
#[derive(Clone, Debug)]
pub struct EfficiencyPlan {
    /// Photos a class, rising; all of them come last by themselves.
    pub counts: Vec<usize>,
    /// What photos are chosen with; for all photos only the first.
    pub seeds: Vec<u64>,
    /// How every head is made. There are no validation photos: neither an epoch nor a penalty is chosen, and a ridge without a penalty
    /// gets one in proportion to its photos.
    pub recipe: HeadRecipe,
}

/// The photos: those of training and validation are taken from, those of the test measured on.
#[derive(Clone, Copy)]
pub struct EfficiencyData<'a> {
    /// Of the training photos.
    pub dataset: &'a Dataset,
    /// Its parts.
    pub rows: &'a SplitRows,
    /// Another data set for the test, under the same classes.
    pub test: Option<&'a Dataset>,
}

/// What is told while it goes on.
#[derive(Clone, Copy, Debug)]
pub enum EfficiencyEvent {
    /// Pictures go through the backbone.
    Features(Progress),
    /// So many heads of so many are fitted.
    Heads {
        /// Fitted.
        done: u64,
        /// All of this backbone.
        total: u64,
    },
}

/// A backbone's curve.
///
/// # Errors
/// The model does not run, a head cannot be fitted, or the flag says to stop; features are kept.
pub fn measure_backbone(
    trunk: Trunk<'_>,
    data: EfficiencyData<'_>,
    plan: &EfficiencyPlan,
    settings: &Settings<'_>,
    watch: &mut dyn FnMut(EfficiencyEvent),
) -> Result<BackboneEfficiency, TrainingError> {
    let pool: Vec<usize> = data.rows.train.iter().chain(&data.rows.validation).copied().collect();
    let (test_set, test_rows) = match data.test {
        Some(test) => (test, (0..test.pictures.len()).collect()),
        None => (data.dataset, data.rows.test.clone()),
    };
    let pictures = |dataset, rows: &[usize]| -> Vec<(&Dataset, &Picture)> {
        let dataset: &Dataset = dataset;
        rows.iter().map(|row| (dataset, &dataset.pictures[*row])).collect()
    };
    let mut all = pictures(data.dataset, &pool);
    all.extend(pictures(test_set, &test_rows));
    let extracted =
        extract(trunk, &all, settings, &mut |progress| watch(EfficiencyEvent::Features(progress)))?;
    let test = Examples::of(&extracted.table, test_set, &test_rows, trunk.device)?;
    if test.is_empty() {
        return Err(TrainingError::NoPictures);
    }
    let heads = Heads { trunk, data, pool, table: extracted.table, test, plan, stop: settings.stop };
    let points = heads.points(watch)?;
    Ok(curve(trunk.info, points))
}

fn curve(info: &ModelInfo, points: Vec<EfficiencyPoint>) -> BackboneEfficiency {
    BackboneEfficiency {
        slot: info.slot,
        name: info.name.clone(),
        checkpoint_id: info.checkpoint.trunk_id().to_owned(),
        trained_on: info.checkpoint.trunk_trained_on().map(str::to_owned),
        points,
    }
}

struct Heads<'a> {
    trunk: Trunk<'a>,
    data: EfficiencyData<'a>,
    pool: Vec<usize>,
    table: FeatureTable,
    test: Examples,
    plan: &'a EfficiencyPlan,
    stop: &'a StopFlag,
}

impl Heads<'_> {
    fn points(&self, watch: &mut dyn FnMut(EfficiencyEvent)) -> Result<Vec<EfficiencyPoint>, TrainingError> {
        let EfficiencyPlan { counts, seeds, .. } = self.plan;
        let total = (counts.len() * seeds.len() + 1) as u64;
        let mut done = 0;
        let mut points = Vec::with_capacity(counts.len() + 1);
        for count in counts.iter().copied().map(Some).chain([None]) {
            // All photos are the same ones for every seed.
            let seeds = if count.is_some() { seeds.as_slice() } else { &seeds[..seeds.len().min(1)] };
            let (mut shares, mut num_train) = (Vec::with_capacity(seeds.len()), 0);
            for seed in seeds {
                self.stop.check()?;
                let train = self.choose(count, *seed)?;
                num_train = train.len() as u64;
                shares.push(self.top1_percent(&train, *seed)?);
                done += 1;
                watch(EfficiencyEvent::Heads { done, total });
            }
            points.push(point(count, num_train, shares, self.test.len()));
        }
        Ok(points)
    }

    fn choose(&self, count: Option<usize>, seed: u64) -> Result<Examples, TrainingError> {
        let dataset = self.data.dataset;
        let rows = chosen_rows(dataset, &self.pool, count, seed);
        Ok(Examples::of(&self.table, dataset, &rows, self.trunk.device)?)
    }

    fn top1_percent(&self, train: &Examples, seed: u64) -> Result<f64, TrainingError> {
        let scaling = Scaling::of(self.plan.recipe.scaling, train)?;
        let head = self.fit(scaling.apply(train)?, seed)?;
        let (_loss, top1) = measure(&scaling.undo(&head)?, &self.test)?;
        Ok(top1)
    }

    fn fit(&self, train: Examples, seed: u64) -> Result<Head, TrainingError> {
        let num_classes = self.data.dataset.classes.len();
        match &self.plan.recipe.method {
            Method::Ridge { penalty: Some(penalty) } => Ridge::new(&train, num_classes)?.solve(*penalty),
            Method::Ridge { penalty: None } => {
                Ok(Ridge::new(&train, num_classes)?.best(train.len(), None)?.0)
            }
            Method::Gradient(schedule) => {
                let mut fit = Fit::open(FitPlan {
                    schedule: schedule.clone(),
                    seed,
                    num_classes,
                    train,
                    validation: None,
                    progress_file: None,
                    save_every: u64::MAX,
                    fingerprint: String::new(),
                })?;
                while !fit.is_done() {
                    self.stop.check()?;
                    fit.step()?;
                }
                Ok(fit.head().clone())
            }
        }
    }
}

/// Of a pool of photos so many of each class, all where `count` is none; with the same seed, fewer ones are among more.
pub fn chosen_rows(dataset: &Dataset, pool: &[usize], count: Option<usize>, seed: u64) -> Vec<usize> {
    let Some(count) = count else { return pool.to_vec() };
    let mut chosen = HashSet::new();
    for class_index in 0..dataset.classes.len() {
        let pictures = pool.iter().map(|row| &dataset.pictures[*row]);
        let pictures = pictures.filter(|picture| picture.class_index == class_index).collect();
        let taken = shuffled(pictures, seed).into_iter().take(count);
        chosen.extend(taken.map(|picture| picture.path.as_str()));
    }
    pool.iter().copied().filter(|row| chosen.contains(dataset.pictures[*row].path.as_str())).collect()
}

/// What heads or models on so many photos a class reached, one share a seed.
pub fn point(count: Option<usize>, num_train: u64, shares: Vec<f64>, num_test: usize) -> EfficiencyPoint {
    let mean = shares.iter().sum::<f64>() / shares.len() as f64;
    let squares: f64 = shares.iter().map(|share| (share - mean).powi(2)).sum();
    let deviation = if shares.len() > 1 { (squares / (shares.len() - 1) as f64).sqrt() } else { 0.0 };
    let right = (mean / 100.0 * num_test as f64).round() as u64;
    let interval = proportion(right, num_test as u64);
    EfficiencyPoint {
        photos_per_class: count.map(|count| count as u64),
        num_train,
        mean_percent: mean,
        deviation_percent: deviation,
        low_percent: interval.low_percent,
        high_percent: interval.high_percent,
        top1_percent: shares,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_has_the_mean_and_the_deviation_of_its_seeds() {
        let point = point(Some(2), 20, vec![50.0, 60.0, 70.0], 100);
        assert_eq!((point.mean_percent, point.deviation_percent), (60.0, 10.0));
        // Wilson's interval of 60 in 100.
        assert!((point.low_percent - 50.20).abs() < 0.01 && (point.high_percent - 69.06).abs() < 0.01);
    }
}
