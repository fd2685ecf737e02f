//! All models of an experiment, from the photos to both curves.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use candle_core::Device;
use shared::training::{EfficiencyPoint, FromScratch, LearnerCurve, LearnerEpoch, ScratchPlan};

use super::lesson::{Lesson, Room};
use super::network::Network;
use super::pair::pair;
use super::photos::Photos;
use super::plan::{check, command};
use super::record::{Finished, Record};
use super::workers::give_all;
use crate::dataset::{Dataset, Picture};
use crate::stop_flag::StopFlag;
use crate::training::TrainingError;
use crate::training::data_efficiency::{EfficiencyData, chosen_rows, point};

const SECONDS_OF_A_DAY: u64 = 86_400;

/// Where an experiment is done.
#[derive(Clone, Copy)]
pub struct Settings<'a> {
    /// Where models are.
    pub device: &'a Device,
    /// Such as `CPU, 2 threads`.
    pub device_name: &'a str,
    /// Looked at before each step.
    pub stop: &'a StopFlag,
    /// Where finished models are kept, so that the experiment goes on behind them; none: nowhere. Several experiments may share it.
    pub folder: Option<&'a Path>,
}

/// Trains both kinds of models on few to all photos, and measures each on the test photos. Models of the same seed see the same photos in the
/// same order and the same views of them. What came of it depends on data, plan and kind of device alone.
///
/// Photos of training and validation are learned from, as in [`super::super::data_efficiency`], but for the tries of learning rates, which leave
/// those of the validation to be chosen by. One learning rate alone is taken as it is.
///
/// `watch` is told every epoch of every model, on this thread; a model that was finished before, by its last epoch.
///
/// # Errors
/// The plan cannot be followed, the data set leaves nothing to learn from or to measure on, the device fails, a model's loss is no number, or the
/// flag says to stop; finished models are kept.
pub fn learn(
    data: EfficiencyData<'_>,
    plan: &ScratchPlan,
    settings: &Settings<'_>,
    watch: &mut dyn FnMut(LearnerEpoch),
) -> Result<FromScratch, TrainingError> {
    check(plan)?;
    let material = Material::read(data, plan, settings.stop)?;
    let networks = pair(plan.image_size, material.num_classes)?;
    let mut record = Record::open(settings.folder)?;
    let room = Room {
        photos: &material.photos,
        plan,
        num_classes: material.num_classes,
        device: settings.device,
        before_step: &|| Ok(()),
    };
    let mut run = |lessons: &[Lesson]| give_all(lessons, &room, settings.stop, &mut record, &mut *watch);

    let tries: Vec<Lesson> = networks.iter().flat_map(|network| material.tries(*network, plan)).collect();
    let tried = run(&tries)?;
    let chosen = networks.map(|network| chosen_rate(&tried, network, plan));
    let lessons =
        networks.iter().zip(chosen).flat_map(|(network, rate)| material.lessons(*network, rate, plan));
    let lessons: Vec<Lesson> = lessons.collect();
    let finished = run(&lessons)?;

    let learners = networks.iter().zip(chosen).map(|(network, rate)| LearnerCurve {
        slot: network.slot(),
        name: network.name(),
        num_parameters: network.num_parameters(),
        num_macs: network.num_macs(),
        learning_rate: rate,
        tried: of_kind(&tried, *network).map(|try_| (try_.learning_rate, share(try_))).collect(),
        points: material.points(&lessons, &finished, *network, plan),
    });
    Ok(FromScratch {
        dataset: data.dataset.summary(),
        num_test: material.test.len() as u64,
        num_classes: material.num_classes,
        learners: learners.collect(),
        command: command(&named_photos(data), plan),
        plan: plan.clone(),
        seconds: tried.iter().chain(&finished).map(|finished| finished.seconds).sum(),
        device: settings.device_name.to_owned(),
        date: today(),
    })
}

/// All photos, and which of them serve what.
struct Material<'a> {
    dataset: &'a Dataset,
    num_classes: usize,
    photos: Photos,
    /// Rows of the data set, in the order of the photos.
    pool_rows: Vec<usize>,
    /// Positions of photos that are learned from while a learning rate is chosen.
    train: Vec<usize>,
    /// Positions of those that it is chosen by.
    validation: Vec<usize>,
    /// Positions of those that models are measured on.
    test: Vec<usize>,
}

