//! `backbone-explorer from-scratch`: a small CNN and a small ViT on 1, 2, 4 ... photos a class, and nothing else.

use std::fs;
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use shared::training::{FromScratch, LearnerCurve, LearnerEpoch, ScratchPlan};

use super::data_efficiency::print_points;
use super::photos::PhotoOptions;
use super::progress::Terminal;
use super::train_head::{SplitOptions, USUAL_SEED, USUAL_VALIDATION_PERCENT};
use crate::device::{self, DeviceChoice};
use crate::safe_file;
use crate::stop_flag::StopFlag;
use crate::training::data_efficiency::EfficiencyData;
use crate::training::from_scratch::{RECORD_FILE, Settings, command, learn, num_models};
use crate::training::scratch_csv;

/// Stands for the folder in which the data sets lie.
const PATH: &str = "PATH";
/// Folders of a data set's path that are told.
const TOLD_FOLDERS: usize = 2;

/// Trains small models of both kinds on few to all photos.
#[derive(Args, Clone, Debug)]
pub struct FromScratchOptions {
    /// The photos.
    #[command(flatten)]
    pub photos: PhotoOptions,
    /// JSON file that is written, and FILE.csv beside it. Until then finished models stand in from_scratch.progress.json in the same folder,
    /// from which an experiment that was stopped goes on.
    #[arg(long, value_name = "FILE", default_value = "from_scratch.json")]
    pub out: PathBuf,
    /// Where the models are trained: auto, cpu or cuda:N.
    #[arg(long, env = "EXPLORER_DEVICE", default_value = "auto")]
    pub device: DeviceChoice,
    /// Models that are trained at the same time on a CPU, each by a thread [default: one for each physical core that this process may use].
    #[arg(long, env = "EXPLORER_THREADS", value_name = "COUNT")]
    pub threads: Option<NonZeroUsize>,
    /// How the data set is divided. Learning rates are chosen by what is for validation; it is learned from after that.
    #[command(flatten)]
    pub split: SplitOptions,
    /// How all models are trained.
    #[command(flatten)]
    pub plan: PlanOptions,
}

/// How all models are trained.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Training")]
pub struct PlanOptions {
    /// Side of the photos in pixels: a multiple of 16.
    #[arg(long, value_name = "PIXELS", default_value_t = usual().image_size)]
    pub image_size: usize,
    /// Photos a class; all of them come last by themselves.
    #[arg(long, value_name = "COUNTS", value_delimiter = ',', default_values_t = usual().counts)]
    pub counts: Vec<u64>,
    /// One model of each kind for every count and seed.
    #[arg(long, value_name = "NUMBERS", value_delimiter = ',', default_values_t = usual().seeds)]
    pub seeds: Vec<u64>,
    /// Passes over the photos.
    #[arg(long, value_name = "COUNT", default_value_t = usual().epochs.try_into().expect("not zero"))]
    pub epochs: NonZeroU64,
    /// Steps that every model takes at least: of few photos there are more passes.
    #[arg(long, value_name = "COUNT", default_value_t = usual().min_steps)]
    pub min_steps: u64,
    /// Photos of a step.
    #[arg(long, value_name = "COUNT", default_value_t = usual().batch_size.try_into().expect("not zero"))]
    pub batch_size: NonZeroUsize,
    /// Learning rates of which each kind gets the one that is best on the validation photos; one alone is taken as it is.
    #[arg(long, value_name = "RATES", value_delimiter = ',', default_values_t = usual().learning_rates)]
    pub learning_rates: Vec<f64>,
    /// Decay of the weights, a part of each step.
    #[arg(long, value_name = "NUMBER", default_value_t = usual().weight_decay)]
    pub weight_decay: f64,
    /// What of a label's probability is spread over all classes.
    #[arg(long, value_name = "SHARE", default_value_t = usual().label_smoothing)]
    pub label_smoothing: f64,
    /// Of all classes, the first so many [default: all].
    #[arg(long, value_name = "COUNT")]
    pub max_classes: Option<usize>,
}

fn usual() -> ScratchPlan {
    ScratchPlan::default()
}

