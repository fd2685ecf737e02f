//! Words of runs: how they stand, what they do, and what can be done with them.

use shared::training::{Method, Optimizer, Progress, RunRequest, RunState};

use crate::i18n::number;

/// Heading.
pub const TITLE: &str = "Runs";
/// None yet.
pub const NONE: &str = "No head has been trained on this server yet.";
/// Caption of the list.
pub const LIST: &str = "Runs that train a head, the newest first";
/// The column of test results.
pub const TOP1: &str = "Test, first";
/// Columns of the list.
pub const COLUMNS: [&str; 5] = ["Backbone", "Data set", "Method", "State", TOP1];
/// The column of buttons.
pub const ACTIONS: &str = "Actions";
/// Ends a run.
pub const STOP: &str = "Stop";
/// Goes on.
pub const RESUME: &str = "Go on";
/// Removes it.
pub const REMOVE: &str = "Delete";
/// Removes it, second step.
pub const REMOVE_SURE: &str = "Really delete?";
/// Shows its result.
pub const RESULT: &str = "Result";
/// Its printable report.
pub const REPORT: &str = "Report";
/// The connection broke.
pub const LOST: &str = "The connection broke; it is being tried again. The run goes on meanwhile.";
/// Names of the curves' figures.
pub const LOSS_TITLE: &str = "Loss";
/// Axis.
pub const LOSS_AXIS: &str = "Cross-entropy";
/// Axis.
pub const ACCURACY_AXIS: &str = "First answers right, percent";
/// Axis.
pub const EPOCH_AXIS: &str = "Epoch";
/// Axis.
pub const STEP_AXIS: &str = "Step";
/// Row of a run's numbers.
pub const RATE: &str = "Learning rate";
/// Axis.
pub const RATE_AXIS: &str = "Learning rate × 1000";
/// Source of the photos.
pub const OF_TRAINING: &str = "training";
/// Source of the photos.
pub const OF_VALIDATION: &str = "validation";
/// Explanation of the loss.
pub const LOSS_EXPLANATION: &str = "Training: mean over an epoch’s steps, with label smoothing, while the weights change. Validation: plain cross-entropy behind the epoch. Where the second rises while the first falls, the head learns its photos by heart.";
/// Explanation of the accuracy.
pub const ACCURACY_EXPLANATION: &str = "How often the highest logit is the right class.";
/// Explanation of the learning rate.
pub const RATE_EXPLANATION: &str = "A half cosine from the first step to the last.";
/// Finding.
pub const RATE_TITLE: &str = "Steps get shorter";
/// The table of the curves.
pub const CURVE_COLUMNS: [&str; 6] =
    ["Run", "Epoch", "Loss, training", "Loss, validation", "Right, training", "Right, validation"];
/// The ridge has no curve.
pub const AT_ONCE: &str = "Ridge is solved at once: there is no curve.";
/// Before the first epoch.
pub const NO_CURVE_YET: &str = "The curves begin with the first epoch.";
/// A trunk says nothing of its photos.
pub const TRAINED_ON_UNKNOWN: &str = "Its card does not say.";
/// Caption of the trunks.
pub const TRUNKS: &str = "Both backbones and what they were trained on";
/// Columns of the trunks.
pub const TRUNK_COLUMNS: [&str; 3] = ["Backbone", "Family", "Trained on"];
/// Row of a run's numbers.
pub const PHOTOS: &str = "Photos";
/// Row of a run's numbers.
pub const SPEED: &str = "Speed";
/// Row of a run's numbers.
pub const RESUMED: &str = "Resumed";
/// Files are looked at.
pub const READING: &str = "Looking at the files";

/// A name for a run among others.
pub fn name(backbone: &str, dataset: &str) -> String {
    format!("{backbone} on {dataset}")
}

/// How a run stands.
pub fn state(state: &RunState) -> String {
    match state {
        RunState::Queued { ahead: 1 } => "waits for 1 run".to_owned(),
        RunState::Queued { ahead } => format!("waits for {ahead} runs"),
        RunState::Running => "running".to_owned(),
        RunState::Stopped => "stopped; it can go on from there".to_owned(),
        RunState::Interrupted => "interrupted when the server ended; it can go on".to_owned(),
        RunState::Failed { message } => format!("failed: {message}"),
        RunState::Done { seconds, .. } => format!("done in {}", duration(*seconds)),
    }
}

/// The first answers that are right, with their interval.
pub fn top1(state: &RunState) -> Option<String> {
    match state {
        RunState::Done { top1: Some(top1), .. } => Some(format!(
            "{} ({} to {})",
            percent(top1.percent),
            number::fixed(top1.low_percent, 1),
            number::fixed(top1.high_percent, 1)
        )),
        _ => None,
    }
}

