//! A head on pictures: their features through it, and what `analysis::classification` makes of the answers.

use candle_core::Device;
use shared::training::Progress;
use shared::{DatasetSummary, Evaluation, SkippedFile};

use super::error::TrainingError;
use super::examples::{Examples, Head};
use super::features::{Settings, Trunk, extract};
use crate::analysis::classification::{self, Answered};
use crate::dataset::Dataset;
use crate::models::checkpoint::head::HeadFile;

/// What a head answers about a data set.
#[derive(Debug)]
pub struct Answers {
    /// The pictures, under the head's classes.
    pub dataset: DatasetSummary,
    /// How good it is.
    pub evaluation: Evaluation,
    /// Files that could be read when the data set was looked at, and not later.
    pub skipped_later: Vec<SkippedFile>,
}

/// How good a head is on pictures. The head reads features as these are.
///
/// # Errors
/// There are no pictures, or the device fails.
pub fn evaluate(
    head: &Head,
    examples: &Examples,
    class_names: &[String],
) -> Result<Evaluation, TrainingError> {
    if examples.is_empty() {
        return Err(TrainingError::NoPictures);
    }
    let logits = head.logits(&examples.features)?.to_device(&Device::Cpu)?;
    let logits = logits.flatten_all()?.to_vec1::<f32>()?;
    let (labels, paths) = (examples.labels.as_slice(), examples.paths.as_slice());
    Ok(classification::evaluate(&Answered { logits: &logits, labels, paths, class_names }))
}

/// How good a head of a file is on all pictures of a data set, whose class folders are named as the head's.
///
/// # Errors
/// The data set has other classes, or the model does not run.
pub fn evaluate_head(
    trunk: Trunk<'_>,
    head: &HeadFile,
    dataset: Dataset,
    settings: &Settings<'_>,
    watch: &mut dyn FnMut(Progress),
) -> Result<Answers, TrainingError> {
    let dataset = dataset.with_classes_of(&head.card.class_folders)?;
    let pictures: Vec<_> = dataset.pictures.iter().map(|picture| (&dataset, picture)).collect();
    let extracted = extract(trunk, &pictures, settings, watch)?;
    let rows: Vec<usize> = (0..dataset.pictures.len()).collect();
    let examples = Examples::of(&extracted.table, &dataset, &rows, trunk.device)?;
    let head =
        Head { weight: head.weight.to_device(trunk.device)?, bias: head.bias.to_device(trunk.device)? };
    let evaluation = evaluate(&head, &examples, &dataset.class_names())?;
    Ok(Answers { dataset: dataset.summary(), evaluation, skipped_later: extracted.skipped })
}
