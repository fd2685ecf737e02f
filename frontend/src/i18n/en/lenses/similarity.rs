//! Words of the lens that shows which places are alike.

use crate::i18n::{Source, number};

/// Who looked at this first.
pub const SOURCE: Source = Source {
    name: "Raghu and others 2021: do Vision Transformers see like CNNs?",
    url: "https://arxiv.org/abs/2108.08810",
};
/// Chooses a layer.
pub const LAYER: &str = "Layer";
/// What is measured.
pub const COSINE: &str = "cosine";
/// Below the figure.
pub const NOTE: &str = "The cosine between the vector that the layer holds for the chosen place and those of all other places: 1 is the same direction, 0 has nothing in common. \
                        Point at the picture to choose another place; early layers resemble what is near, later ones what is of a kind, or not, as the numbers say.";
/// The columns of the table.
pub const COLUMNS: [&str; 3] = ["Row", "Column", "Cosine"];

/// What the map says in numbers.
pub const FACTS: [&str; 4] = ["Mean of the others", "Most alike", "Least alike", "Cosine above 0.5"];

/// A place and how alike it is.
pub fn place(row: usize, column: usize, cosine: f32) -> String {
    format!("row {row}, column {column} ({})", number::value(cosine))
}

/// How many of the other places.
pub fn of_others(count: usize, all: usize) -> String {
    format!("{count} of {all} other places")
}

/// The finding.
pub fn finding(node: &str, place: [usize; 2], mean: Option<f32>) -> String {
    let at = format!("After {node}, row {}, column {}", place[0], place[1]);
    match mean {
        Some(mean) => format!("{at}: the other places resemble it by {} on average", number::value(mean)),
        None => at,
    }
}

/// What the map shows.
pub fn label(node: &str) -> String {
    format!("Cosine of every place with the chosen one, after {node}.")
}
