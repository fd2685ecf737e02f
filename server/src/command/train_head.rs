//! `backbone-explorer train-head`: from a folder of photos to a head's file, with a report beside it.

use std::fs;
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use shared::training::{ClassWeights, FeatureScaling, FineTuning, Method, Optimizer, Schedule};
use shared::{HeadRecipe, ModelSlot};

use super::model::RunOptions;
use super::photos::PhotoOptions;
use super::progress::{Terminal, figures, list_skipped};
use crate::dataset::{Dataset, DatasetError, Split, SplitPlan};
use crate::safe_file;
use crate::stop_flag::StopFlag;
use crate::training::{Job, SplitSource, Trained, Trunk, classes_csv, curve_csv, train_head};

/// What photos are divided and shuffled with where nothing is said.
pub const USUAL_SEED: u64 = 0;
/// Share of each class that choices are made by where nothing is said.
pub const USUAL_VALIDATION_PERCENT: f64 = 15.0;

/// Trains a head.
#[derive(Args, Clone, Debug)]
pub struct TrainHeadOptions {
    /// The photos.
    #[command(flatten)]
    pub photos: PhotoOptions,
    /// Which backbone: resnet or vit.
    #[arg(long, value_enum)]
    pub backbone: BackboneChoice,
    /// File that is written. Beside it: FILE.report.json, FILE.curve.csv, FILE.classes.csv, FILE.split.json, and until then FILE.progress,
    /// from which a run that was stopped goes on.
    #[arg(long, value_name = "FILE", default_value = "head.safetensors")]
    pub out: PathBuf,
    /// How the data set is divided.
    #[command(flatten)]
    pub split: SplitOptions,
    /// How the head is made.
    #[command(flatten)]
    pub recipe: RecipeOptions,
    /// Whether the end of the backbone is trained with the head.
    #[command(flatten)]
    pub fine_tuning: FineTuningOptions,
    /// Models and device.
    #[command(flatten)]
    pub run: RunOptions,
}

/// How the data set is divided.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Split")]
pub struct SplitOptions {
    /// Number that photos are divided and shuffled with.
    #[arg(long, value_name = "NUMBER", default_value_t = USUAL_SEED)]
    pub seed: u64,
    /// Share of each class that choices are made by.
    #[arg(long, value_name = "PERCENT", default_value_t = USUAL_VALIDATION_PERCENT)]
    pub validation_percent: f64,
    /// Share of each class that nothing is chosen by [default: 15, or 0 with --test].
    #[arg(long, value_name = "PERCENT")]
    pub test_percent: Option<f64>,
    /// Folder with official lists: train.txt, validation.txt and test.txt, of which only the first must be there; a path below the data
    /// set's folder in each line.
    #[arg(long, value_name = "FOLDER", conflicts_with = "split")]
    pub split_files: Option<PathBuf>,
    /// FILE.split.json of an earlier run, to divide as it did.
    #[arg(long, value_name = "FILE")]
    pub split: Option<PathBuf>,
}

/// How the head is made.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Recipe")]
pub struct RecipeOptions {
    /// How weights are fitted.
    #[arg(long, value_enum, default_value = "adamw")]
    pub method: MethodChoice,
    /// Learning rate of the first step; a half cosine takes it to 0 [default: 0.0005 for adamw, 0.01 for sgd].
    #[arg(long, value_name = "RATE")]
    pub learning_rate: Option<f64>,
    /// Passes over the training photos.
    #[arg(long, value_name = "COUNT", default_value_t = defaults().epochs.try_into().expect("not zero"))]
    pub epochs: NonZeroU64,
    /// Photos of a step.
    #[arg(long, value_name = "COUNT", default_value_t = defaults().batch_size.try_into().expect("not zero"))]
    pub batch_size: NonZeroUsize,
    /// Decay of the weights: a part of each step for adamw, of each gradient for sgd [default: 0.1 for adamw, 0.001 for sgd].
    #[arg(long, value_name = "NUMBER")]
    pub weight_decay: Option<f64>,
    /// How much of the step before goes on, for sgd.
    #[arg(long, value_name = "SHARE", default_value_t = 0.9)]
    pub momentum: f64,
    /// What of a label's probability is spread over all classes.
    #[arg(long, value_name = "SHARE", default_value_t = defaults().label_smoothing)]
    pub label_smoothing: f64,
    /// How much each class counts.
    #[arg(long, value_enum, default_value = "uniform")]
    pub class_weights: ClassWeightChoice,
    /// Epochs without a lower validation loss after which the run ends; 0: it goes to the last epoch.
    #[arg(long, value_name = "EPOCHS", default_value_t = 10)]
    pub patience: u64,
    /// Penalty of the ridge [default: the best of a few on the validation photos].
    #[arg(long, value_name = "NUMBER")]
    pub penalty: Option<f64>,
    /// Leaves features as they are. Otherwise each is brought to mean 0 and deviation 1 for the fit.
    #[arg(long)]
    pub raw_features: bool,
}

