//! `backbone-explorer data-efficiency`: heads on 1, 2, 4 ... photos a class, on both backbones.

use std::num::{NonZeroU64, NonZeroUsize};
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use shared::training::{BackboneEfficiency, EfficiencyPoint};
use shared::{DataEfficiency, ModelSlot};

use super::model::RunOptions;
use super::photos::PhotoOptions;
use super::progress::Terminal;
use super::train_head::{RecipeOptions, SplitOptions};
use crate::dataset::Split;
use crate::safe_file;
use crate::stop_flag::StopFlag;
use crate::training::data_efficiency::{EfficiencyData, EfficiencyEvent, EfficiencyPlan, measure_backbone};
use crate::training::{Settings, Trunk, efficiency_csv};

/// Measures how accuracy grows with the number of photos.
#[derive(Args, Clone, Debug)]
pub struct DataEfficiencyOptions {
    /// The photos.
    #[command(flatten)]
    pub photos: PhotoOptions,
    /// Photos a class; all of them come last by themselves.
    #[arg(long, value_name = "COUNTS", value_delimiter = ',', default_value = "1,2,4,8,16")]
    pub counts: Vec<NonZeroUsize>,
    /// How often photos are chosen anew.
    #[arg(long, value_name = "COUNT", default_value = "5")]
    pub repetitions: NonZeroU64,
    /// JSON file that is written, and FILE.csv beside it.
    #[arg(long, value_name = "FILE", default_value = "data_efficiency.json")]
    pub out: PathBuf,
    /// How the data set is divided. What is for validation is trained on, as nothing is chosen.
    #[command(flatten)]
    pub split: SplitOptions,
    /// How every head is made. Patience means nothing here, as there are no validation photos.
    #[command(flatten)]
    pub recipe: RecipeOptions,
    /// Models and device.
    #[command(flatten)]
    pub run: RunOptions,
}

/// Measures both backbones and writes their curves.
///
/// # Errors
/// Says what was wrong and what to do.
pub fn execute(options: &DataEfficiencyOptions) -> Result<()> {
    let device = options.run.open_device()?;
    let (stop, cache) = (StopFlag::default(), options.run.cache());
    let mut terminal = Terminal::new();
    let (dataset, test) = options.photos.open(cache.as_deref(), &stop, &mut terminal)?;
    let split: Split = options.split.divide(&dataset, test.is_some())?;
    let rows = split.rows(&dataset);
    let data = EfficiencyData { dataset: &dataset, rows: &rows, test: test.as_ref() };
    let mut counts: Vec<usize> = options.counts.iter().map(|count| count.get()).collect();
    counts.sort_unstable();
    counts.dedup();
    let first_seed = options.split.seed;
    let plan = EfficiencyPlan {
        counts,
        seeds: (0..options.repetitions.get()).map(|index| first_seed.wrapping_add(index)).collect(),
        recipe: options.recipe.recipe(first_seed),
    };
    let settings =
        Settings { extraction: options.run.extraction(&device), cache: cache.as_deref(), stop: &stop };
    let (mut backbones, mut infos) = (Vec::new(), Vec::new());
    for slot in ModelSlot::ALL {
        let model = options.run.load(slot, &device)?;
        let trunk = Trunk::of(&model, &device.device);
        let curve = measure_backbone(trunk, data, &plan, &settings, &mut |event| match event {
            EfficiencyEvent::Features(progress) => terminal.features(&progress),
            EfficiencyEvent::Heads { done, total } => terminal.heads(done, total),
        })?;
        terminal.clear();
        print(&curve);
        backbones.push(curve);
        infos.push(model.info);
    }
    write(
        options,
        &DataEfficiency {
            num_test: test.as_ref().map_or(rows.test.len(), |test| test.pictures.len()) as u64,
            dataset: dataset.summary(),
            recipe: plan.recipe,
            seeds: plan.seeds,
            backbones,
        },
    )?;
    options.run.bound_cache(&infos.iter().collect::<Vec<_>>())
}

fn print(curve: &BackboneEfficiency) {
    println!(
        "{}, whose checkpoint was trained on: {}",
        curve.name,
        curve.trained_on.as_deref().unwrap_or("it does not say")
    );
    print_points(&curve.points);
}

/// A line for each number of photos a class.
pub fn print_points(points: &[EfficiencyPoint]) {
    for EfficiencyPoint {
        photos_per_class,
        num_train,
        mean_percent,
        deviation_percent,
        low_percent,
        high_percent,
        ..
    } in points
    {
        let photos = photos_per_class.map_or("all".to_owned(), |count| count.to_string());
        println!(
            "{photos:>5} a class ({num_train:>6}): top-1 {mean_percent:.1} %, {deviation_percent:.1} between choices of photos, 95 % \
             interval {low_percent:.1} to {high_percent:.1}"
        );
    }
}

fn write(options: &DataEfficiencyOptions, efficiency: &DataEfficiency) -> Result<()> {
    let write = |path: &std::path::Path, bytes: &[u8]| {
        safe_file::replace(path, bytes).with_context(|| format!("cannot write {}", path.display()))
    };
    let mut json = serde_json::to_vec(efficiency)?;
    json.push(b'\n');
    write(&options.out, &json)?;
    write(&safe_file::beside(&options.out, ".csv"), efficiency_csv(efficiency).as_bytes())
}