/// Trains all models and writes both curves.
///
/// # Errors
/// Says what was wrong and what to do.
pub fn execute(options: &FromScratchOptions) -> Result<()> {
    device::prepare_cpu(options.threads);
    let device = options.device.open()?.into_iter().next().context("there is no device")?;
    let (stop, mut terminal) = (StopFlag::default(), Terminal::new());
    let (dataset, test) = options.photos.open(None, &stop, &mut terminal)?;
    let rows = options.split.divide(&dataset, test.is_some())?.rows(&dataset);
    let data = EfficiencyData { dataset: &dataset, rows: &rows, test: test.as_ref() };
    let plan = options.plan.plan();
    let folder = options.out.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let settings =
        Settings { device: &device.device, device_name: &device.name, stop: &stop, folder: Some(folder) };
    let (mut done, total) = (0, num_models(&plan));
    let mut outcome = learn(data, &plan, &settings, &mut |epoch| {
        done += u64::from(epoch.top1_percent.is_some());
        terminal.models(done, total, describe(&epoch), epoch.top1_percent.is_some());
    })?;
    terminal.clear();
    outcome.command = options.command(&plan);
    for learner in &outcome.learners {
        print(learner);
    }
    write(options, &outcome)?;
    fs::remove_file(folder.join(RECORD_FILE)).context("cannot remove what was kept of the experiment")
}

impl FromScratchOptions {
    /// The command without what tells whose machine it is.
    fn command(&self, plan: &ScratchPlan) -> String {
        let told = |folder: &PathBuf| told_path(folder);
        let SplitOptions { seed, validation_percent, test_percent, split_files, split } = &self.split;
        let named = [
            ("dataset", Some(told_path(&self.photos.dataset))),
            ("test", self.photos.test.as_ref().map(told)),
            ("name", self.photos.name.clone()),
            ("seed", (*seed != USUAL_SEED).then(|| seed.to_string())),
            (
                "validation-percent",
                (*validation_percent != USUAL_VALIDATION_PERCENT).then(|| validation_percent.to_string()),
            ),
            ("test-percent", test_percent.map(|percent| percent.to_string())),
            ("split-files", split_files.as_ref().map(told)),
            ("split", split.as_ref().map(told)),
        ];
        let named = named.iter().filter_map(|(option, value)| Some((*option, value.as_deref()?)));
        command(&named.collect::<Vec<_>>(), plan)
    }
}

impl PlanOptions {
    fn plan(&self) -> ScratchPlan {
        let mut counts = self.counts.clone();
        counts.sort_unstable();
        counts.dedup();
        ScratchPlan {
            image_size: self.image_size,
            counts,
            seeds: self.seeds.clone(),
            epochs: self.epochs.get(),
            min_steps: self.min_steps,
            batch_size: self.batch_size.get(),
            learning_rates: self.learning_rates.clone(),
            weight_decay: self.weight_decay,
            label_smoothing: self.label_smoothing,
            max_classes: self.max_classes,
        }
    }
}

fn describe(epoch: &LearnerEpoch) -> String {
    let photos = epoch.photos_per_class.map_or("all".to_owned(), |count| count.to_string());
    let kind = match epoch.slot {
        shared::ModelSlot::Resnet => "CNN",
        shared::ModelSlot::Vit => "ViT",
    };
    let measured = match (epoch.top1_percent, epoch.is_try) {
        (Some(top1), true) => format!(", {top1:.1} % of the validation photos"),
        (Some(top1), false) => format!(", {top1:.1} % of the test photos"),
        (None, _) => String::new(),
    };
    format!(
        "{kind}, {photos} a class, seed {}, learning rate {}, epoch {}: loss {:.3}{measured}",
        epoch.seed, epoch.learning_rate, epoch.epoch, epoch.train_loss
    )
}

fn print(learner: &LearnerCurve) {
    println!(
        "{}: {} parameters, {:.1} M multiply-accumulates a photo, learning rate {}",
        learner.name,
        learner.num_parameters,
        learner.num_macs as f64 / 1e6,
        learner.learning_rate
    );
    print_points(&learner.points);
}

/// The end of a path, without what tells whose machine it is.
fn told_path(folder: &Path) -> String {
    let named = folder.components().filter_map(|component| match component {
        Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
        _ => None,
    });
    let mut names: Vec<String> = named.collect();
    names.drain(..names.len().saturating_sub(TOLD_FOLDERS));
    names.insert(0, PATH.to_owned());
    names.join("/")
}

fn write(options: &FromScratchOptions, outcome: &FromScratch) -> Result<()> {
    let write = |path: &Path, bytes: &[u8]| {
        safe_file::replace(path, bytes).with_context(|| format!("cannot write {}", path.display()))
    };
    let mut json = serde_json::to_vec(outcome)?;
    json.push(b'\n');
    write(&options.out, &json)?;
    write(&safe_file::beside(&options.out, ".csv"), scratch_csv(outcome).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_path_only_the_end_is_told() {
        for (path, expected) in [
            ("/somewhere/data/caltech101/train", "PATH/caltech101/train"),
            ("../photos", "PATH/photos"),
            ("photos", "PATH/photos"),
        ] {
            assert_eq!(told_path(Path::new(path)), expected);
        }
    }
}
