//! Words of the lens that follows one place through both models.

use shared::views::EffectiveField;

use crate::drawing::one_place::AttentionReach;
use crate::i18n::{Source, number};

/// Who compared them so.
pub const SOURCE: Source = Source {
    name: "Raghu and others 2021: do Vision Transformers see like CNNs?",
    url: "https://arxiv.org/abs/2108.08810",
};
/// Moves through both models.
pub const DEPTH: &str = "Depth in both";
/// What attention is measured in.
pub const WEIGHT: &str = "Attention weight";
/// On its way.
pub const MEASURING: &str = "Measuring what the unit used…";
/// Above the chart.
pub const REACH: &str = "How far each can look from this place, by depth";
/// Names of the lines.
pub const CNN_LINE: &str = "Half the field";
/// Names of the lines.
pub const VIT_LINE: &str = "Mean attention distance";
/// Names of the lines.
pub const EVEN_LINE: &str = "even attention";
/// An axis.
pub const RELATIVE_DEPTH: &str = "Depth, from the first block (0) to the last (1)";
/// An axis.
pub const REACH_PX: &str = "Pixels from this place";
/// Names of the CNN's numbers.
pub const CNN_FACTS: [&str; 3] = ["Can have seen", "68 % of what it used", "95 % of what it used"];
/// Names of the ViT's numbers.
pub const VIT_FACTS: [&str; 4] =
    ["Mean attention distance", "68 % of its attention", "95 % of its attention", "Even attention would be"];
/// The columns of the table.
pub const COLUMNS: [&str; 7] = [
    "Depth",
    "CNN block",
    "Field in px",
    "ViT block",
    "Mean attention distance in px",
    "68 % within px",
    "95 % within px",
];

/// Where both stand.
pub fn depth(cnn: &str, vit: &str) -> String {
    format!("{cnn} and {vit}")
}

/// The finding: radius of what the CNN's unit used, and mean distance of the patch's attention.
pub fn finding(
    cnn: &str,
    vit: &str,
    field: Option<&EffectiveField>,
    reach: Option<&AttentionReach>,
) -> String {
    match (field, reach) {
        (Some(field), Some(reach)) => format!(
            "Here the unit of {cnn} draws 68\u{202f}% from within {:.0}\u{202f}px; the patch of {vit} attends {:.0}\u{202f}px away on average",
            field.radius_68_px, reach.mean_px
        ),
        (None, Some(reach)) => {
            format!("Here the patch of {vit} attends {:.0}\u{202f}px away on average", reach.mean_px)
        }
        _ => format!("What {cnn} and {vit} take from around this place"),
    }
}

/// Below the figure.
pub const NOTE: &str = "Left, the pixels that the CNN's unit at this place can have seen and, in colours, what it used of them through all layers so far; right, how the ViT's patch spreads its attention in this one block, mean of the heads. The two are not the same measure: a field adds up over layers, attention is one step, and what a patch attends to has itself been mixed by the blocks before.";

/// Above the CNN's picture.
pub fn cnn_name(model: &str, node: &str, [row, column]: [usize; 2]) -> String {
    format!("{model}, {node}: unit in row {row}, column {column}")
}

/// Above the ViT's picture.
pub fn vit_name(model: &str, node: &str, [row, column]: [usize; 2]) -> String {
    format!("{model}, {node}: patch in row {row}, column {column}")
}

/// For those who do not see the picture.
pub fn cnn_label(name: &str, size_px: usize) -> String {
    format!(
        "The picture with the field of {name}, {size_px}\u{202f}px wide. Arrow keys move to the next unit."
    )
}

/// For those who do not see the map.
pub fn vit_label(name: &str) -> String {
    format!("Attention of {name} to every patch, mean of the heads. Arrow keys move to the next patch.")
}

/// For those who do not see the chart.
pub fn chart_label(cnn: [usize; 2], vit: Option<[f64; 2]>) -> String {
    let vit = vit.map(|[first, last]| {
        format!(" The mean attention distance is {first:.0}\u{202f}px in the first block and {last:.0}\u{202f}px in the last.")
    });
    format!(
        "The theoretical field grows from {}\u{202f}px to {}\u{202f}px.{}",
        cnn[0],
        cnn[1],
        vit.unwrap_or_default()
    )
}

/// A length.
pub fn length(px: f64) -> String {
    format!("{px:.1}\u{202f}px")
}

/// A field.
pub fn field(size_px: usize, share: f64) -> String {
    format!("{size_px} × {size_px}\u{202f}px, {} of the picture", number::percent(share as f32))
}

/// A radius.
pub fn within(px: f64) -> String {
    format!("within {px:.1}\u{202f}px")
}
