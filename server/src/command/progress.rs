//! What happens during a run, on the terminal: a bar that is replaced at each stage, and lines that stay. Where nobody watches, a line now
//! and then.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use shared::training::{EpochPoint, Evaluation, Progress};
use shared::{DatasetSummary, SkippedFile, SplitCounts, TrainingEvent};

/// How often a run that nobody watches says how far it is.
const QUIET_INTERVAL: Duration = Duration::from_secs(10);
/// Files that are listed on the terminal; all of them are in the report.
const MAX_LISTED: usize = 20;

/// The stages that have a bar.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Reading,
    Features,
    Steps,
    Heads,
    Models,
}

/// A run on the terminal.
pub struct Terminal {
    num_steps: u64,
    bar: Option<(Stage, ProgressBar)>,
    last_line: Instant,
}

impl Terminal {
    /// Before anything happened.
    pub fn new() -> Self {
        Self { num_steps: 0, bar: None, last_line: Instant::now() }
    }

    /// Shows an event; `num_steps` says how many steps there are on so many photos.
    pub fn show(&mut self, event: &TrainingEvent, num_steps: &dyn Fn(u64) -> u64) {
        match event {
            TrainingEvent::Reading(progress) => self.pictures(Stage::Reading, progress),
            TrainingEvent::Features(progress) => self.pictures(Stage::Features, progress),
            TrainingEvent::Dataset { summary, split } => {
                self.num_steps = num_steps(split.train);
                self.clear();
                describe(summary, split);
            }
            TrainingEvent::Resumed { step } => {
                eprintln!("goes on behind step {step} of a run that was stopped");
            }
            TrainingEvent::Step { point, pictures_per_second } => {
                let message = format!("loss {:.4}, {pictures_per_second:.0} photos/s", point.loss);
                self.set(Stage::Steps, point.step, self.num_steps, message);
            }
            TrainingEvent::Epoch(epoch) => self.epoch(epoch),
            TrainingEvent::Evaluated(_) => self.clear(),
        }
    }

    /// How far a stage is that goes picture by picture and is no part of a run.
    pub fn features(&mut self, progress: &Progress) {
        self.pictures(Stage::Features, progress);
    }

    /// How far the look at a data set is.
    pub fn reading(&mut self, progress: &Progress) {
        self.pictures(Stage::Reading, progress);
    }

    /// How many heads are fitted.
    pub fn heads(&mut self, done: u64, total: u64) {
        self.set(Stage::Heads, done, total, String::new());
    }

    /// How many models are trained, and what happened to one of them; a line stays of one that is ready.
    pub fn models(&mut self, done: u64, total: u64, message: String, is_ready: bool) {
        self.set(Stage::Models, done, total, message.clone());
        if is_ready {
            self.line(message);
        }
    }

    /// Removes the bar.
    pub fn clear(&mut self) {
        if let Some((_stage, bar)) = self.bar.take() {
            bar.finish_and_clear();
        }
    }

    fn pictures(&mut self, stage: Stage, progress: &Progress) {
        let left = progress.seconds_left.map(|seconds| format!(", {seconds:.0} s left")).unwrap_or_default();
        let message = match stage {
            Stage::Features if progress.pictures_per_second > 0.0 => format!(
                "{} from the cache, {:.1} images/s{left}",
                progress.cached, progress.pictures_per_second
            ),
            Stage::Features => format!("{} from the cache", progress.cached),
            Stage::Reading | Stage::Steps | Stage::Heads | Stage::Models => String::new(),
        };
        self.set(stage, progress.done, progress.total, message);
    }

    fn set(&mut self, stage: Stage, position: u64, length: u64, message: String) {
        if self.bar.as_ref().is_none_or(|(shown, _bar)| *shown != stage) {
            self.clear();
            self.bar = Some((stage, bar(stage)));
        }
        let Some((_stage, bar)) = &self.bar else { return };
        bar.set_length(length);
        bar.set_position(position);
        bar.set_message(message.clone());
        let is_time = self.last_line.elapsed() >= QUIET_INTERVAL || position == length;
        if bar.is_hidden() && is_time && stage != Stage::Steps {
            eprintln!("{}: {position} of {length}, {message}", stage.title());
            self.last_line = Instant::now();
        }
    }

    fn epoch(&mut self, epoch: &EpochPoint) {
        let validation = match (epoch.validation_loss, epoch.validation_top1_percent) {
            (Some(loss), Some(top1)) => format!(", validation {loss:.4} and {top1:.1} %"),
            _ => String::new(),
        };
        let line = format!(
            "epoch {}: training loss {:.4}, top-1 {:.1} %{validation}",
            epoch.epoch, epoch.train_loss, epoch.train_top1_percent
        );
        self.line(line);
    }

    fn line(&self, line: String) {
        match &self.bar {
            Some((_stage, bar)) if !bar.is_hidden() => bar.println(line),
            _ => eprintln!("{line}"),
        }
    }
}

impl Stage {
    fn title(self) -> &'static str {
        match self {
            Self::Reading => "looking at the photos",
            Self::Features => "features",
            Self::Steps => "steps",
            Self::Heads => "heads",
            Self::Models => "models",
        }
    }
}

fn bar(stage: Stage) -> ProgressBar {
    let template = format!("{} {{bar:40}} {{pos}} of {{len}} {{wide_msg}}", stage.title());
    ProgressBar::new(0).with_style(ProgressStyle::with_template(&template).expect("the template is valid"))
}

fn describe(summary: &DatasetSummary, split: &SplitCounts) {
    eprintln!(
        "{}: {} photos of {} classes ({} grey); {} to train on, {} for validation, {} for the test",
        summary.name,
        summary.num_pictures,
        summary.classes.len(),
        summary.num_grey,
        split.train,
        split.validation,
        split.test
    );
    list_skipped(&summary.skipped);
}

/// Names the first files that were passed over.
pub fn list_skipped(skipped: &[SkippedFile]) {
    for file in skipped.iter().take(MAX_LISTED) {
        eprintln!("passed over: {}: {}", file.path, file.reason);
    }
    if let Some(more) = skipped.len().checked_sub(MAX_LISTED).filter(|more| *more > 0) {
        eprintln!("and {more} more files that were passed over");
    }
}

/// The figures of an evaluation in a few lines.
pub fn figures(evaluation: &Evaluation) -> String {
    let share = |name: &str, proportion: &shared::training::Proportion| {
        format!(
            "{name} {:.1} % ({} of {}; 95 % interval {:.1} to {:.1})",
            proportion.percent,
            proportion.count,
            evaluation.num_pictures,
            proportion.low_percent,
            proportion.high_percent
        )
    };
    format!(
        "{}\n{}\nmacro-F1 {:.3}, cross-entropy {:.3}, calibration error {:.3}",
        share("top-1", &evaluation.top1),
        share("top-5", &evaluation.top5),
        evaluation.macro_f1,
        evaluation.cross_entropy,
        evaluation.expected_calibration_error
    )
}
