//! Words of the lens that compares places.

use crate::i18n::{Source, number};

/// What to make of it.
pub const NOTE: &str = "Each place of a layer is a vector; the map shows the cosine between the vector at the marked place and every other one: 1 where both point the same way, 0 where they have nothing in common. Point at the picture to ask about another place.";
/// Who says so.
pub const SOURCE: Source = Source {
    name: "Raghu, Unterthiner, Kornblith, Zhang, Dosovitskiy 2021: do vision transformers see like CNNs",
    url: "https://arxiv.org/abs/2108.08810",
};
/// What is measured.
pub const COSINE: &str = "Cosine";
/// For those who do not see it.
pub const LABEL: &str = "How alike the marked place and every other are, over the picture.";
/// Columns of the table.
pub const COLUMNS: [&str; 3] = ["Row", "Column", "Cosine"];
/// While nothing is known.
pub const ASKING: &str = "How alike are the places of this picture?";

/// The finding: mean cosine to the neighbours and to the places farther away.
pub fn finding(node: &str, near: f64, far: f64) -> String {
    let (near_text, far_text) = (number::fixed(near, 2), number::fixed(far, 2));
    if near - far < 0.05 {
        return format!("After {node}, places far away resemble this one as much ({far_text}) as its neighbours do ({near_text})");
    }
    format!("After {node}, the neighbours of this place resemble it at {near_text}, places farther away at {far_text}")
}