/// Whether the end of the backbone is trained with the head.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Fine-tuning")]
pub struct FineTuningOptions {
    /// Passes over the training photos in which the last stage of a ResNet, or the last block and the final norm of a Vision Transformer, is
    /// trained together with the head, once that is made; 0: the backbone stays as it is.
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    pub fine_tune_epochs: u64,
    /// Learning rate of its first step; a half cosine takes it to 0.
    #[arg(long, value_name = "RATE", default_value_t = FineTuning::default().learning_rate)]
    pub fine_tune_learning_rate: f64,
    /// Photos of its steps.
    #[arg(long, value_name = "COUNT", default_value_t = FineTuning::default().batch_size.try_into().expect("not zero"))]
    pub fine_tune_batch_size: NonZeroUsize,
    /// What of the weights, not of biases and norms, each of its steps takes away, by the learning rate.
    #[arg(long, value_name = "NUMBER", default_value_t = FineTuning::default().weight_decay)]
    pub fine_tune_weight_decay: f64,
}

/// A backbone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum BackboneChoice {
    /// The CNN.
    Resnet,
    /// The Vision Transformer.
    Vit,
}

/// How weights are fitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum MethodChoice {
    /// Step by step, with decoupled weight decay.
    Adamw,
    /// Step by step, with momentum.
    Sgd,
    /// At once: least squares with a penalty.
    Ridge,
}

/// How much each class counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ClassWeightChoice {
    /// By its photos.
    Uniform,
    /// All alike.
    Balanced,
}

impl From<BackboneChoice> for ModelSlot {
    fn from(choice: BackboneChoice) -> Self {
        match choice {
            BackboneChoice::Resnet => Self::Resnet,
            BackboneChoice::Vit => Self::Vit,
        }
    }
}

fn defaults() -> Schedule {
    Schedule::default()
}

/// Trains a head and writes it.
///
/// # Errors
/// Says what was wrong and what to do.
pub fn execute(options: &TrainHeadOptions) -> Result<()> {
    let device = options.run.open_device()?;
    let model = options.run.load(options.backbone.into(), &device)?;
    eprintln!("{} from {} on {}", model.info.name, model.info.checkpoint.source, device.name);
    let recipe = options.recipe.recipe(options.split.seed);
    let progress_file = safe_file::beside(&options.out, ".progress");
    let job = Job {
        dataset: options.photos.dataset.clone(),
        name: options.photos.name.clone(),
        test: options.photos.test.clone(),
        split: options.split.source(options.photos.test.is_some()),
        cache: options.run.cache(),
        progress_file: Some(progress_file.clone()),
        extraction: options.run.extraction(&device),
        fine_tuning: options.fine_tuning.plan(),
        recipe,
    };
    let mut terminal = Terminal::new();
    let trunk = Trunk::of(&model, &device.device);
    // What is done is kept anyway, so whoever interrupts the program loses nothing.
    let trained = train_head(trunk, &job, &StopFlag::default(), &mut |event| {
        terminal.show(&event, &|num_train| num_steps(&job, num_train));
    })?;
    terminal.clear();
    write(&options.out, &trained)?;
    if progress_file.is_file() {
        fs::remove_file(&progress_file)
            .with_context(|| format!("cannot remove {}", progress_file.display()))?;
    }
    report(&options.out, &trained);
    options.run.bound_cache(&[&model.info])
}

/// Steps of a job over so many photos, if the fit of the head is not ended early.
fn num_steps(job: &Job, num_train: u64) -> u64 {
    let steps = |epochs: u64, batch_size: usize| epochs * num_train.div_ceil(batch_size.max(1) as u64);
    let head = match &job.recipe.method {
        Method::Gradient(Schedule { epochs, batch_size, .. }) => steps(*epochs, *batch_size),
        Method::Ridge { .. } => 0,
    };
    head + job.fine_tuning.map_or(0, |plan| steps(plan.epochs, plan.batch_size))
}

impl FineTuningOptions {
    /// What these options describe.
    pub fn plan(&self) -> Option<FineTuning> {
        (self.fine_tune_epochs > 0).then_some(FineTuning {
            epochs: self.fine_tune_epochs,
            learning_rate: self.fine_tune_learning_rate,
            batch_size: self.fine_tune_batch_size.get(),
            weight_decay: self.fine_tune_weight_decay,
        })
    }
}

