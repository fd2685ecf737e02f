//! Measures how similar all layers of both models are over a folder of pictures: `cargo xtask cka` runs it. It takes the server's own
//! options of models and device, and writes the JSON file that the server answers `/api/v1/cka` with.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use server::analysis::cka::MIN_EXAMPLES;
use server::comparison::{LayerComparison, PictureSet, Plan};
use server::config::{self, ModelOptions};
use server::device::{self, DeviceChoice};
use server::models::registry::{self, LoadedModel};
use server::safe_file;
use shared::ModelSlot;

/// Measures how similar all layers of both models are (linear CKA, unbiased, over minibatches).
#[derive(Debug, Parser)]
#[command(name = "compare_layers", arg_required_else_help = true)]
struct Options {
    /// Folder whose pictures are compared, with all folders in it.
    #[arg(long, value_name = "FOLDER")]
    pictures: PathBuf,
    /// File that is written. Beside it, FILE.progress keeps what is done until then: a run that was stopped goes on from there.
    #[arg(long, value_name = "FILE", default_value = "cka.json")]
    out: PathBuf,
    /// What the page calls the pictures [default: the folder's name].
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Pictures of a minibatch, at least 4. Those that do not fill the last one are left out.
    #[arg(long, value_name = "COUNT", default_value_t = 48)]
    batch_size: usize,
    /// Number that the pictures are shuffled with.
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    seed: u64,
    /// Takes only the first so many of the shuffled pictures.
    #[arg(long, value_name = "COUNT")]
    max_pictures: Option<NonZeroUsize>,
    /// Where the models run: auto, cpu or cuda:N.
    #[arg(long, env = "EXPLORER_DEVICE", default_value = "auto")]
    device: DeviceChoice,
    /// Threads that the CPU computes with [default: one for each physical core that this process may use].
    #[arg(long, env = "EXPLORER_THREADS", value_name = "COUNT")]
    threads: Option<NonZeroUsize>,
    /// Folder with the demo weights [default: `assets` beside the program, or in a folder above it or above the working directory].
    #[arg(long, env = "EXPLORER_ASSETS", value_name = "FOLDER")]
    assets: Option<PathBuf>,
    #[command(flatten)]
    models: ModelOptions,
}

fn main() -> Result<()> {
    let options = Options::parse();
    device::prepare_cpu(options.threads);
    if options.batch_size < MIN_EXAMPLES {
        bail!(
            "--batch-size {} is too small: the estimate takes at least {MIN_EXAMPLES} pictures",
            options.batch_size
        );
    }
    let plan = plan(&options)?;
    let num_files = plan.pictures.names().len();
    let mut comparison = open(&options, plan)?;
    let bar = progress_bar(num_files, comparison.position());
    while comparison.advance()? {
        bar.set_position(comparison.position() as u64);
        if bar.is_hidden() {
            eprintln!("{} of {num_files} pictures", comparison.position());
        }
    }
    bar.finish_and_clear();
    write(&options.out, &comparison)?;
    report(&options.out, &comparison, num_files);
    Ok(comparison.forget_progress()?)
}

fn plan(options: &Options) -> Result<Plan> {
    let pictures = PictureSet::find(&options.pictures, options.seed)?;
    let pictures = match options.max_pictures {
        Some(count) => pictures.truncated(count.get()),
        None => pictures,
    };
    let folder = options.pictures.file_name().map(|name| name.to_string_lossy().into_owned());
    Ok(Plan {
        pictures,
        batch_size: options.batch_size,
        dataset: options.name.clone().or(folder).unwrap_or_else(|| "pictures".to_owned()),
        progress_file: safe_file::beside(&options.out, ".progress"),
    })
}

/// The comparison, behind what a stopped run has done.
fn open(options: &Options, plan: Plan) -> Result<LayerComparison> {
    let assets = config::find_assets(options.assets.as_deref())?;
    let opened = options.device.open()?.into_iter().next();
    let device = opened.context("there is no device")?;
    let load = |slot: ModelSlot| -> Result<LoadedModel> {
        let request = options.models.request(slot, assets.clone());
        let model = registry::load(&request, &device.device, &device.name);
        let model = model.with_context(|| format!("cannot load --{slot} {}", request.source))?;
        eprintln!("{slot}: {} from {} on {}", model.info.name, model.info.checkpoint.source, device.name);
        Ok(model)
    };
    let models = [load(ModelSlot::Resnet)?, load(ModelSlot::Vit)?];
    let comparison = LayerComparison::open(models, device.device, plan)?;
    if comparison.position() > 0 {
        eprintln!("goes on behind the {} pictures of a run that was stopped", comparison.position());
    }
    Ok(comparison)
}

fn progress_bar(num_files: usize, position: usize) -> ProgressBar {
    let style =
        ProgressStyle::with_template("{bar:40} {pos} of {len} pictures, {elapsed} passed, {eta} left");
    let bar = ProgressBar::new(num_files as u64).with_style(style.expect("the template is valid"));
    bar.set_position(position as u64);
    bar.reset_eta();
    bar
}

fn write(out: &Path, comparison: &LayerComparison) -> Result<()> {
    let mut json = serde_json::to_string(&comparison.matrix()?)?;
    json.push('\n');
    safe_file::replace(out, json.as_bytes()).with_context(|| format!("cannot write {}", out.display()))
}

fn report(out: &Path, comparison: &LayerComparison, num_files: usize) {
    let unreadable = comparison.unreadable();
    for file in unreadable {
        eprintln!("passed over: {}: {}", file.name, file.reason);
    }
    let compared = comparison.num_pictures();
    let left_out = num_files as u64 - compared - unreadable.len() as u64;
    println!(
        "{}: {compared} pictures compared; {} could not be read; {left_out} left out, which do not fill a minibatch",
        out.display(),
        unreadable.len()
    );
}