impl<'a> Material<'a> {
    fn read(data: EfficiencyData<'a>, plan: &ScratchPlan, stop: &StopFlag) -> Result<Self, TrainingError> {
        let dataset = data.dataset;
        let num_classes = plan.max_classes.unwrap_or(usize::MAX).min(dataset.classes.len());
        let of = |dataset: &'a Dataset, rows: &[usize]| -> Vec<usize> {
            rows.iter().copied().filter(|row| dataset.pictures[*row].class_index < num_classes).collect()
        };
        let (train, validation) = (of(dataset, &data.rows.train), of(dataset, &data.rows.validation));
        let (test_set, test_rows) = match data.test {
            Some(test) => (test, of(test, &(0..test.pictures.len()).collect::<Vec<_>>())),
            None => (dataset, of(dataset, &data.rows.test)),
        };
        if test_rows.is_empty() {
            return Err(TrainingError::NoPictures);
        }
        let mut found: Vec<usize> = train.iter().map(|row| dataset.pictures[*row].class_index).collect();
        found.sort_unstable();
        found.dedup();
        if found.len() < 2 {
            return Err(TrainingError::TooFewClasses { found: found.len() });
        }
        if validation.is_empty() && plan.learning_rates.len() > 1 {
            return Err(TrainingError::Recipe(
                "there are no validation photos to choose a learning rate by: set a share for the validation, or give one learning rate"
                    .to_owned(),
            ));
        }
        let pool_rows: Vec<usize> = train.iter().chain(&validation).copied().collect();
        let pictures = |dataset: &'a Dataset, rows: &[usize]| -> Vec<(&'a Dataset, &'a Picture)> {
            rows.iter().map(|row| (dataset, &dataset.pictures[*row])).collect()
        };
        let mut all = pictures(dataset, &pool_rows);
        all.extend(pictures(test_set, &test_rows));
        Ok(Self {
            dataset,
            num_classes,
            photos: Photos::read(&all, plan.image_size, stop)?,
            train: (0..train.len()).collect(),
            validation: (train.len()..pool_rows.len()).collect(),
            test: (pool_rows.len()..all.len()).collect(),
            pool_rows,
        })
    }

    fn tries(&self, network: Network, plan: &ScratchPlan) -> Vec<Lesson> {
        if plan.learning_rates.len() == 1 {
            return Vec::new();
        }
        let lesson = |learning_rate: &f64| Lesson {
            network,
            photos_per_class: None,
            train: self.train.clone(),
            measured: self.validation.clone(),
            seed: plan.seeds[0],
            learning_rate: *learning_rate,
            is_try: true,
        };
        plan.learning_rates.iter().map(lesson).collect()
    }

    fn lessons(&self, network: Network, learning_rate: f64, plan: &ScratchPlan) -> Vec<Lesson> {
        let lesson = |(photos_per_class, seed): (Option<u64>, u64)| Lesson {
            network,
            photos_per_class,
            train: self.chosen(photos_per_class, seed),
            measured: self.test.clone(),
            seed,
            learning_rate,
            is_try: false,
        };
        let counts = counts(plan);
        let cells = counts.flat_map(|count| plan.seeds.iter().map(move |seed| (count, *seed)));
        cells.map(lesson).collect()
    }

    /// Positions of so many photos of each class.
    fn chosen(&self, count: Option<u64>, seed: u64) -> Vec<usize> {
        let count = count.map(|count| usize::try_from(count).unwrap_or(usize::MAX));
        let mut chosen = chosen_rows(self.dataset, &self.pool_rows, count, seed);
        chosen.sort_unstable();
        let is_chosen = |row: &usize| chosen.binary_search(row).is_ok();
        let positions = self.pool_rows.iter().enumerate();
        positions.filter(|(_position, row)| is_chosen(row)).map(|(position, _row)| position).collect()
    }

    fn points(
        &self,
        lessons: &[Lesson],
        finished: &[Finished],
        network: Network,
        plan: &ScratchPlan,
    ) -> Vec<EfficiencyPoint> {
        let of_count = |count: Option<u64>| {
            let models = lessons.iter().zip(finished);
            let models = models
                .filter(|(lesson, _model)| lesson.network == network && lesson.photos_per_class == count);
            let (lessons, shares): (Vec<_>, Vec<f64>) =
                models.map(|(lesson, model)| (lesson, share(&model.epoch))).unzip();
            let num_train = lessons.first().map_or(0, |lesson| lesson.train.len() as u64);
            point(count.map(|count| count as usize), num_train, shares, self.test.len())
        };
        counts(plan).map(of_count).collect()
    }
}

fn named_photos(data: EfficiencyData<'_>) -> Vec<(&str, &str)> {
    let test = data.test.map(|test| ("test", test.name.as_str()));
    std::iter::once(("dataset", data.dataset.name.as_str())).chain(test).collect()
}

fn counts(plan: &ScratchPlan) -> impl Iterator<Item = Option<u64>> {
    plan.counts.iter().copied().map(Some).chain([None])
}

fn of_kind(models: &[Finished], network: Network) -> impl Iterator<Item = &LearnerEpoch> {
    models.iter().map(|model| &model.epoch).filter(move |epoch| epoch.slot == network.slot())
}

/// The first of those that got most photos right.
fn chosen_rate(tried: &[Finished], network: Network, plan: &ScratchPlan) -> f64 {
    let best =
        of_kind(tried, network).reduce(|best, next| if share(next) > share(best) { next } else { best });
    best.map_or(plan.learning_rates[0], |best| best.learning_rate)
}

fn share(epoch: &LearnerEpoch) -> f64 {
    epoch.top1_percent.expect("a model is finished when it was measured")
}

/// The day, in UTC: Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
fn today() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    date(since.as_secs() / SECONDS_OF_A_DAY)
}

/// Of so many days since 1970.
fn date(days: u64) -> String {
    const DAYS_TO_1970: u64 = 719_468;
    const DAYS_OF_ERA: u64 = 146_097;
    let days = days + DAYS_TO_1970;
    let (era, day_of_era) = (days / DAYS_OF_ERA, days % DAYS_OF_ERA);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    // Months from March on.
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (year, month) = (era * 400 + year_of_era, if month < 10 { month + 3 } else { month - 9 });
    format!("{:04}-{month:02}-{day:02}", year + u64::from(month <= 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_their_dates() {
        let cases = [(0, "1970-01-01"), (59, "1970-03-01"), (11_016, "2000-02-29"), (20_819, "2027-01-01")];
        for (days, expected) in cases {
            assert_eq!(date(days), expected);
        }
    }
}
