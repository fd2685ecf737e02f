//! Words of a result: how good a head is, where it errs, and how it is put to use.

use shared::training::{CalibrationBin, Evaluation, HeadListing, Proportion};

use super::runs::percent;
use crate::i18n::number;

/// Nothing yet.
pub const NONE: &str = "No run is done yet. Its result will be here: accuracy with its interval, every confusion with its photos, and the head itself.";
/// Chooses a run.
pub const CHOOSE: &str = "Result of";
/// No photo was left for the test.
pub const NO_TEST: &str = "Nothing was measured on test photos, because none were left for a test. Figures below are of validation photos, which choices were made by.";
/// Fact.
pub const TOP1: &str = "First answer right";
/// Fact.
pub const TOP5: &str = "Among the first five";
/// Fact.
pub const MACRO_F1: &str = "Macro-F1";
/// Fact.
pub const CALIBRATION_ERROR: &str = "Calibration error";
/// Fact.
pub const CROSS_ENTROPY: &str = "Cross-entropy";
/// Fact.
pub const PHOTOS: &str = "Test photos";
/// Fact.
pub const TRAINED_ON: &str = "The backbone was trained on";
/// Fact.
pub const TIMES: &str = "Time";
/// Fact.
pub const BEFORE_TUNING: &str = "Before fine-tuning";
/// Heading.
pub const USE_TITLE: &str = "Use it in the explorer";
/// What that does.
pub const USE_MEANING: &str = "This puts the head into the running explorer, for all visitors of this server: its diagram, logits, class maps and logit lens follow at once. The head of the start can be put back at any time.";
/// Does it.
pub const USE: &str = "Use this head";
/// It is so.
pub const IN_USE: &str = "This head answers in the explorer now, for all visitors of this server.";
/// Undoes it.
pub const BACK: &str = "Back to the head of the start";
/// Leads there.
pub const OPEN_EXPLORER: &str = "Open the explorer";
/// The head fits no model of this server.
pub const CANNOT_USE: &str =
    "This head was trained on another checkpoint than the explorer of this server has; it can be downloaded.";
/// Only an admin may.
pub const USE_NEEDS_TOKEN: &str = "Whoever has the admin token can put this head into the explorer.";
/// Heading.
pub const FILES: &str = "Take it along";
/// Files of a run and what each is.
pub const FILE_NAMES: [(&str, &str); 5] = [
    ("head.safetensors", "the head, for this explorer or PyTorch"),
    ("report.json", "all of the run"),
    ("curve.csv", "the curves"),
    ("classes.csv", "each class"),
    ("split.json", "how the photos were divided"),
];
/// The printable page.
pub const PRINT: &str = "Report to print";
/// Names the axis.
pub const CONFUSION_ROWS: &str = "Class of the photo";
/// Names the axis.
pub const CONFUSION_COLUMNS: &str = "Answer";
/// Explanation.
pub const CONFUSION_EXPLANATION: &str = "A row is a class, a column an answer; what is right lies on the diagonal. Colours are shares of a class’s photos. Arrow keys go from cell to cell, plus and minus zoom, Enter shows a cell’s photos; drag to move.";
/// The colour bar.
pub const CONFUSION_QUANTITY: &str = "Percent of a class’s photos";
/// Button.
pub const ZOOM_IN: &str = "Zoom in";
/// Button.
pub const ZOOM_OUT: &str = "Zoom out";
/// Button.
pub const ZOOM_ALL: &str = "Show all";
/// The table in place of the matrix.
pub const CONFUSION_TABLE: &str = "Wrong answers, the most frequent first";
/// Its columns.
pub const CONFUSION_TABLE_COLUMNS: [&str; 3] = ["Class", "Answer", "Photos"];
/// No photo of a cell.
pub const NO_CELL_PHOTOS: &str = "No test photo of this class got this answer.";
/// Finding.
pub const CALIBRATION_IDEAL: &str = "as it should be";
/// Series.
pub const CALIBRATION_MEASURED: &str = "measured";
/// Axis.
pub const CALIBRATION_X: &str = "Probability of the answer";
/// Axis.
pub const CALIBRATION_Y: &str = "Right, percent";
/// Columns.
pub const CALIBRATION_COLUMNS: [&str; 4] = ["Probability", "Answers", "Mean probability", "Right"];
/// Explanation.
pub const CALIBRATION_EXPLANATION: &str = "Answers are gathered by their probability. Below the diagonal the head is surer than it should be, above it less sure.";
/// Title.
pub const CLASSES_TITLE: &str = "Class by class";
/// Explanation.
pub const CLASSES_EXPLANATION: &str = "Precision: of the answers that name the class, the share that is right. Recall: of its photos, the share that is found.";
/// Columns.
pub const CLASS_COLUMNS: [&str; 6] = ["Class", "Photos", "Answers", "Precision", "Recall", "F1"];
/// Title.
pub const MISTAKES_TITLE: &str = "Where it was most certain and wrong";
/// Explanation.
pub const MISTAKES_EXPLANATION: &str = "Often the photo holds both, or its label is doubtful.";
/// None.
pub const NO_MISTAKES: &str = "No test photo got a wrong answer.";

