//! What may be asked of an experiment, how long it is, and the command that does it again.

use std::fmt::Write as _;

use shared::training::ScratchPlan;

use crate::training::TrainingError;

/// Sides of photos: whole patches of the ViT, and maps that the CNN halves four times.
const SIDES: std::ops::RangeInclusive<usize> = 32..=128;
const SIDE_STEP: usize = 16;
const MAX_BATCH: usize = 1024;
const MAX_EPOCHS: u64 = 10_000;
const MAX_STEPS: u64 = 1_000_000;
/// Counts, seeds and learning rates, of each.
const MAX_LENGTH: usize = 20;

/// Models that an experiment trains: tries of learning rates, then one of each kind for every count and seed.
pub fn num_models(plan: &ScratchPlan) -> u64 {
    let tries = if plan.learning_rates.len() > 1 { plan.learning_rates.len() } else { 0 };
    2 * (tries + (plan.counts.len() + 1) * plan.seeds.len()) as u64
}

/// The command that does an experiment again: what names the photos, such as `("dataset", "photos")`, and what is not as usual.
pub fn command(photos: &[(&str, &str)], plan: &ScratchPlan) -> String {
    let usual = ScratchPlan::default();
    let mut command = "backbone-explorer from-scratch".to_owned();
    let mut add = |name: &str, value: String| {
        write!(command, " --{name} {value}").expect("a string takes everything");
    };
    for (name, value) in photos {
        add(name, quoted(value));
    }
    let numbers = [
        ("image-size", plan.image_size != usual.image_size, plan.image_size.to_string()),
        ("counts", plan.counts != usual.counts, listed(&plan.counts)),
        ("seeds", plan.seeds != usual.seeds, listed(&plan.seeds)),
        ("epochs", plan.epochs != usual.epochs, plan.epochs.to_string()),
        ("min-steps", plan.min_steps != usual.min_steps, plan.min_steps.to_string()),
        ("batch-size", plan.batch_size != usual.batch_size, plan.batch_size.to_string()),
        ("learning-rates", plan.learning_rates != usual.learning_rates, listed(&plan.learning_rates)),
        ("weight-decay", plan.weight_decay != usual.weight_decay, plan.weight_decay.to_string()),
        ("label-smoothing", plan.label_smoothing != usual.label_smoothing, plan.label_smoothing.to_string()),
    ];
    for (name, is_other, value) in numbers {
        if is_other {
            add(name, value);
        }
    }
    if let Some(classes) = plan.max_classes {
        add("max-classes", classes.to_string());
    }
    command
}

/// Whether a plan can be followed.
///
/// # Errors
/// Says which number is out of range.
pub fn check(plan: &ScratchPlan) -> Result<(), TrainingError> {
    let ScratchPlan { image_size, counts, seeds, epochs, min_steps, batch_size, .. } = plan;
    let rising = counts.windows(2).all(|pair| pair[0] < pair[1]) && counts.first() != Some(&0);
    let short = |length: usize| (1..=MAX_LENGTH).contains(&length);
    let distinct =
        |numbers: &[u64]| (1..numbers.len()).all(|index| !numbers[..index].contains(&numbers[index]));
    let rates = &plan.learning_rates;
    let checks = [
        (
            SIDES.contains(image_size) && image_size.is_multiple_of(SIDE_STEP),
            format!(
                "photos of {image_size} pixels: take a multiple of {SIDE_STEP} from {} to {}",
                SIDES.start(),
                SIDES.end()
            ),
        ),
        (
            rising && counts.len() <= MAX_LENGTH,
            format!("counts of photos: take up to {MAX_LENGTH}, rising, from 1 on"),
        ),
        (short(seeds.len()) && distinct(seeds), format!("seeds: take 1 to {MAX_LENGTH}, no two alike")),
        ((1..=MAX_EPOCHS).contains(epochs), format!("{epochs} epochs: take 1 to {MAX_EPOCHS}")),
        (*min_steps <= MAX_STEPS, format!("{min_steps} steps at least: take up to {MAX_STEPS}")),
        ((1..=MAX_BATCH).contains(batch_size), format!("{batch_size} photos a step: take 1 to {MAX_BATCH}")),
        (
            short(rates.len()) && rates.iter().all(|rate| *rate > 0.0 && *rate <= 1.0),
            format!("learning rates: take 1 to {MAX_LENGTH}, above 0 and up to 1"),
        ),
        (
            (0.0..=10.0).contains(&plan.weight_decay),
            format!("a weight decay of {}: take 0 to 10", plan.weight_decay),
        ),
        (
            (0.0..1.0).contains(&plan.label_smoothing),
            format!("a label smoothing of {}: take 0 to less than 1", plan.label_smoothing),
        ),
        (plan.max_classes.is_none_or(|classes| classes >= 2), "classes: take 2 at least".to_owned()),
    ];
    match checks.into_iter().find(|(holds, _message)| !holds) {
        Some((_holds, message)) => Err(TrainingError::Recipe(message)),
        None => Ok(()),
    }
}

