//! The fields of numbers: what each is called, what it means, and what may stand in it.

use super::Draft;
use crate::i18n::text::training::recipe as text;

/// A field with a number in it.
#[derive(Clone, Copy)]
pub struct NumberField {
    /// Its name.
    pub name: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// The least that may stand in it.
    pub least: f64,
    /// The most.
    pub most: f64,
    /// Whether only whole numbers may.
    pub is_whole: bool,
    /// Whether nothing may.
    pub is_optional: bool,
    /// What stands in it.
    pub text: fn(&mut Draft) -> &mut String,
}

impl NumberField {
    /// What stands in it.
    pub fn typed(&self, draft: &Draft) -> String {
        (self.text)(&mut draft.clone()).clone()
    }

    /// Its number.
    ///
    /// # Errors
    /// It holds none that can be used, in words that name it.
    pub fn read(&self, draft: &Draft) -> Result<f64, String> {
        let number = self.typed(draft).trim().replace(',', ".").parse::<f64>().ok();
        let is_good = |number: &f64| {
            (self.least..=self.most).contains(number) && (!self.is_whole || number.fract() == 0.0)
        };
        number
            .filter(is_good)
            .ok_or_else(|| text::number_unusable(self.name, self.least, self.most, self.is_whole))
    }

    /// Its number, or nothing where it is empty.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn read_optional(&self, draft: &Draft) -> Result<Option<f64>, String> {
        if self.is_optional && self.typed(draft).trim().is_empty() {
            Ok(None)
        } else {
            self.read(draft).map(Some)
        }
    }
}

/// All fields.
pub mod fields {
    use super::{NumberField, text};

    /// Share of the validation photos.
    pub const VALIDATION: NumberField = NumberField {
        name: text::VALIDATION,
        meaning: text::VALIDATION_MEANING,
        least: 0.0,
        most: 80.0,
        is_whole: false,
        is_optional: false,
        text: |draft| &mut draft.validation_percent,
    };
    /// Share of the test photos.
    pub const TEST: NumberField = NumberField {
        name: text::TEST,
        meaning: text::TEST_MEANING,
        least: 0.0,
        most: 90.0,
        text: |draft| &mut draft.test_percent,
        ..VALIDATION
    };
    /// What is drawn with.
    pub const SEED: NumberField = NumberField {
        name: text::SEED,
        meaning: text::SEED_MEANING,
        least: 0.0,
        most: 4_294_967_295.0,
        is_whole: true,
        is_optional: false,
        text: |draft| &mut draft.seed,
    };
    /// At the first step.
    pub const LEARNING_RATE: NumberField = NumberField {
        name: text::LEARNING_RATE,
        meaning: text::LEARNING_RATE_MEANING,
        least: 1e-7,
        most: 10.0,
        is_whole: false,
        is_optional: false,
        text: |draft| &mut draft.learning_rate,
    };
    /// Passes.
    pub const EPOCHS: NumberField = NumberField {
        name: text::EPOCHS,
        meaning: text::EPOCHS_MEANING,
        least: 1.0,
        most: 1000.0,
        is_whole: true,
        is_optional: false,
        text: |draft| &mut draft.epochs,
    };
    /// Photos of a step.
    pub const BATCH_SIZE: NumberField = NumberField {
        name: text::BATCH_SIZE,
        meaning: text::BATCH_SIZE_MEANING,
        most: 4096.0,
        text: |draft| &mut draft.batch_size,
        ..EPOCHS
    };
    /// Of the weights.
    pub const WEIGHT_DECAY: NumberField = NumberField {
        name: text::WEIGHT_DECAY,
        meaning: text::WEIGHT_DECAY_MEANING,
        least: 0.0,
        most: 10.0,
        text: |draft| &mut draft.weight_decay,
        ..LEARNING_RATE
    };
    /// Of the labels.
    pub const LABEL_SMOOTHING: NumberField = NumberField {
        name: text::LABEL_SMOOTHING,
        meaning: text::LABEL_SMOOTHING_MEANING,
        least: 0.0,
        most: 0.9,
        text: |draft| &mut draft.label_smoothing,
        ..LEARNING_RATE
    };
    /// Epochs without a better loss.
    pub const PATIENCE: NumberField = NumberField {
        name: text::PATIENCE,
        meaning: text::PATIENCE_MEANING,
        is_optional: true,
        text: |draft| &mut draft.patience,
        ..EPOCHS
    };
    /// Of the ridge.
    pub const PENALTY: NumberField = NumberField {
        name: text::PENALTY,
        meaning: text::PENALTY_MEANING,
        least: 1e-9,
        most: 1e9,
        is_optional: true,
        text: |draft| &mut draft.penalty,
        ..LEARNING_RATE
    };
    /// Passes of fine-tuning.
    pub const TUNING_EPOCHS: NumberField = NumberField {
        name: text::TUNING_EPOCHS,
        meaning: text::TUNING_EPOCHS_MEANING,
        most: 100.0,
        text: |draft| &mut draft.tuning_epochs,
        ..EPOCHS
    };
    /// Of fine-tuning.
    pub const TUNING_LEARNING_RATE: NumberField = NumberField {
        name: text::TUNING_LEARNING_RATE,
        meaning: text::TUNING_LEARNING_RATE_MEANING,
        most: 0.1,
        text: |draft| &mut draft.tuning_learning_rate,
        ..LEARNING_RATE
    };
}
