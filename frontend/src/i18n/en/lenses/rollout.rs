//! Words of the lens that shows rollout and relevance.

use crate::i18n::{Source, number};

/// Who invented them.
pub const SOURCE: Source = Source {
    name: "Rollout: Abnar and Zuidema 2020 (arXiv 2005.00928). Relevance: Chefer, Gur and Wolf 2021 (arXiv 2103.15679)",
    url: "https://arxiv.org/abs/2103.15679",
};
/// Chooses how far.
pub const DEPTH: &str = "Through";
/// Chooses whether the stream counts.
pub const RESIDUAL: &str = "With the residual stream";
/// Chooses what is thrown away.
pub const DISCARD: &str = "Discard";
/// Chooses how heads become one.
pub const FUSION: &str = "Heads as one";
/// The ways.
pub const FUSIONS: [(&str, &str); 3] = [("mean", "mean"), ("max", "max"), ("min", "min")];
/// What is measured.
pub const SHARE: &str = "share of the class token";
/// What is measured.
pub const RELEVANCE: &str = "relevance";
/// What is measured.
pub const WEIGHT: &str = "attention weight";
/// Above the first map.
pub const AGNOSTIC: &str = "knows no class";
/// Above the last map.
pub const LAST_LAYER: &str = "Last block’s attention alone, mean of heads: one step of many, no explanation";
/// Of whom no class is known yet.
pub const NO_CLASS: &str = "Waiting for the model’s answer.";
/// Below the figure.
pub const NOTE: &str = "Rollout multiplies the attention of all blocks, each mixed half and half with the identity for the residual stream: how much of each patch reached the class token if values were only averaged; it asks for no class and is the same for all. \
                        Relevance weighs each block’s attention by the gradient of one class’s logit and keeps what raises it, so it differs by class. The attention of the last block alone is neither: by then every token holds something of all others.";
/// The columns of the table.
pub const COLUMNS: [&str; 5] = ["Row", "Column", "Rollout", "Relevance", "Last block’s attention"];

/// Above the first map.
pub fn rollout(block: usize, blocks: usize) -> String {
    let through = if block == 0 { "block 0".to_owned() } else { format!("blocks 0 to {block}") };
    format!("Rollout through {through} of {blocks}: {AGNOSTIC}")
}

/// Above the second map.
pub fn relevance(label: Option<&str>) -> String {
    label.map_or_else(|| "Relevance".to_owned(), |label| format!("Relevance for “{label}”"))
}

/// For those who do not see the map.
pub fn rollout_label(block: usize) -> String {
    format!("Rollout of attention from the class token, through block {block}, over the picture.")
}

/// For those who do not see the map.
pub fn relevance_label(label: &str) -> String {
    format!("Relevance of each patch for {label}, over the picture.")
}

/// For those who do not see the map.
pub const LAST_LABEL: &str =
    "Attention of the class token in the last block, mean of heads, over the picture.";

/// The finding: how alike the two maps are, and how many of the ten strongest patches they share.
pub fn finding(label: Option<&str>, found: Option<(f64, usize, usize)>) -> String {
    match (label, found) {
        (Some(label), Some((correlation, shared, count))) => format!(
            "Rollout, which knows no class, and relevance for “{label}” share {shared} of their {count} strongest patches (correlation {})",
            number::fixed(correlation, 2)
        ),
        _ => "What reached the class token, and what counted for a class".to_owned(),
    }
}

/// What the depth slider says.
pub fn block(block: usize, blocks: usize) -> String {
    format!("block {block} of 0 to {}", blocks.saturating_sub(1))
}

/// What the discard slider says.
pub fn discard(share: f32) -> String {
    match share {
        0.0 => "nothing".to_owned(),
        share => format!("the smallest {} of each row", number::percent(share)),
    }
}

/// What rollout leaves on the class token itself.
pub fn on_class_token(share: f32) -> String {
    format!("{} stays on the class token.", number::percent(share))
}

/// For which logit.
pub fn logit(logit: f32) -> String {
    format!("Logit {}.", number::value(logit))
}
