//! Words of both measurements of how accuracy grows with photos, and what each can and cannot show.

use shared::ModelSlot;
use shared::training::{EfficiencyPoint, FromScratch, ScratchPlan};

use super::runs::{duration, percent};
use crate::i18n::number;

/// Heading of the first.
pub const FROZEN: &str = "On frozen backbones: what their features already hold";
/// Heading of the second.
pub const SCRATCH: &str = "From scratch: two small networks that have seen nothing else";
/// What the first is.
pub const FROZEN_LEAD: &str = "Heads on 1, 2, 4, 8, 16 and all photos a class, on both backbones, by the same recipe, with several choices of photos each.";
/// What the second is.
pub const SCRATCH_LEAD: &str = "A small CNN and a small ViT of equally many parameters learn from the same few photos and nothing else, by the same plan and with as many tries at the learning rate.";
/// What it can show.
pub const FROZEN_CAN: &str =
    "What this can show: how much of what tells these classes apart is already in each backbone’s features.";
/// What it cannot.
pub const FROZEN_CANNOT: &str = "What it cannot show: whether a Vision Transformer needs more photos than a CNN to be trained from scratch. Both trunks are frozen, and were trained before, on their own photos and by their own methods.";
/// What it can show.
pub const SCRATCH_CAN: &str = "What this can show: which of two small networks gets more out of the same few photos, with this much training, when neither has seen any other.";
/// What it cannot.
pub const SCRATCH_CANNOT: &str = "What it cannot show: where either would end. So few passes leave both unfinished, and another size, plan or augmentation may change the order. Nor how large models compare after millions of photos, where the order has been found to turn (Dosovitskiy et al. 2021).";
/// Whether the trunks have seen the photos.
pub const SEEN: &str = "What the backbones were trained on, as their cards say; where the same photos are among it, the curve means little:";
/// None yet.
pub const NONE: &str = "It has not been measured on this server yet.";
/// Not shipped.
pub const NO_SCRATCH: &str = "No result from scratch ships with this version.";
/// Begins.
pub const START: &str = "Measure it on the chosen data set";
/// Begins.
pub const START_SCRATCH: &str = "Train both anew on the chosen data set";
/// What that takes.
pub const SCRATCH_WARNING: &str = "It trains many small networks: minutes on a GPU, an hour or more on two cores. Other runs wait meanwhile.";
/// Field.
pub const REPETITIONS: &str = "Choices of photos";
/// Axis.
pub const X: &str = "Photos a class";
/// Axis.
pub const Y: &str = "Test photos right, percent";
/// Columns.
pub const COLUMNS: [&str; 6] =
    ["Model", "Photos a class", "Photos", "Mean", "Std. dev. over choices", "95 % of the test"];
/// All photos.
pub const ALL: &str = "all";
/// How it was done.
pub const HOW: &str = "How it was measured";
/// The runs of this kind.
pub const RUNS: &str = "Runs of this measurement";
/// Under the first chart.
pub const EXPLANATION: &str = "Points are means over choices of photos. Upright lines are Wilson’s 95 % intervals: what the choice of the test photos does. Each step across is a doubling.";
/// The result that is shipped.
pub const SHIPPED: &str = "Shipped with the explorer";
/// Chooses.
pub const WHICH: &str = "Result";
/// Under way.
pub const SO_FAR: &str = "So far";

/// The finding.
pub fn title(
    names: [&str; 2],
    first: &[EfficiencyPoint],
    second: &[EfficiencyPoint],
    crossing: Option<Option<u64>>,
) -> String {
    let (Some(one), Some(other)) = (first.first(), second.first()) else { return FROZEN.to_owned() };
    let is_first_ahead = one.mean_percent > other.mean_percent;
    let (ahead, behind) = if is_first_ahead { (names[0], names[1]) } else { (names[1], names[0]) };
    let (high, low) = if is_first_ahead { (one, other) } else { (other, one) };
    let at = count(one.photos_per_class);
    let start = format!(
        "With {at} a class {ahead} gets {} right, {behind} {}",
        percent(high.mean_percent),
        percent(low.mean_percent)
    );
    match crossing {
        Some(at) => format!("{start}; from {} on {behind} is ahead", count(at)),
        None => format!("{start}; {ahead} stays ahead"),
    }
}

/// So many photos.
fn count(count: Option<u64>) -> String {
    match count {
        Some(1) => "1 photo".to_owned(),
        Some(count) => format!("{} photos", number::thousands(count)),
        None => "all photos".to_owned(),
    }
}

/// The row of a point.
pub fn row(point: &EfficiencyPoint) -> [String; 5] {
    [
        point.photos_per_class.map_or_else(|| ALL.to_owned(), number::thousands),
        number::thousands(point.num_train),
        percent(point.mean_percent),
        number::fixed(point.deviation_percent, 1),
        format!("{} to {}", number::fixed(point.low_percent, 1), number::fixed(point.high_percent, 1)),
    ]
}

/// A trunk and its photos.
pub fn trained_on(name: &str, trained_on: Option<&str>) -> String {
    format!("{name}: {}", trained_on.unwrap_or("its card does not say."))
}

/// What was measured on.
pub fn measured_on(dataset: &str, classes: usize, test: u64, repetitions: usize) -> String {
    format!(
        "{dataset}: {} classes, {} test photos, {repetitions} choices of photos",
        number::thousands(classes as u64),
        number::thousands(test)
    )
}

/// A small network in a sentence.
pub fn small(slot: ModelSlot) -> &'static str {
    match slot {
        ModelSlot::Resnet => "the small CNN",
        ModelSlot::Vit => "the small ViT",
    }
}

/// A small network.
pub fn learner(name: &str, parameters: u64, macs: u64, learning_rate: f64) -> String {
    format!(
        "{name}: {} parameters, {} multiply-accumulates a photo, learning rate {learning_rate}",
        number::thousands(parameters),
        number::compact(macs)
    )
}

/// How both were trained.
pub fn plan(plan: &ScratchPlan) -> String {
    let seeds = plan.seeds.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let rates = plan.learning_rates.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    format!(
        "{0} × {0} pixels; {1} epochs, {2} steps at least; batches of {3}; AdamW, weight decay {4}, label smoothing {5}; learning rates tried for each: {rates}; seeds {seeds}",
        plan.image_size,
        plan.epochs,
        plan.min_steps,
        plan.batch_size,
        plan.weight_decay,
        plan.label_smoothing
    )
}

/// When and where.
pub fn made(result: &FromScratch) -> String {
    format!("{} on {}, {}", result.date, result.device, duration(result.seconds))
}

/// The command.
pub const COMMAND: &str = "The same by a command:";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_finding_names_who_is_ahead_and_where_it_turns() {
        let point = |photos_per_class, mean_percent| EfficiencyPoint {
            photos_per_class,
            num_train: 1,
            top1_percent: Vec::new(),
            mean_percent,
            deviation_percent: 0.0,
            low_percent: 0.0,
            high_percent: 0.0,
        };
        let (first, second) = ([point(Some(1), 29.0)], [point(Some(1), 34.1)]);
        let words = title(["ViT", "CNN"], &first, &second, Some(Some(8))).replace('\u{202f}', " ");
        assert_eq!(
            words,
            "With 1 photo a class CNN gets 34.1 % right, ViT 29.0 %; from 8 photos on ViT is ahead"
        );
        assert!(title(["ViT", "CNN"], &first, &second, None).ends_with("CNN stays ahead"));
    }
}
