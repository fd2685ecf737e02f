//! `backbone-explorer evaluate`: how good a head is on a folder of photos.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;

use super::model::RunOptions;
use super::progress::{Terminal, figures, list_skipped};
use crate::dataset::Dataset;
use crate::models::checkpoint::head::HeadFile;
use crate::models::with_head::with_head;
use crate::safe_file;
use crate::stop_flag::StopFlag;
use crate::training::{Answers, Settings, Trunk, classes_csv, evaluate_head};

/// Mistakes that are shown.
const SHOWN_MISTAKES: usize = 5;

/// Measures a head.
#[derive(Args, Clone, Debug)]
pub struct EvaluateOptions {
    /// Folder with one folder of photos for each class, named as those that the head was trained on.
    #[arg(long, value_name = "FOLDER")]
    pub dataset: PathBuf,
    /// Head as `train-head` writes it. It is measured on the backbone that it was trained on.
    #[arg(long, value_name = "FILE")]
    pub head: PathBuf,
    /// JSON file for all figures, the confusion matrix among them; FILE.classes.csv is written beside it.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Models and device.
    #[command(flatten)]
    pub run: RunOptions,
}

/// Measures a head and says how good it is.
///
/// # Errors
/// Says what was wrong and what to do.
pub fn execute(options: &EvaluateOptions) -> Result<()> {
    let device = options.run.open_device()?;
    let unusable = || format!("the head {} cannot be used", options.head.display());
    let head = HeadFile::open(&options.head).with_context(unusable)?;
    let model = options.run.load(head.card.slot, &device)?;
    // The same checks as for a head that is loaded into the server.
    let headed = with_head(&model, &head).with_context(unusable)?;
    eprintln!("{} with {} on {}", headed.info.name, options.head.display(), device.name);
    let (stop, cache) = (StopFlag::default(), options.run.cache());
    let mut terminal = Terminal::new();
    let dataset = Dataset::open(&options.dataset, cache.as_deref(), &stop, &mut |progress| {
        terminal.reading(&progress);
    })?;
    let settings =
        Settings { extraction: options.run.extraction(&device), cache: cache.as_deref(), stop: &stop };
    let answers =
        evaluate_head(Trunk::of(&model, &device.device), &head, dataset, &settings, &mut |progress| {
            terminal.features(&progress);
        })?;
    terminal.clear();
    report(&answers);
    write(options, &answers)?;
    options.run.bound_cache(&[&model.info])
}

fn report(answers: &Answers) {
    let Answers { dataset, evaluation, skipped_later, .. } = answers;
    list_skipped(&dataset.skipped);
    list_skipped(skipped_later);
    println!("{}: {}", dataset.name, figures(evaluation));
    let name = |index: usize| evaluation.classes.get(index).map_or("", |class| class.name.as_str());
    for mistake in evaluation.mistakes.iter().take(SHOWN_MISTAKES) {
        println!(
            "{:.1} % {}, but {}: {}",
            100.0 * mistake.probability,
            name(mistake.answer_index),
            name(mistake.class_index),
            mistake.path
        );
    }
}

fn write(options: &EvaluateOptions, answers: &Answers) -> Result<()> {
    let Some(out) = &options.out else { return Ok(()) };
    let write = |path: &std::path::Path, bytes: &[u8]| {
        safe_file::replace(path, bytes).with_context(|| format!("cannot write {}", path.display()))
    };
    let mut json = serde_json::to_vec(&answers.evaluation)?;
    json.push(b'\n');
    write(out, &json)?;
    write(&safe_file::beside(out, ".classes.csv"), classes_csv(&answers.evaluation).as_bytes())
}
