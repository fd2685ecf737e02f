//! How good answers are: shares with their intervals, what each class's answers are worth, what is taken for what, and whether
//! probabilities can be believed.

use shared::training::{CalibrationBin, ClassResult, Evaluation, Mistake, Proportion};

/// Bins of probabilities, as in Guo et al. 2017.
const NUM_BINS: usize = 15;
/// Wrong answers that are listed.
const MAX_MISTAKES: usize = 50;
/// Ranks that count as found.
const TOP: usize = 5;
/// The standard normal distribution's quantile at 97.5 %.
const Z: f64 = 1.959_963_984_540_054;

/// What was answered to pictures whose classes are known.
#[derive(Clone, Copy, Debug)]
pub struct Answered<'a> {
    /// `[pictures, classes]`
    pub logits: &'a [f32],
    /// Position of the class of each picture.
    pub labels: &'a [u32],
    /// Path of each picture.
    pub paths: &'a [String],
    /// BLAKE3 of each picture's file.
    pub contents: &'a [String],
    /// Names of the classes.
    pub class_names: &'a [String],
}

/// One picture's answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Answer {
    /// Position of the picture's class.
    pub class: usize,
    /// Position of the class that was answered.
    pub answer: usize,
    /// The answer's probability.
    pub probability: f64,
    /// Classes with a larger logit than the picture's own; equal ones rank by their position.
    rank: usize,
    log_probability_of_class: f64,
}

/// The answer to each picture.
pub fn answers(answered: &Answered<'_>) -> Vec<Answer> {
    let rows = answered.logits.chunks_exact(answered.class_names.len().max(1));
    rows.zip(answered.labels).map(|(logits, label)| answer(logits, *label as usize)).collect()
}

/// Everything that is measured.
pub fn evaluate(answered: &Answered<'_>) -> Evaluation {
    let num_classes = answered.class_names.len();
    let answers = answers(answered);
    let total = answers.len() as u64;
    let within = |ranks: usize| answers.iter().filter(|answer| answer.rank < ranks).count() as u64;
    let mut confusion = vec![vec![0; num_classes]; num_classes];
    for answer in &answers {
        confusion[answer.class][answer.answer] += 1;
    }
    let classes = class_results(&confusion, answered.class_names);
    let calibration = calibration(&answers);
    let cross_entropy: f64 = answers.iter().map(|answer| -answer.log_probability_of_class).sum();
    Evaluation {
        num_pictures: total,
        top1: proportion(within(1), total),
        top5: proportion(within(TOP), total),
        macro_f1: macro_f1(&classes),
        cross_entropy: cross_entropy / total.max(1) as f64,
        expected_calibration_error: expected_calibration_error(&calibration),
        classes,
        confusion,
        calibration,
        mistakes: mistakes(&answers, answered),
    }
}

/// A share with its 95 % interval.
///
/// # Source
/// Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", 1927.
pub fn proportion(count: u64, total: u64) -> Proportion {
    if total == 0 {
        return Proportion { count, percent: 0.0, low_percent: 0.0, high_percent: 100.0 };
    }
    let (share, total) = (count as f64 / total as f64, total as f64);
    let denominator = 1.0 + Z * Z / total;
    let centre = (share + Z * Z / (2.0 * total)) / denominator;
    let half = Z / denominator * (share * (1.0 - share) / total + Z * Z / (4.0 * total * total)).sqrt();
    Proportion {
        count,
        percent: 100.0 * share,
        low_percent: 100.0 * (centre - half).max(0.0),
        high_percent: 100.0 * (centre + half).min(1.0),
    }
}

fn answer(logits: &[f32], class: usize) -> Answer {
    let own = logits[class];
    let answer = (0..logits.len())
        .reduce(|best, index| if logits[index] > logits[best] { index } else { best })
        .unwrap_or(class);
    let before = |(index, logit): (usize, &f32)| *logit > own || (*logit == own && index < class);
    let largest = f64::from(logits[answer]);
    let sum: f64 = logits.iter().map(|logit| (f64::from(*logit) - largest).exp()).sum();
    Answer {
        class,
        answer,
        rank: logits.iter().enumerate().filter(|entry| before(*entry)).count(),
        probability: 1.0 / sum,
        log_probability_of_class: f64::from(own) - largest - sum.ln(),
    }
}

fn class_results(confusion: &[Vec<u32>], names: &[String]) -> Vec<ClassResult> {
    let result = |(index, name): (usize, &String)| {
        let num_pictures: u64 = confusion[index].iter().map(|count| u64::from(*count)).sum();
        let num_answers: u64 = confusion.iter().map(|row| u64::from(row[index])).sum();
        let right = f64::from(confusion[index][index]);
        let share = |total: u64| if total == 0 { 0.0 } else { right / total as f64 };
        let both = num_pictures + num_answers;
        ClassResult {
            name: name.clone(),
            num_pictures,
            num_answers,
            precision: share(num_answers),
            recall: share(num_pictures),
            f1: if both == 0 { 0.0 } else { 2.0 * right / both as f64 },
        }
    };
    names.iter().enumerate().map(result).collect()
}

/// As scikit-learn's `f1_score(average="macro")`: a class that neither is nor was answered does not count.
fn macro_f1(classes: &[ClassResult]) -> f64 {
    let counted = classes.iter().filter(|class| class.num_pictures + class.num_answers > 0);
    let (sum, count) = counted.fold((0.0, 0), |(sum, count), class| (sum + class.f1, count + 1));
    if count == 0 { 0.0 } else { sum / f64::from(count) }
}

fn calibration(answers: &[Answer]) -> Vec<CalibrationBin> {
    let bin = |index: usize| {
        let end = |index: usize| index as f64 / NUM_BINS as f64;
        let (low, high) = (end(index), end(index + 1));
        let inside: Vec<&Answer> =
            answers.iter().filter(|answer| answer.probability > low && answer.probability <= high).collect();
        let mean = |value: fn(&Answer) -> f64| {
            inside.iter().map(|answer| value(answer)).sum::<f64>() / inside.len().max(1) as f64
        };
        CalibrationBin {
            low,
            high,
            count: inside.len() as u64,
            mean_probability: mean(|answer| answer.probability),
            accuracy: mean(|answer| f64::from(u8::from(answer.rank == 0))),
        }
    };
    (0..NUM_BINS).map(bin).collect()
}

fn expected_calibration_error(bins: &[CalibrationBin]) -> f64 {
    let total: u64 = bins.iter().map(|bin| bin.count).sum();
    let part = |bin: &CalibrationBin| bin.count as f64 * (bin.mean_probability - bin.accuracy).abs();
    bins.iter().map(part).sum::<f64>() / total.max(1) as f64
}

fn mistakes(answers: &[Answer], answered: &Answered<'_>) -> Vec<Mistake> {
    let mut mistakes: Vec<Mistake> = answers
        .iter()
        .zip(answered.paths.iter().zip(answered.contents))
        .filter(|(answer, _picture)| answer.rank > 0)
        .map(|(answer, (path, content))| Mistake {
            path: path.clone(),
            photo_id: content.clone(),
            class_index: answer.class,
            answer_index: answer.answer,
            probability: answer.probability,
        })
        .collect();
    mistakes.sort_by(|left, right| right.probability.total_cmp(&left.probability));
    mistakes.truncate(MAX_MISTAKES);
    mistakes
}