fn listed<T: ToString>(values: &[T]) -> String {
    values.iter().map(T::to_string).collect::<Vec<_>>().join(",")
}

/// As a shell reads one word.
fn quoted(name: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || matches!(letter, '/' | '.' | '_' | '-');
    if !name.is_empty() && name.chars().all(is_plain) {
        return name.to_owned();
    }
    format!("'{}'", name.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_names_what_is_not_as_usual() {
        let usual = ScratchPlan::default();
        assert_eq!(command(&[("dataset", "a/b")], &usual), "backbone-explorer from-scratch --dataset a/b");
        let other =
            ScratchPlan { counts: vec![1, 3], max_classes: Some(5), learning_rates: vec![0.001], ..usual };
        assert_eq!(
            command(&[("dataset", "my photos"), ("test", "it's")], &other),
            "backbone-explorer from-scratch --dataset 'my photos' --test 'it'\\''s' --counts 1,3 --learning-rates 0.001 --max-classes 5"
        );
    }

    #[test]
    fn what_cannot_be_followed_is_said() {
        let usual = ScratchPlan::default;
        assert!(check(&usual()).is_ok());
        let cases = [
            (ScratchPlan { image_size: 60, ..usual() }, "60 pixels"),
            (ScratchPlan { image_size: 1024, ..usual() }, "1024 pixels"),
            (ScratchPlan { counts: vec![2, 2], ..usual() }, "counts"),
            (ScratchPlan { counts: vec![0, 2], ..usual() }, "counts"),
            (ScratchPlan { seeds: vec![], ..usual() }, "seeds"),
            (ScratchPlan { seeds: vec![1, 2, 1], ..usual() }, "seeds"),
            (ScratchPlan { epochs: 0, ..usual() }, "0 epochs"),
            (ScratchPlan { min_steps: u64::MAX, ..usual() }, "steps at least"),
            (ScratchPlan { batch_size: 0, ..usual() }, "0 photos a step"),
            (ScratchPlan { learning_rates: vec![], ..usual() }, "learning rates"),
            (ScratchPlan { learning_rates: vec![f64::NAN], ..usual() }, "learning rates"),
            (ScratchPlan { weight_decay: -1.0, ..usual() }, "weight decay of -1"),
            (ScratchPlan { label_smoothing: 1.0, ..usual() }, "label smoothing of 1"),
            (ScratchPlan { max_classes: Some(1), ..usual() }, "classes"),
        ];
        for (plan, expected) in cases {
            let message = check(&plan).expect_err(expected).to_string();
            assert!(message.contains(expected), "{message}");
        }
    }

    #[test]
    fn models_are_counted() {
        let plan = ScratchPlan::default();
        assert_eq!(num_models(&plan), 2 * (3 + 6 * 3));
        assert_eq!(num_models(&ScratchPlan { learning_rates: vec![0.01], ..plan }), 2 * 6 * 3);
    }
}
