//! Words of the lens that shuffles pieces of the picture.

use super::experiment::share;
use crate::drawing::experiments::Verdict;
use crate::drawing::experiments::shuffle::Loss;
use crate::i18n::{Source, number};

/// Who says so.
pub const SOURCE: Source = Source {
    name: "Naseer and others 2021: intriguing properties of Vision Transformers",
    url: "https://arxiv.org/abs/2105.10497",
};
/// Below the figure.
pub const NOTE: &str = "The input is cut into cells that change places: what is local inside a cell stays, where it belongs is lost. \
                        Without its position embeddings a ViT cannot tell one order of whole patches from another, exactly; a CNN still sees the new borders.";
/// Chooses the cells that are drawn.
pub const CELLS: &str = "Cells drawn";
/// Chooses the order.
pub const SEED: &str = "Order (seed)";
/// Switches the position embeddings.
pub const POSITIONS: &str = "Position embeddings of the ViT";
/// On and off.
pub const SWITCH: [&str; 2] = ["On", "Off"];
/// The horizontal axis.
pub const CELLS_PER_SIDE: &str = "Cells";
/// Above the pictures.
pub const PICTURES: [&str; 2] = ["As it is", "As both models read it"];
/// For those who do not see it.
pub const ALT: &str = "The picture as the model sees it";
/// What the chart shows.
pub const CHART: &str =
    "Probability of the first answer of both models against the number of cells that change places.";

/// A model and what was seen of it.
pub struct Told<'words> {
    /// The model.
    pub model: &'words str,
    /// What it answers first to the unchanged picture.
    pub class: &'words str,
    /// With which probability.
    pub probability: f32,
    /// How it took it.
    pub loss: Loss,
}

/// The number of cells, in words.
pub fn cells(cells: usize) -> String {
    if cells == 1 { "whole".to_owned() } else { format!("{cells} × {cells}") }
}

/// The finding.
pub fn finding(told: &[Told<'_>], verdict: Option<(Verdict, &str)>) -> String {
    let clause = |told: &Told<'_>| {
        let Told { model, class, probability, loss } = told;
        format!("{model} keeps {} of {} for “{class}”", share(loss.probability), share(*probability))
    };
    let clauses: Vec<String> = told.iter().map(clause).collect();
    let cut = told.first().map(|told| cells(told.loss.finest)).unwrap_or_default();
    let clauses = format!("Cut into {cut} cells and shuffled, {}", clauses.join(", "));
    match verdict {
        Some((Verdict::One(_slot), model)) => format!("{clauses}: here {model} needs the order more"),
        Some((Verdict::Alike, _)) => format!("{clauses}: here both need the order about as much"),
        Some((Verdict::Neither, _)) => format!("{clauses}: here neither needs the order"),
        None => clauses,
    }
}

/// Where half of the probability is lost.
pub fn halved(model: &str, at: Option<usize>) -> String {
    match at {
        Some(at) => {
            format!("{model} has less than half of its probability left from {} cells on.", cells(at))
        }
        None => format!("{model} keeps at least half of its probability at every cut."),
    }
}

/// Which cuts go through patches.
pub fn patches(model: &str, patch_px: usize, cutting: &[usize]) -> String {
    let cuts: Vec<String> = cutting.iter().map(|count| cells(*count)).collect();
    if cuts.is_empty() {
        return format!("Every cut here keeps the {patch_px}-px patches of {model} whole.");
    }
    format!(
        "{} cells cut through the {patch_px}-px patches of {model}; the other cuts keep them whole.",
        cuts.join(" and ")
    )
}

/// The check: what moving whole patches does to the logits.
pub fn check(model: &str, change: f32, has_positions: bool) -> String {
    let change = number::value(change);
    if has_positions {
        format!(
            "With position embeddings, moving whole patches changes a logit of {model} by up to {change}. Switch them off to see what is left of that."
        )
    } else {
        format!(
            "Check: without position embeddings, moving whole patches changes no logit of {model} by more than {change}. In exact arithmetic it would be 0."
        )
    }
}

/// What is drawn, for those who do not see it.
pub fn drawn(count: usize) -> String {
    format!("The picture cut into {} cells that have changed places.", cells(count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::ModelSlot;

    #[test]
    fn a_finding_tells_what_is_left() {
        let loss = |probability| Loss { finest: 14, probability, halved_at: Some(4) };
        let told = [
            Told { model: "R", class: "cat", probability: 0.93, loss: loss(0.01) },
            Told { model: "V", class: "cat", probability: 0.87, loss: loss(0.8) },
        ];
        let verdict = Some((Verdict::One(ModelSlot::Resnet), "R"));
        assert_eq!(
            finding(&told, verdict),
            "Cut into 14 × 14 cells and shuffled, R keeps 0.01 of 0.93 for “cat”, V keeps 0.80 of 0.87 for “cat”: here R needs the order more"
        );
        assert_eq!(
            patches("V", 16, &[4]),
            "4 × 4 cells cut through the 16-px patches of V; the other cuts keep them whole."
        );
    }
}
