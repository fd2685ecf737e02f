//! A head on pictures: their features through it, and what `analysis::classification` makes of the answers.

use candle_core::Device;
use shared::training::Progress;
use shared::{DatasetSummary, Evaluation, SkippedFile};

use super::error::TrainingError;
use super::examples::{Examples, Head};
use super::features::{Settings, Trunk, extract, extract_tuned};
use crate::analysis::classification::{self, Answered};
use crate::dataset::Dataset;
use crate::models::checkpoint::head::HeadFile;
use crate::models::with_head::with_tail;

/// What a head answers about a data set.
#[derive(Debug)]
pub struct Answers {
    /// The pictures, under the head's classes.
    pub dataset: DatasetSummary,
    /// How good it is.
    pub evaluation: Evaluation,
    /// One for each picture.
    pub answers: Vec<Answer>,
    /// Files that could be read when the data set was looked at, and not later.
    pub skipped_later: Vec<SkippedFile>,
}

/// The answer to a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// BLAKE3 of its file.
    pub photo_id: String,
    /// Position of its class.
    pub class_index: usize,
    /// Position of the class that was answered.
    pub answer_index: usize,
    /// The answer's probability.
    pub probability: f64,
}

/// How good a head is on pictures, and its answer to each. The head reads features as these are.
///
/// # Errors
/// There are no pictures, or the device fails.
pub fn evaluate(
    head: &Head,
    examples: &Examples,
    class_names: &[String],
) -> Result<(Evaluation, Vec<Answer>), TrainingError> {
    if examples.is_empty() {
        return Err(TrainingError::NoPictures);
    }
    let logits = head.logits(&examples.features)?.to_device(&Device::Cpu)?;
    let logits = logits.flatten_all()?.to_vec1::<f32>()?;
    let Examples { labels, paths, contents, .. } = examples;
    let answered = Answered { logits: &logits, labels, paths, contents, class_names };
    let answer = |(answer, content): (classification::Answer, &String)| Answer {
        photo_id: content.clone(),
        class_index: answer.class,
        answer_index: answer.answer,
        probability: answer.probability,
    };
    let answers = classification::answers(&answered).into_iter().zip(contents).map(answer).collect();
    Ok((classification::evaluate(&answered), answers))
}

/// How good a head of a file is on all pictures of a data set, whose class folders are named as the head's; with the tail that was trained with it,
/// if there is one.
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
    let extracted = if head.tail.is_empty() {
        extract(trunk, &pictures, settings, watch)?
    } else {
        let Trunk { info, backbone, weights, .. } = trunk;
        let tuned = with_tail(backbone, &info.architecture, weights, head.tail.clone())?;
        extract_tuned(trunk, tuned, &pictures, settings, watch)?
    };
    let rows: Vec<usize> = (0..dataset.pictures.len()).collect();
    let examples = Examples::of(&extracted.table, &dataset, &rows, trunk.device)?;
    let head =
        Head { weight: head.weight.to_device(trunk.device)?, bias: head.bias.to_device(trunk.device)? };
    let (evaluation, answers) = evaluate(&head, &examples, &dataset.class_names())?;
    Ok(Answers { dataset: dataset.summary(), evaluation, answers, skipped_later: extracted.skipped })
}