/// A share and how well it is known.
pub fn proportion(share: &Proportion) -> String {
    format!(
        "{} (95\u{202f}%: {} to {})",
        percent(share.percent),
        number::fixed(share.low_percent, 1),
        number::fixed(share.high_percent, 1)
    )
}

/// The finding.
pub fn title(name: &str, evaluation: &Evaluation) -> String {
    format!(
        "{name} is right on {} of {} photos of {} classes",
        percent(evaluation.top1.percent),
        number::thousands(evaluation.num_pictures),
        number::thousands(evaluation.classes.len() as u64)
    )
}

/// The finding of the matrix.
pub fn confusion_title(most: Option<(&str, &str, u32)>) -> String {
    match most {
        Some((class, answer, 1)) => {
            format!("No confusion came twice; one of them: {class} taken for {answer}")
        }
        Some((class, answer, count)) => {
            format!("Most often confused: {class} taken for {answer}, {count} times")
        }
        None => "Nothing was confused".to_owned(),
    }
}

/// A cell in words.
pub fn cell(class: &str, answer: &str, count: u32, all: u32) -> String {
    let of = format!("{count} of {all} photos");
    if class == answer {
        format!("{class}, found: {of}")
    } else {
        format!("{class} taken for {answer}: {of}")
    }
}

/// The finding of the calibration.
pub fn calibration_title(bins: &[CalibrationBin], error: f64) -> String {
    let answers: f64 = bins.iter().map(|bin| bin.count as f64).sum();
    let difference: f64 =
        bins.iter().map(|bin| bin.count as f64 * (bin.mean_probability - bin.accuracy)).sum::<f64>()
            / answers.max(1.0);
    let by = format!("{} percentage points", number::fixed(difference.abs() * 100.0, 1));
    let error = number::fixed(error, 3);
    if difference > 0.005 {
        format!("Surer than it should be, by {by} on average (error {error})")
    } else if difference < -0.005 {
        format!("Less sure than it could be, by {by} on average (error {error})")
    } else {
        format!("As sure as it should be on average (error {error})")
    }
}

/// Where a cell's photos are shown.
pub fn cell_photos(class: &str, answer: &str) -> String {
    if class == answer { format!("{class}, answered rightly") } else { format!("{class}, answered {answer}") }
}

/// An answer to a photo.
pub fn answer(class: &str, answer: &str, probability: f64) -> String {
    format!("{class}, answered {answer} ({})", number::percent(probability as f32))
}

/// What took how long.
pub fn times(reading: f64, features: f64, computed: u64, speed: f64, fitting: f64, device: &str) -> String {
    use super::runs::duration;
    let features = match computed {
        0 => "features kept from before".to_owned(),
        _ => format!(
            "features {} ({} photos, {} images/s)",
            duration(features),
            number::thousands(computed),
            number::fixed(speed, 1)
        ),
    };
    format!("files {}, {features}, fit {}; {device}", duration(reading), duration(fitting))
}

/// Which head answers now.
pub fn in_use(backbone: &str, head: &HeadListing) -> String {
    let top1 = head.top1_percent.map(|top1| format!(", {} right", percent(top1))).unwrap_or_default();
    format!(
        "{backbone} answers with a head of {} classes of {}{top1}.",
        number::thousands(head.num_classes as u64),
        head.dataset
    )
}

/// The gain by fine-tuning.
pub fn before_tuning(before: &Evaluation) -> String {
    format!("{} first, macro-F1 {}", proportion(&before.top1), number::fixed(before.macro_f1, 3))
}

/// Sorts a table.
pub fn sort_by(column: &str) -> String {
    format!("Sort by {column}")
}

/// How good a head is, in five numbers.
pub fn figures(evaluation: &Evaluation) -> Vec<(&'static str, String)> {
    vec![
        (TOP1, proportion(&evaluation.top1)),
        (TOP5, proportion(&evaluation.top5)),
        (MACRO_F1, number::fixed(evaluation.macro_f1, 3)),
        (CROSS_ENTROPY, number::fixed(evaluation.cross_entropy, 3)),
        (CALIBRATION_ERROR, number::fixed(evaluation.expected_calibration_error, 3)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calibration_says_which_way_it_errs() {
        let bin = |count, mean_probability, accuracy| CalibrationBin {
            low: 0.0,
            high: 1.0,
            count,
            mean_probability,
            accuracy,
        };
        assert!(calibration_title(&[bin(10, 0.9, 0.7)], 0.2).starts_with("Surer"));
        assert!(calibration_title(&[bin(10, 0.6, 0.7)], 0.1).starts_with("Less sure"));
        assert!(calibration_title(&[bin(10, 0.7, 0.7)], 0.0).starts_with("As sure"));
        assert!(calibration_title(&[], 0.0).starts_with("As sure"));
    }

    #[test]
    fn a_cell_on_the_diagonal_is_no_confusion() {
        assert_eq!(cell("cup", "cup", 3, 8), "cup, found: 3 of 8 photos");
        assert_eq!(cell("cup", "lotus", 1, 8), "cup taken for lotus: 1 of 8 photos");
    }
}
