//! Words that all experiments share: to run and to stop, how far it is, and how an answer is told.

use crate::i18n::number;

/// Begins.
pub const RUN: &str = "Run on this picture";
/// Begins again.
pub const RUN_AGAIN: &str = "Run again";
/// Ends.
pub const STOP: &str = "Stop";
/// Before the first point.
pub const BEGINNING: &str = "Asking both models about the unchanged picture…";
/// Before anything is run.
pub const NOT_RUN: &str = "Not tried on this picture yet.";
/// What is drawn.
pub const DRAWN: &str = "Drawn";
/// The two things that can be drawn.
pub const QUANTITIES: [&str; 2] = ["Probability", "Logit"];
/// Name of the axis.
pub const OF_FIRST: [&str; 2] = ["Probability of the first answer", "Logit of the first answer"];
/// The first column of the table.
pub const POINT: &str = "Point";
/// Columns of a model in the table.
pub const COLUMNS: [&str; 4] = ["probability", "logit", "first class", "largest change of a logit"];

/// How far it is.
pub fn progress(come: usize, all: usize) -> String {
    format!("Point {come} of {all}")
}

/// It was stopped.
pub fn stopped(come: usize, all: usize) -> String {
    format!("Stopped after {come} of {all} points.")
}

/// It is done.
pub fn done(all: usize) -> String {
    if all == 1 { "The answer is there.".to_owned() } else { format!("All {all} points are there.") }
}

/// A column of the table.
pub fn column(model: &str, what: &str) -> String {
    format!("{model}: {what}")
}

/// A finding while points are still to come.
pub fn so_far(finding: &str, is_done: bool) -> String {
    if is_done { finding.to_owned() } else { format!("So far: {finding}") }
}

/// A probability in sentences: two decimals, so that they can be subtracted.
pub fn share(probability: f32) -> String {
    number::fixed(f64::from(probability), 2)
}

/// What a model answers at a point, with the class in quotation marks if another has come first.
pub fn answer(model: &str, probability: f32, first: &str, is_other: bool) -> String {
    let probability = number::percent(probability);
    if is_other {
        format!("{model}: {probability}, “{first}” comes first now")
    } else {
        format!("{model}: {probability}, “{first}” still comes first")
    }
}

/// What a model answers to the unchanged picture, below the model's name.
pub fn unchanged_short(class: &str, probability: f32) -> String {
    format!("Intact: “{class}”, {}", number::percent(probability))
}
