//! Words of the lens that applies the head after each layer.

use crate::i18n::{Source, number};

/// Who looked at models like this first.
pub const SOURCE: Source = Source {
    name: "nostalgebraist 2020: interpreting GPT, the logit lens",
    url: "https://www.lesswrong.com/posts/AcKRB8wDpdaN6v6ru/interpreting-gpt-the-logit-lens",
};
/// While the numbers come.
pub const TITLE: &str = "The head after each layer";
/// What the colours are.
pub const PROBABILITY: &str = "probability";
/// The first column of the table.
pub const AFTER: &str = "After";
/// Before the list of places where the head does not fit.
pub const GAPS: &str = "The head does not fit everywhere, and is not bent until it does:";

/// The finding. `start` is the first layer and the class that leads there, where it is another.
pub fn finding(answer: &str, decided: &str, last: f32, start: Option<(String, String)>) -> String {
    let last = number::percent(last);
    match start {
        Some((node, class)) => {
            format!(
                "\u{201c}{answer}\u{201d} leads from {decided} on and ends at {last}; after {node} the head would say \u{201c}{class}\u{201d}"
            )
        }
        None => format!(
            "\u{201c}{answer}\u{201d} leads from {decided}, the first layer that the head fits, and ends at {last}"
        ),
    }
}

/// Below the figure.
pub fn note(is_cnn: bool) -> &'static str {
    if is_cnn {
        "The mean over the map of each block that is as wide as the head reads is given to the head, as if the model ended there; the last column is the model's own answer. \
         The head was trained for the last block alone, so what it says of earlier ones is a reading, not what the model \u{201c}thinks\u{201d} there."
    } else {
        "The final norm and the head are applied to what the stream of tokens holds after each block, as if the model ended there; the last column is the model's own answer. \
         The head was trained for the last block alone, so what it says of earlier ones is a reading, not what the model \u{201c}thinks\u{201d} there."
    }
}

/// A place where the head does not fit.
pub fn gap(node: &str, features: usize, head_features: usize) -> String {
    format!("After {node} there are {features} features at each place; the head reads {head_features}.")
}

/// Above the list of classes.
pub fn after(node: &str) -> String {
    format!("After {node}")
}

/// Where a class stands.
pub fn standing(class: &str, rank: usize, probability: f32) -> String {
    format!("{class}: place {rank}, {}", number::percent(probability))
}

/// The line of the answer in the legend.
pub fn answer(class: &str) -> String {
    format!("{class}, the final answer")
}

/// What the chart shows.
pub fn chart_label(node: &str, class: &str, probability: f32) -> String {
    format!("Probability of {class} by depth. After {node}: {}.", number::percent(probability))
}

/// A column's name: the last part of a node's, with its stage where a stage has several blocks.
pub fn column(node: &str) -> String {
    node.strip_prefix("encoder.").unwrap_or(node).to_owned()
}

/// A column of the table: a class's probability.
pub fn course(class: &str) -> String {
    format!("Probability of {class}")
}

/// Columns of the table: the class at a place and its probability.
pub fn place(place: usize) -> [String; 2] {
    [format!("Place {place}"), format!("Probability of place {place}")]
}