impl SplitOptions {
    /// The data set, divided.
    ///
    /// # Errors
    /// The shares leave nothing, or a list or an earlier split does not go with the data set.
    pub fn divide(&self, dataset: &Dataset, has_test: bool) -> Result<Split, DatasetError> {
        self.source(has_test).divide(dataset)
    }

    fn source(&self, has_test: bool) -> SplitSource {
        const TEST_PERCENT: f64 = 15.0;
        let plan = SplitPlan {
            seed: self.seed,
            validation_percent: self.validation_percent,
            test_percent: self.test_percent.unwrap_or(if has_test { 0.0 } else { TEST_PERCENT }),
        };
        match (&self.split, &self.split_files) {
            (Some(path), _) => SplitSource::Kept(path.clone()),
            (None, Some(folder)) => SplitSource::Files(folder.clone(), plan),
            (None, None) => SplitSource::Seeded(plan),
        }
    }
}

impl RecipeOptions {
    /// The recipe that these options describe.
    pub fn recipe(&self, seed: u64) -> HeadRecipe {
        const SGD_LEARNING_RATE: f64 = 0.01;
        const SGD_WEIGHT_DECAY: f64 = 0.001;
        let usual = defaults();
        let (optimizer, learning_rate, weight_decay) = match self.method {
            MethodChoice::Sgd => {
                (Optimizer::Sgd { momentum: self.momentum }, SGD_LEARNING_RATE, SGD_WEIGHT_DECAY)
            }
            MethodChoice::Adamw | MethodChoice::Ridge => {
                (Optimizer::ADAM_W, usual.learning_rate, usual.weight_decay)
            }
        };
        let method = match self.method {
            MethodChoice::Ridge => Method::Ridge { penalty: self.penalty },
            MethodChoice::Adamw | MethodChoice::Sgd => Method::Gradient(Schedule {
                optimizer,
                learning_rate: self.learning_rate.unwrap_or(learning_rate),
                epochs: self.epochs.get(),
                batch_size: self.batch_size.get(),
                weight_decay: self.weight_decay.unwrap_or(weight_decay),
                label_smoothing: self.label_smoothing,
                class_weights: match self.class_weights {
                    ClassWeightChoice::Uniform => ClassWeights::Uniform,
                    ClassWeightChoice::Balanced => ClassWeights::Balanced,
                },
                patience: (self.patience > 0).then_some(self.patience),
            }),
        };
        let scaling = if self.raw_features { FeatureScaling::Raw } else { FeatureScaling::Standardised };
        HeadRecipe { scaling, method, seed }
    }
}

fn write(out: &Path, trained: &Trained) -> Result<()> {
    let write = |ending: &str, bytes: &[u8]| {
        let path = if ending.is_empty() { out.to_owned() } else { safe_file::beside(out, ending) };
        safe_file::replace(&path, bytes).with_context(|| format!("cannot write {}", path.display()))
    };
    let report = &trained.report;
    let mut json = serde_json::to_vec(report)?;
    json.push(b'\n');
    write(".report.json", &json)?;
    write(".curve.csv", curve_csv(report).as_bytes())?;
    if let Some(test) = &report.test {
        write(".classes.csv", classes_csv(test).as_bytes())?;
    }
    trained.split.write(&safe_file::beside(out, ".split.json"))?;
    write("", &trained.head)
}

fn report(out: &Path, trained: &Trained) {
    let report = &trained.report;
    list_skipped(&report.skipped_later);
    let timings = &report.timings;
    let speed = match timings.features_computed {
        0 => "all features from the cache".to_owned(),
        count => format!(
            "features of {count} photos in {:.1} s ({:.1} images/s)",
            timings.features_seconds, timings.pictures_per_second
        ),
    };
    println!(
        "{}: {} on {}, {} classes, BLAKE3 {}",
        out.display(),
        report.dataset.name,
        report.backbone,
        report.dataset.classes.len(),
        report.head_id
    );
    println!("{speed}; head in {:.1} s", timings.fitting_seconds);
    if let Some(tuning) = &report.fine_tuning {
        println!("{} and head trained together in {:.0} s", tuning.tuned, tuning.seconds);
        if let Some(before) = &tuning.test_before {
            println!("test before that: {}", figures(before));
        }
    }
    match (&report.test, &report.validation) {
        (Some(test), _) => println!("test: {}", figures(test)),
        (None, Some(validation)) => println!("no test photos; validation: {}", figures(validation)),
        (None, None) => println!("neither test nor validation photos: nothing is known of how good it is"),
    }
}
