//! Words of the lens that makes attention step by step.

use crate::i18n::{Source, number};

/// Who invented it.
pub const SOURCE: Source = Source {
    name: "Vaswani and others 2017: attention is all you need, section 3.2.1",
    url: "https://arxiv.org/abs/1706.03762",
};
/// Below the figure.
pub const NOTE: &str = "A head gives every token a query, a key and a value, each a linear map of the token’s normalised vector; the query’s dot products with all keys, divided by the square root of their length and put through softmax, are the shares in which the values are summed. \
                        All steps after the three maps are recomputed here, in double precision, from the queries, keys and values that the model made for this picture, and compared with what the model itself got.";
/// The columns of the table.
pub const COLUMNS: [&str; 7] = ["Token", "Row", "Column", "q · k", "Score", "exp(score − largest)", "Weight"];
/// The columns of the ten strongest.
pub const TOP_COLUMNS: [&str; 5] = ["Token", "q · k", "Score", "exp", "Weight"];
/// Names of the steps.
pub const STEPS: [&str; 6] = ["Query", "Dot products", "Divide", "Exponentials", "Weights", "Weighted sum"];
/// Chooses a step.
pub const STEP: &str = "Step";
/// Goes back.
pub const BACK: &str = "Step back";
/// Goes on.
pub const NEXT: &str = "Next step";
/// For the hand.
pub const KEYS: &str = "Arrow keys go from step to step while a step’s button has the focus.";
/// What is measured.
pub const COMPONENT: &str = "component";
/// What is measured.
pub const DOT_PRODUCT: &str = "q · k";
/// What is measured.
pub const SCORE: &str = "score";
/// What is measured.
pub const EXPONENTIAL: &str = "exp(score − largest)";
/// What is measured.
pub const WEIGHT: &str = "attention weight";
/// A strip.
pub const QUERY_STRIP: &str = "Query of the asking token";
/// A strip.
pub const PRODUCT_STRIP: &str = "Their products, component by component; the sum is q · k";
/// A strip.
pub const CONTEXT_STRIP: &str = "Context vector: the weighted sum";
/// A strip.
pub const MEAN_STRIP: &str = "For comparison: the plain mean of all values, as even attention would give";
/// A map.
pub const CONTRIBUTIONS: &str =
    "Weight times value of the tokens with the largest weights, one a row, largest first";
/// The table.
pub const TOP: &str = "The tokens with the largest weights";
/// The class token in a table.
pub const CLASS_TOKEN: &str = "class token";

/// A patch in a table.
pub fn patch(row: usize, column: usize) -> String {
    format!("row {row}, column {column}")
}

/// A strip.
pub fn key_strip(place: &str) -> String {
    format!("Key of {place}, where the mark is")
}

/// What a step does, in a formula and in words.
pub fn step(step: usize, head_dim: usize, tokens: usize) -> String {
    match step {
        0 => format!("q = W_q x + b_q: the asking token’s vector becomes a query of {head_dim} numbers in this head."),
        1 => format!("q · k for each of the {tokens} tokens: the {head_dim} products of the query with a token’s key, added up. Large where the two point the same way."),
        2 => format!(
            "score = q · k / √{head_dim} = q · k / {}: without it, sums over more numbers would be larger and softmax sharper.",
            number::fixed((head_dim as f64).sqrt(), 3)
        ),
        3 => "exp(score − largest score): every number becomes positive, the largest 1; the difference of two scores becomes the ratio of two weights.".to_owned(),
        4 => "weight = exp / sum of all exp: a row that adds up to 1.".to_owned(),
        _ => format!("context = sum of weight × value over all {tokens} tokens: {head_dim} numbers. The contexts of all heads, side by side, then go through one more linear map: the node “attention” holds what comes out of that."),
    }
}

/// What came out, below a step.
pub fn scores_found(least: f64, largest: f64) -> String {
    format!("From {} to {}.", number::fixed(least, 3), number::fixed(largest, 3))
}

/// The sum of softmax.
pub fn sum_found(largest_score: f64, sum: f64) -> String {
    format!(
        "Largest score {}; the exponentials add up to {}.",
        number::fixed(largest_score, 4),
        number::fixed(sum, 4)
    )
}

/// The sum of the weights.
pub fn weights_found(to_class_token: f64, to_patches: f64) -> String {
    format!(
        "{} on the class token + {} on patches = {}.",
        number::fixed(to_class_token, 4),
        number::fixed(to_patches, 4),
        number::fixed(to_class_token + to_patches, 6)
    )
}

/// Recomputed here and computed there.
pub fn check(what: &str, node: &str, difference: f64) -> String {
    format!(
        "The {what} recomputed here and the model’s own in {node} differ by at most {difference:.1e} of the largest."
    )
}

/// The same for the context, which no node holds.
pub fn context_check(weights: &str, values: &str, difference: f64) -> String {
    format!(
        "No node holds the context before the last linear map; the model’s own weights ({weights}) times its values ({values}), summed in double precision, differ from it by at most {difference:.1e} of the largest."
    )
}

/// The scores.
pub const SCORES: &str = "scores";
/// The weights.
pub const WEIGHTS: &str = "weights";

/// The finding: the strongest token, its score and weight.
pub fn finding(node: &str, head: usize, asker: &str, found: Option<(&str, f64, f64, f64)>) -> String {
    match found {
        Some((place, score, sum, weight)) => format!(
            "{node}, head {head}: from {asker}, the score {} for {place} becomes a weight of {} (exp 1 of a sum of {})",
            number::fixed(score, 2),
            number::fixed(weight, 4),
            number::fixed(sum, 2)
        ),
        None => format!("{node}, head {head}: how {asker} comes to attend"),
    }
}

/// For those who do not see the map.
pub fn map_label(step: &str, asker: &str) -> String {
    format!("{step} of {asker} with every patch, over the picture.")
}
