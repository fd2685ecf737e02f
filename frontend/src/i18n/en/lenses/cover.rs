//! Words of the lens that covers a part of the picture.

use super::experiment::share;
use crate::drawing::experiments::Verdict;
use crate::drawing::experiments::cover::{CoverBox, Reach};
use crate::i18n::{Source, number};

/// Who looked at this.
pub const SOURCE: Source = Source {
    name: "Naseer and others 2021: intriguing properties of Vision Transformers",
    url: "https://arxiv.org/abs/2105.10497",
};
/// Below the figure.
pub const NOTE: &str = "A region is replaced by the mean colour, and the output of every block is compared with that for the whole picture: length of the difference over the mean length of the vectors, place by place. \
                        What changes outside the region has travelled there: in a CNN no further than its receptive field has grown, in a ViT from the first block on if its attention does use the region.";
/// Chooses the region.
pub const REGION: &str = "Covered";
/// The regions.
pub const REGIONS: [&str; 4] = ["A box you draw", "Random patches", "Most attended", "Least attended"];
/// Chooses the order of random patches.
pub const SEED: &str = "Order (seed)";
/// How to draw.
pub const DRAW: &str = "Drag a box over the picture, or move it with the arrow keys and change its size with Shift and the arrow keys.";
/// The horizontal axis by depth.
pub const DEPTH: &str = "Blocks behind, % of each model's";
/// The vertical axis by depth.
pub const ELSEWHERE: &str = "Mean change outside the covered part";
/// The horizontal axis by share.
pub const SHARE: &str = "Patches covered, %";
/// What the chart by depth shows.
pub const DEPTH_CHART: &str =
    "Mean change of the blocks' outputs outside the covered part, against depth, for both models.";
/// What the chart by share shows.
pub const SHARE_CHART: &str =
    "Probability of the first answer of both models against the share of the patches that is covered.";
/// What the maps measure.
pub const CHANGE: &str = "relative change";
/// Columns of the table by depth.
pub const COLUMNS: [&str; 3] = ["Block", "Rows and columns", "Mean change outside the covered part"];

/// A model and what was seen of it.
pub struct Told<'words> {
    /// The model.
    pub model: &'words str,
    /// What is told of it.
    pub seen: Reach,
}

/// The finding by depth.
pub fn finding(covered: f64, told: &[Told<'_>], verdict: Option<(Verdict, &str)>) -> String {
    let clause = |told: &Told<'_>| {
        let Told { model, seen } = told;
        format!(
            "{model} by {} after its first block and {} after its last",
            number::fixed(f64::from(seen.first), 3),
            number::fixed(f64::from(seen.last), 3)
        )
    };
    let clauses: Vec<String> = told.iter().map(clause).collect();
    let covered = number::percent(covered as f32);
    let clauses = format!("With {covered} covered, the rest changes on average in {}", clauses.join(", in "));
    match verdict {
        Some((Verdict::One(_slot), model)) => {
            format!("{clauses}: here {model} carries it further in its first block")
        }
        Some((Verdict::Alike, _)) => {
            format!("{clauses}: here both carry it about as far in their first block")
        }
        Some((Verdict::Neither, _)) => format!("{clauses}: here neither carries it far in its first block"),
        None => clauses,
    }
}

/// What is left of an answer.
pub struct Left<'words> {
    /// The model.
    pub model: &'words str,
    /// What it answers first to the whole picture.
    pub class: &'words str,
    /// With which probability.
    pub before: f32,
    /// What is left of it.
    pub after: f32,
}

/// The finding by share.
pub fn finding_by_share(covered: f64, told: &[Left<'_>], verdict: Option<(Verdict, &str)>) -> String {
    let clause = |told: &Left<'_>| {
        let Left { model, class, before, after } = told;
        format!("{model} keeps {} of {} for “{class}”", share(*after), share(*before))
    };
    let clauses: Vec<String> = told.iter().map(clause).collect();
    let clauses = format!("With {} covered, {}", number::percent(covered as f32), clauses.join(", "));
    match verdict {
        Some((Verdict::One(_slot), model)) => format!("{clauses}: here {model} loses more"),
        Some((Verdict::Alike, _)) => format!("{clauses}: here both lose about as much"),
        Some((Verdict::Neither, _)) => format!("{clauses}: here neither loses anything"),
        None => clauses,
    }
}

/// The box, for those who do not see it.
pub fn boxed(region: CoverBox) -> String {
    let CoverBox { top, left, height, width } = region;
    format!("Covered: {height} × {width} px from row {top}, column {left}.")
}

/// The covered patches, for those who do not see them.
pub fn patches(count: usize, all: usize) -> String {
    format!("Covered: {count} of {all} patches.")
}

/// Above the maps of a model.
pub fn maps(model: &str) -> String {
    format!("{model}, block by block")
}

/// A map, for those who do not see it.
pub fn map(node: &str, mean: f32) -> String {
    format!(
        "How much each place of {node} changed; {} on average where nothing is covered.",
        number::value(mean)
    )
}

/// Below a map.
pub fn mean(mean: f32) -> String {
    format!("elsewhere {}", number::value(mean))
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::ModelSlot;

    #[test]
    fn a_finding_compares_the_first_blocks() {
        let told = [
            Told { model: "R", seen: Reach { first: 0.002, last: 0.3 } },
            Told { model: "V", seen: Reach { first: 0.11, last: 0.25 } },
        ];
        let verdict = Some((Verdict::One(ModelSlot::Vit), "V"));
        assert_eq!(
            finding(0.0625, &told, verdict).replace('\u{202f}', " "),
            "With 6.2 % covered, the rest changes on average in R by 0.002 after its first block and 0.300 after its last, in V by 0.110 after its first block and 0.250 after its last: here V carries it further in its first block"
        );
    }
}
