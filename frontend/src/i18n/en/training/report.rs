//! Words of the report to print.

use shared::training::{
    ClassWeights, FeatureScaling, FineTuningReport, HeadRecipe, Method, Optimizer, PhotoChoice,
};

use crate::i18n::number;

/// Heading of the document.
pub const TITLE: &str = "Report of a run";
/// No such report.
pub const MISSING: &str = "No report";
/// Leads back.
pub const BACK: &str = "Training";
/// Section.
pub const OUTCOME: &str = "What came of it";
/// Section.
pub const RECIPE: &str = "How it was made";
/// Section.
pub const PHOTOS: &str = "Photos";
/// Section.
pub const CURVES: &str = "Curves";
/// Section.
pub const CALIBRATION: &str = "Calibration";
/// Section.
pub const CONFUSIONS: &str = "Most frequent wrong answers";
/// Section.
pub const CLASSES: &str = "Class by class";
/// Section.
pub const SKIPPED: &str = "Files that were passed over";
/// Row.
pub const BACKBONE: &str = "Backbone";
/// Row.
pub const BACKBONE_HASH: &str = "BLAKE3 of the backbone";
/// Row.
pub const HEAD_HASH: &str = "BLAKE3 of the head";
/// Row.
pub const DATA_HASH: &str = "Hash of the data set";
/// Row.
pub const DATASET: &str = "Data set";
/// Row.
pub const TEST_DATASET: &str = "Test photos";
/// Row.
pub const DIVIDED: &str = "Divided";
/// Row.
pub const METHOD: &str = "Method";
/// Row.
pub const SCALING: &str = "Features";
/// Row.
pub const SEEDS: &str = "Seeds";
/// Row.
pub const TIMES: &str = "Times";
/// Row.
pub const PREPROCESSING: &str = "Preprocessing";
/// Row.
pub const BEST_EPOCH: &str = "Epoch that was kept";
/// Row.
pub const ASKED: &str = "Asked for";
/// Row.
pub const TUNED: &str = "Fine-tuned";
/// Row.
pub const RUN: &str = "Run";

/// How a head is fitted, with all numbers.
pub fn method(recipe: &HeadRecipe) -> String {
    match &recipe.method {
        Method::Ridge { penalty: Some(penalty) } => format!("ridge, penalty {penalty}"),
        Method::Ridge { penalty: None } => {
            "ridge, the best of five penalties on the validation photos".to_owned()
        }
        Method::Gradient(schedule) => {
            let optimizer = match schedule.optimizer {
                Optimizer::Sgd { momentum } => format!("SGD, momentum {momentum}"),
                Optimizer::AdamW { beta1, beta2, epsilon } => {
                    format!("AdamW, β {beta1} and {beta2}, ε {epsilon:e}")
                }
            };
            let weights = match schedule.class_weights {
                ClassWeights::Uniform => "classes count by their photos",
                ClassWeights::Balanced => "all classes count alike",
            };
            let patience = schedule.patience.map_or_else(
                || "no early end".to_owned(),
                |patience| format!("ends after {patience} epochs without a lower validation loss"),
            );
            format!(
                "{optimizer}; learning rate {}, a half cosine to 0; {} epochs at most; batches of {}; weight decay {}; label smoothing {}; {weights}; {patience}",
                schedule.learning_rate,
                schedule.epochs,
                schedule.batch_size,
                schedule.weight_decay,
                schedule.label_smoothing
            )
        }
    }
}

/// What was trained behind the head, and how.
pub fn tuned(tuning: &FineTuningReport) -> String {
    let plan = &tuning.plan;
    format!(
        "{}, {} numbers with the head; {} epochs, learning rate {}, batches of {}, weight decay {}; {}",
        tuning.tuned,
        number::thousands(tuning.num_parameters),
        plan.epochs,
        plan.learning_rate,
        plan.batch_size,
        plan.weight_decay,
        super::runs::duration(tuning.seconds)
    )
}

/// What was done with features.
pub fn scaling(scaling: FeatureScaling) -> &'static str {
    match scaling {
        FeatureScaling::Standardised => "brought to mean 0 and deviation 1 over the training photos",
        FeatureScaling::Raw => "as they are",
    }
}

/// Seeds of a run.
pub fn seeds(photos: &PhotoChoice, recipe: &HeadRecipe) -> String {
    format!("{} for dividing the photos, {} for shuffling them", photos.seed, recipe.seed)
}

/// A data set in a line.
pub fn dataset(name: &str, pictures: u64, classes: usize) -> String {
    format!("{name}: {} photos of {} classes", number::thousands(pictures), number::thousands(classes as u64))
}

/// When it was asked for.
pub fn day(created_ms: u64) -> String {
    let (year, month, day) = civil(created_ms / 86_400_000);
    let minutes = created_ms / 60_000 % 1440;
    format!("{year}-{month:02}-{day:02}, {:02}:{:02} UTC", minutes / 60, minutes % 60)
}

/// Year, month and day of a day since 1970 (Hinnant 2013, `civil_from_days`).
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let era = days / 146_097;
    let of_era = days % 146_097;
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        for (days, expected) in
            [(0, (1970, 1, 1)), (59, (1970, 3, 1)), (11_016, (2000, 2, 29)), (20_484, (2026, 1, 31))]
        {
            assert_eq!(civil(days), expected, "{days}");
        }
        assert_eq!(day(951_782_400_000 + 3_660_000), "2000-02-29, 01:01 UTC");
    }
}
