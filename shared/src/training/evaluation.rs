//! How good a head is on pictures that it was not fitted to.

use serde::{Deserialize, Serialize};

/// Everything that is measured of a head on some pictures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Evaluation {
    /// Pictures.
    pub num_pictures: u64,
    /// Those whose class ranks first.
    pub top1: Proportion,
    /// Those whose class is among the first five.
    pub top5: Proportion,
    /// Mean F1 over the classes that have pictures or answers, each counting alike.
    pub macro_f1: f64,
    /// Mean cross-entropy, natural logarithm.
    pub cross_entropy: f64,
    /// What each class's answers are worth, in the order of the outputs.
    pub classes: Vec<ClassResult>,
    /// Pictures by class (row) and answer (column).
    pub confusion: Vec<Vec<u32>>,
    /// Pictures by the probability of the answer.
    pub calibration: Vec<CalibrationBin>,
    /// Expected calibration error: the mean distance of probability and share over the bins, by their pictures.
    pub expected_calibration_error: f64,
    /// The wrong answers with the highest probabilities, the most certain first.
    pub mistakes: Vec<Mistake>,
}

/// A share of pictures and how well it is known.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Proportion {
    /// Pictures that count.
    pub count: u64,
    /// Their share in percent.
    pub percent: f64,
    /// Lower end of the 95 % interval of Wilson 1927, in percent.
    pub low_percent: f64,
    /// Upper end of it.
    pub high_percent: f64,
}

/// What a class's answers are worth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClassResult {
    /// Its name.
    pub name: String,
    /// Pictures of it.
    pub num_pictures: u64,
    /// Pictures that it was the answer to.
    pub num_answers: u64,
    /// Share of its answers that are right; 0 where there are none.
    pub precision: f64,
    /// Share of its pictures that are found; 0 where there are none.
    pub recall: f64,
    /// Harmonic mean of both.
    pub f1: f64,
}

/// Answers whose probability lies in `low..=high`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CalibrationBin {
    /// All are above.
    pub low: f64,
    /// None is above.
    pub high: f64,
    /// Answers.
    pub count: u64,
    /// Their mean probability; 0 where there are none.
    pub mean_probability: f64,
    /// The share that is right; 0 where there are none.
    pub accuracy: f64,
}

/// A wrong answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Mistake {
    /// The picture, below the data set's folder.
    pub path: String,
    /// BLAKE3 of its file: its address in the data set. Reports of older versions have none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub photo_id: String,
    /// Its class.
    pub class_index: usize,
    /// The answer.
    pub answer_index: usize,
    /// The answer's probability.
    pub probability: f64,
}
