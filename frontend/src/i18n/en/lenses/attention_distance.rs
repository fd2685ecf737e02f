//! Words of the lens that shows how far heads look.

use crate::i18n::Source;

/// Who measured it first.
pub const SOURCE: Source = Source {
    name: "Raghu and others 2021: do Vision Transformers see like CNNs? Receptive fields: Araujo and others 2019",
    url: "https://arxiv.org/abs/2108.08810",
};
/// The columns of the table.
pub const COLUMNS: [&str; 3] = ["Layer", "Head", "Mean distance in px"];
/// The vertical axis.
pub const AXIS: &str = "Mean distance, px";
/// The horizontal axis.
pub const DEPTH: &str = "Depth, as a share of each network";
/// Stands in the table for a CNN's unit.
pub const NO_HEAD: &str = "even over its field";
/// Opens the lens on attention.
pub const OPEN: &str = "See what this head attends to";
/// The drawing, for the hand.
pub const HOW: &str = "Choose a dot by click or Enter to see its head’s attention.";

/// Below the figure.
pub fn note(cnn: &str) -> String {
    format!(
        "Each dot is a head: the distance from a patch to the patches it attends to, weighted by attention and averaged over all patches of this picture, without the class token. \
         For {cnn} the line is the same mean for a unit that would weigh all pixels of its theoretical field evenly, inside the picture: what a unit can look at, of which it uses less, while a head may give weight to any patch from the first block on."
    )
}

/// The finding.
pub struct Finding<'a> {
    /// Heads of the first block.
    pub heads: usize,
    /// Of these, those that look farther than half of what even attention gives.
    pub beyond: usize,
    /// That half, in pixels.
    pub half_px: f64,
    /// The first layer of the CNN whose field reaches as far, and its position among how many.
    pub layer: Option<(&'a str, usize, usize)>,
    /// The CNN.
    pub cnn: &'a str,
}

/// The finding, in words.
pub fn finding(finding: Option<Finding<'_>>) -> String {
    let Some(Finding { heads, beyond, half_px, layer, cnn }) = finding else {
        return "How far each head of each block looks".to_owned();
    };
    let heads = format!(
        "{beyond} of {heads} heads in the first block already look farther than {half_px:.0}\u{202f}px, half of what even attention gives"
    );
    match layer {
        Some((node, layer, layers)) => {
            format!(
                "{heads}; {cnn}’s fields allow that from {node} on, number {} of {layers} layers and blocks",
                layer + 1
            )
        }
        None => format!("{heads}; no field of {cnn} allows that"),
    }
}

/// A line across.
pub fn uniform(distance_px: f64) -> String {
    format!("even over all patches {distance_px:.1}\u{202f}px")
}

/// A line across.
pub fn neighbourhood(distance_px: f64) -> String {
    format!("even over a patch and its neighbours {distance_px:.1}\u{202f}px")
}

/// In the legend.
pub fn heads_of(model: &str) -> String {
    format!("{model}: one head of one block")
}

/// In the legend.
pub fn fields_of(model: &str) -> String {
    format!("{model}: even over the theoretical field of a unit")
}

/// A head under the pointer.
pub fn told(node: &str, head: usize, distance_px: f32) -> String {
    format!("{node}, head {head}: {distance_px:.1}\u{202f}px")
}

/// A layer of the CNN under the pointer.
pub fn field_told(node: &str, size_px: usize, even_px: f64) -> String {
    format!(
        "{node}, a field of {size_px}\u{202f}px: {even_px:.1}\u{202f}px if weighed evenly inside the picture"
    )
}

/// For those who do not see the chart.
pub fn label(ends: Option<(f32, f32)>) -> String {
    let what = "Chart of mean attention distances by depth";
    match ends {
        Some((least, largest)) => format!("{what}, from {least:.1} to {largest:.1} pixels."),
        None => format!("{what}."),
    }
}

/// A layer of the CNN in the table.
pub fn field(node: &str, size_px: usize) -> String {
    format!("{node} (field {size_px}\u{202f}px)")
}
