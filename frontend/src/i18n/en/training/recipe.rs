//! Words of the recipe: what each number is, and what is wrong with one that cannot be used.

use crate::i18n::number;

/// Field.
pub const VALIDATION: &str = "Validation, percent";
/// Field.
pub const TEST: &str = "Test, percent";
/// Field.
pub const SEED: &str = "Seed";
/// Field.
pub const LEARNING_RATE: &str = "Learning rate";
/// Field.
pub const EPOCHS: &str = "Epochs";
/// Field.
pub const BATCH_SIZE: &str = "Batch size";
/// Field.
pub const WEIGHT_DECAY: &str = "Weight decay";
/// Field.
pub const LABEL_SMOOTHING: &str = "Label smoothing";
/// Field.
pub const PATIENCE: &str = "Patience, epochs";
/// Field.
pub const PENALTY: &str = "Penalty";
/// Field.
pub const TUNING_EPOCHS: &str = "Epochs of fine-tuning";
/// Field.
pub const TUNING_LEARNING_RATE: &str = "Learning rate of fine-tuning";
/// Meaning.
pub const VALIDATION_MEANING: &str = "Of each class: choices are made by these photos.";
/// Meaning.
pub const TEST_MEANING: &str = "Of each class: nothing is chosen by these.";
/// Meaning.
pub const SEED_MEANING: &str = "Divides and shuffles. The same seed is the same run.";
/// Meaning.
pub const LEARNING_RATE_MEANING: &str = "How far the first step goes; a half cosine takes it to 0.";
/// Meaning.
pub const EPOCHS_MEANING: &str = "How often all training photos are seen, at most.";
/// Meaning.
pub const BATCH_SIZE_MEANING: &str = "Photos whose mean gradient makes a step.";
/// Meaning.
pub const WEIGHT_DECAY_MEANING: &str = "Pulls weights towards 0, biases not.";
/// Meaning.
pub const LABEL_SMOOTHING_MEANING: &str = "Share of a label that is spread over all classes.";
/// Meaning.
pub const PATIENCE_MEANING: &str = "Ends after so many without a lower validation loss; empty: never.";
/// Meaning.
pub const PENALTY_MEANING: &str = "Added to the diagonal; empty: the best of five on validation photos.";
/// Meaning.
pub const TUNING_EPOCHS_MEANING: &str = "Each sends all photos through the last part, forth and back.";
/// Meaning.
pub const TUNING_LEARNING_RATE_MEANING: &str = "Small: these weights are good already.";

/// Heading of the form.
pub const TITLE: &str = "The recipe";
/// How the head is fitted.
pub const METHOD: &str = "Method";
/// The methods, in their order.
pub const METHODS: [&str; 3] = ["AdamW", "SGD with momentum", "Ridge"];
/// What each does.
pub const METHOD_MEANINGS: [&str; 3] = [
    "Step by step, each weight with a step of its own: the usual choice.",
    "Step by step along the gradient, with a part of the step before: the older choice.",
    "At once: least squares with a penalty, in closed form. No curve to watch, and often the best with few photos.",
];
/// Name of the group.
pub const DIVISION: &str = "How the photos are divided";
/// The photos of the test.
pub const TEST_PHOTOS: &str = "Test photos";
/// A part of the same data set.
pub const SAME_DATASET: &str = "A part of the same data set";
/// Which backbones.
pub const BACKBONES: &str = "Train a head on";
/// Scaling.
pub const STANDARDISED: &str = "Bring features to mean 0 and deviation 1 first";
/// Class weights.
pub const BALANCED: &str = "Let all classes count alike, however many photos they have";
/// Fine-tuning.
pub const FINE_TUNING: &str = "Then train the last stage (CNN) or block (ViT) too";
/// What that costs.
pub const FINE_TUNING_WARNING: &str = "This takes minutes to hours rather than seconds: every photo goes through the last part again in each epoch, forth and back, and sees random crops, mirror images and colours. The head’s file then carries that part too, and both are used together.";
/// More numbers.
pub const MORE: &str = "More numbers";
/// Begins.
pub const START: &str = "Start training";
/// Begins with both.
pub const START_BOTH: &str = "Start both trainings";
/// The request is on its way.
pub const STARTING: &str = "Asking the server…";
/// Nobody may.
pub const OFF: &str = "Training is off on this server; above is how to start one that trains.";
/// Only an admin may.
pub const NEEDS_TOKEN: &str = "To start a run, unlock this page with the admin token above.";
/// No data set is chosen.
pub const NO_DATASET: &str = "There is no data set to train on yet.";
/// It is being read.
pub const DATASET_NOT_READY: &str = "The data set is still being read; a run can start once that is done.";
/// No backbone is chosen.
pub const NO_BACKBONE: &str = "Choose at least one backbone to train a head on.";
/// Nothing is left to train on.
pub const SHARES_TOO_LARGE: &str =
    "Validation and test leave too few photos to learn from; keep their sum below 95 percent.";

/// A number that cannot be used.
pub fn number_unusable(name: &str, least: f64, most: f64, is_whole: bool) -> String {
    let kind = if is_whole { "a whole number" } else { "a number" };
    format!("{name} has to be {kind} from {least} to {most}.")
}

/// The runs were taken.
pub fn started(count: usize) -> String {
    if count == 1 {
        "The run was taken; it is in the list below.".to_owned()
    } else {
        "Both runs were taken. One has the device, the other waits for it.".to_owned()
    }
}

/// What a backbone gives.
pub fn features(name: &str, features: usize) -> String {
    format!("{name}, {} features a photo", number::thousands(features as u64))
}
