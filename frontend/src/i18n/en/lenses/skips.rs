//! Words of the lens that switches off parts of blocks.

use super::experiment::share;
use crate::drawing::experiments::Verdict;
use crate::drawing::experiments::skips::Summary;
use crate::i18n::{Source, number};

/// Who says so.
pub const SOURCE: Source = Source {
    name: "He and others 2015: deep residual learning (arXiv 1512.03385); Veit and others 2016: ensembles of shallow networks",
    url: "https://arxiv.org/abs/1605.06431",
};
/// Below the figure.
pub const NOTE: &str = "One part of one block is set to zero in the trained model, and the picture is asked again: the bar is what its first answer loses. \
                        Skips make deep networks easier to optimise; He and others do not claim that they solve vanishing gradients, which normalisation already keeps in bounds. A model trained with skips has learned to count on them, so this tells what a part is worth to it, not how it would have learned without.";
/// Chooses the part.
pub const PART: &str = "Switched off";
/// The parts.
pub const PARTS: [&str; 2] = ["Shortcut", "Residual branch"];
/// What a bar is.
pub const LOST: &str = "Lost probability of the first answer";
/// Opens the changes.
pub const MAPS: &str = "Changes";
/// Above the maps.
pub const CHANGE: &str = "relative change";
/// The chart of changes by depth.
pub const BY_DEPTH: &str = "Mean change";
/// Its horizontal axis.
pub const BLOCK: &str = "Block";
/// While the maps come.
pub const MAPS_COMING: &str = "Computing what changes in the other blocks…";

/// A model and what was seen of it.
pub struct Told<'words> {
    /// The model.
    pub model: &'words str,
    /// What it answers first, intact.
    pub class: &'words str,
    /// What the blocks say together.
    pub seen: Summary,
}

/// The part in sentences.
fn part(is_residual: bool) -> &'static str {
    if is_residual { "residual branch" } else { "shortcut" }
}

/// The finding.
pub fn finding(told: &[Told<'_>], is_residual: bool, verdict: Option<(Verdict, &str)>) -> String {
    let part = part(is_residual);
    let clause = |told: &Told<'_>| {
        let Told { model, class, seen } = told;
        let (lost, block) = (seen.worst.lost, &seen.worst.node);
        let moved = if lost < 0.0 { "gains" } else { "loses" };
        format!(
            "{model} {moved} {} of its probability of “{class}” without the {part} of {block} and {} on average over its {} blocks",
            share(lost.abs()),
            share(seen.mean_lost),
            seen.num_blocks
        )
    };
    let clauses: Vec<String> = told.iter().map(clause).collect();
    let clauses = clauses.join("; ");
    match verdict {
        Some((Verdict::One(_slot), model)) => format!("{clauses}: here {model} depends more on each"),
        Some((Verdict::Alike, _)) => format!("{clauses}: here both depend about as much on each"),
        Some((Verdict::Neither, _)) => format!("{clauses}: here neither depends much on any"),
        None => clauses,
    }
}

/// How often another class comes first.
pub fn others(seen: &Summary, is_residual: bool) -> String {
    format!(
        "Another class comes first without the {} of {} of {} blocks.",
        part(is_residual),
        seen.num_other_first,
        seen.num_blocks
    )
}

/// A block's damage for those who do not see its bar, and as a hint.
pub fn bar(node: &str, lost: f32, first: &str) -> String {
    format!(
        "{node}: {} lost, “{first}” comes first. Opens the block in the pipeline.",
        number::fixed(f64::from(lost), 3)
    )
}

/// What comes first without the part.
pub fn first(label: &str, is_other: bool) -> String {
    if is_other { format!("now “{label}”") } else { "same answer".to_owned() }
}

/// Opens what changes without a block's part.
pub fn show_maps(node: &str) -> String {
    format!("Show what changes in every block without this part of {node}")
}

/// Above the maps of the chosen block.
pub fn maps(model: &str, node: &str, is_residual: bool) -> String {
    format!("{model} without the {} of {node}: what changes, block by block", part(is_residual))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drawing::experiments::skips::Damage;
    use shared::{ModelSlot, NodeId};

    #[test]
    fn a_finding_names_the_worst_block() {
        let worst =
            Damage { node: NodeId::new("layer1.0"), lost: 0.93, first: "bib".to_owned(), is_other: true };
        let seen = Summary { worst, mean_lost: 0.4, num_other_first: 3, num_blocks: 16 };
        let told = [Told { model: "R", class: "cat", seen: seen.clone() }];
        let verdict = Some((Verdict::One(ModelSlot::Resnet), "R"));
        assert_eq!(
            finding(&told, false, verdict),
            "R loses 0.93 of its probability of “cat” without the shortcut of layer1.0 and 0.40 on average over its 16 blocks: here R depends more on each"
        );
        assert_eq!(
            others(&seen, true),
            "Another class comes first without the residual branch of 3 of 16 blocks."
        );
    }
}