/// How a head is fitted, in a word or two.
pub fn method(request: &RunRequest) -> String {
    let (recipe, is_tuned) = match request {
        RunRequest::Head { recipe, fine_tuning, .. } => (recipe, fine_tuning.is_some()),
        RunRequest::DataEfficiency { recipe, .. } => (recipe, false),
        RunRequest::FromScratch { .. } => return "from scratch".to_owned(),
    };
    let name = match &recipe.method {
        Method::Ridge { .. } => "ridge",
        Method::Gradient(schedule) => match schedule.optimizer {
            Optimizer::Sgd { .. } => "SGD",
            Optimizer::AdamW { .. } => "AdamW",
        },
    };
    let tuned = if is_tuned { " + fine-tuning" } else { "" };
    format!("{name}{tuned}, seed {}", recipe.seed)
}

/// Something that goes photo by photo.
pub fn progress(progress: &Progress) -> String {
    let mut words =
        format!("{} of {} photos", number::thousands(progress.done), number::thousands(progress.total));
    if progress.cached > 0 {
        words += &format!(", {} of them kept from before", number::thousands(progress.cached));
    }
    if progress.pictures_per_second > 0.0 && progress.done < progress.total {
        words += &format!("; {} images/s", number::fixed(progress.pictures_per_second, 1));
    }
    match progress.seconds_left.filter(|_left| progress.done < progress.total) {
        Some(left) => words + &format!(", {} left", duration(left)),
        None => words,
    }
}

/// Photos through a backbone.
pub fn features_of(backbone: &str) -> String {
    format!("Features of {backbone}")
}

/// How fast a fit goes.
pub fn throughput(pictures_per_second: f64) -> String {
    format!("{} training photos a second in the fit", number::compact(pictures_per_second as u64))
}

/// How the photos are divided.
pub fn split(train: u64, validation: u64, test: u64) -> String {
    let [train, validation, test] = [train, validation, test].map(number::thousands);
    format!("{train} photos to learn from, {validation} to choose by, {test} to measure on")
}

/// It was resumed.
pub fn resumed(step: u64) -> String {
    format!("Gone on behind step {}.", number::thousands(step))
}

/// Heads or models that are ready.
pub fn models(done: u64, total: u64) -> String {
    format!("{} of {} are trained", number::thousands(done), number::thousands(total))
}

/// The finding about accuracy while it moves.
pub fn accuracy_title(best: &[(String, f64)]) -> String {
    match best {
        [] => "Right answers".to_owned(),
        [(name, percent_)] => format!("{name}: up to {} of the validation photos right", percent(*percent_)),
        [first, second, ..] => {
            let (high, low) = if first.1 >= second.1 { (first, second) } else { (second, first) };
            format!(
                "{} up to {}, {} up to {} of the validation photos right",
                high.0,
                percent(high.1),
                low.0,
                percent(low.1)
            )
        }
    }
}

/// A share that is given in percent.
pub fn percent(percent: f64) -> String {
    format!("{}\u{202f}%", number::fixed(percent, 1))
}

/// A time: `8 s`, `3 min 20 s`, `2 h 5 min`.
pub fn duration(seconds: f64) -> String {
    let whole = seconds.max(0.0).round() as u64;
    match whole {
        0..10 => format!("{}\u{202f}s", number::fixed(seconds.max(0.0), 1)),
        10..60 => format!("{whole}\u{202f}s"),
        60..3600 => format!("{}\u{202f}min {}\u{202f}s", whole / 60, whole % 60),
        _ => format!("{}\u{202f}h {}\u{202f}min", whole / 3600, whole % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_progress_read_as_the_page_writes_them() {
        for (seconds, expected) in
            [(0.04, "0.0 s"), (8.26, "8.3 s"), (59.4, "59 s"), (200.0, "3 min 20 s"), (7500.0, "2 h 5 min")]
        {
            assert_eq!(duration(seconds).replace('\u{202f}', " "), expected);
        }
        let halfway = Progress {
            done: 1200,
            total: 2433,
            cached: 100,
            pictures_per_second: 48.8,
            seconds_left: Some(25.3),
        };
        assert_eq!(
            progress(&halfway).replace('\u{202f}', " "),
            "1 200 of 2 433 photos, 100 of them kept from before; 48.8 images/s, 25 s left"
        );
        let done = Progress { done: 5, total: 5, cached: 5, pictures_per_second: 0.0, seconds_left: None };
        assert_eq!(progress(&done), "5 of 5 photos, 5 of them kept from before");
    }
}
