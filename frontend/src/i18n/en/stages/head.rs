//! Words of the stage Head.

use crate::drawing::contributions::LogitParts;
use crate::i18n::number;

/// Row of the facts.
pub const READS: &str = "Reads";
/// Row of the facts.
pub const WRITES: &str = "Writes";
/// Row of the facts.
pub const WEIGHTS: &str = "Weights";
/// Row of the facts.
pub const PARAMETERS: &str = "Parameters";
/// Row of the facts.
pub const MACS: &str = "Multiply-accumulates";
/// Name of the list of classes.
pub const CLASS: &str = "Take apart the logit of";
/// Back to the model's first answer.
pub const FIRST_ANSWER: &str = "First answer";
/// A strip.
pub const FEATURES: &str = "Features of this picture";
/// A strip.
pub const PRODUCTS: &str = "Feature times weight";
/// Below the parts.
pub const PARTS_EXPLANATION: &str = "Each bar begins where the one above ended: red adds to the score, blue takes from it. A large feature with a small weight matters \
     as little as the reverse.";
/// Columns of the parts.
pub const PARTS_COLUMNS: [&str; 5] = ["Part", "Feature", "Weight", "Adds", super::BAR];
/// Row of the parts.
pub const BIAS: &str = "Bias of the class";
/// Row of the parts.
pub const LOGIT: &str = "Logit";
/// What the map shows.
pub const WEIGHT: &str = "Weight";
/// Name of the map.
pub const MAP_KEYS: &str = "Class, as a row of the weights. Arrow keys walk over the classes.";
/// What comes after the head.
pub const NEXT: &str = "A logit is a score without a unit: only differences between logits matter, and adding the same number to all of them changes \
     nothing. The next stage, Output, turns these scores into shares that add up to one: softmax.";

/// A relative difference that rounding in single precision explains, for a sum of some thousand products.
const ROUNDING: f64 = 1e-4;

/// What the stage is about.
pub fn lead(classes: usize, features: usize) -> String {
    format!(
        "By now the picture is a vector of {} features. For each of {} classes the head holds as many weights and one bias: it multiplies \
         each feature by its weight and adds everything up. That sum is the class’s logit. All of the classifier’s knowledge of names \
         is in this one layer.",
        number::thousands(features as u64),
        number::thousands(classes as u64)
    )
}

/// How many numbers.
pub fn numbers(count: usize) -> String {
    format!("{} numbers", number::thousands(count as u64))
}

/// A count and its part of the whole model.
pub fn of_model(count: &str, share: &str) -> String {
    format!("{count}, {share} of the model")
}

/// Where a class ranks.
pub fn standing(rank: usize, probability: &str) -> String {
    format!("Rank {rank}, {probability}")
}

/// Title of the strips.
pub fn strips_title(label: &str, features: usize) -> String {
    format!("The score of “{label}” is {} products, added up", number::thousands(features as u64))
}

/// Below the strips; `active` is how many features are not zero.
pub fn strips_explanation(active: Option<usize>, features: usize) -> String {
    let all = number::thousands(features as u64);
    let active = match active {
        Some(active) if active == features => {
            format!(" For this picture none of the {all} features is zero.")
        }
        Some(active) => {
            format!(" {} of {all} features are not zero for this picture.", number::thousands(active as u64))
        }
        None => String::new(),
    };
    format!(
        "A column a feature, in the order of the vector; the largest few have the colour of the end of their scale.{active}"
    )
}

/// A strip.
pub fn weights_of(label: &str) -> String {
    format!("Weights of “{label}”")
}

/// A strip, in words.
pub fn strip(name: &str) -> String {
    format!(
        "{name}, from blue below zero over white to red above. The table below lists the largest products."
    )
}

/// Title of the parts.
pub fn parts_title(label: &str, parts: Option<&LogitParts>) -> String {
    let Some(parts) = parts else { return format!("Where the logit of “{label}” comes from") };
    let shown: f64 = parts.largest.iter().map(|part| part.product).sum();
    format!(
        "{} of {} features bring {} of the {} that “{label}” scores",
        parts.largest.len(),
        number::thousands((parts.largest.len() + parts.num_others) as u64),
        number::fixed(shown, 2),
        number::fixed(parts.logit, 2)
    )
}

/// Caption of the parts.
pub fn parts_table(label: &str) -> String {
    format!("The logit of {label} as a sum")
}

/// A feature by its position.
pub fn feature(index: usize) -> String {
    format!("Feature\u{a0}{index}")
}

/// The features that are not listed.
pub fn others(count: usize) -> String {
    format!("{} others together", number::thousands(count as u64))
}

/// Whether the sum is the server's logit; `largest` is the largest magnitude of any logit.
pub fn check(sum: f64, served: f32, largest: f32) -> String {
    let served = f64::from(served);
    let difference = (sum - served).abs() / f64::from(largest.max(f32::MIN_POSITIVE));
    let numbers =
        format!("Summed here: {}. The model’s logit: {}.", number::fixed(sum, 6), number::fixed(served, 6));
    let written = number::value(difference as f32);
    match difference {
        0.0 => format!("{numbers} They are equal."),
        difference if difference <= ROUNDING => {
            format!(
                "{numbers} They differ by {written} of the largest logit, which is rounding in single precision."
            )
        }
        _ => format!(
            "{numbers} They differ by {written} of the largest logit, which is more than rounding explains."
        ),
    }
}

/// Title of the map.
pub fn map_title(classes: usize, features: usize) -> String {
    format!(
        "All of the head: {} rows of {} weights",
        number::thousands(classes as u64),
        number::thousands(features as u64)
    )
}

/// Below the map; `rows` are the classes shown.
pub fn map_explanation((start, end): (usize, usize), classes: usize) -> String {
    let part = if end - start < classes {
        format!(" Shown are the classes {} to {} of {}.", start + 1, end, number::thousands(classes as u64))
    } else {
        String::new()
    };
    format!("A row a class, a column a feature. Choose a row to take its logit apart.{part}")
}

/// The row that is marked.
pub fn map_row(class_number: usize, label: &str) -> String {
    format!("Marked: row {class_number}, {label}")
}
