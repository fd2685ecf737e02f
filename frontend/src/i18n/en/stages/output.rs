//! Words of the stage Output.

use shared::{Accuracy, ClassScore};

use crate::i18n::number;

/// What the stage is about.
pub const LEAD: &str = "The head leaves a logit for each class. Softmax turns them into shares of one, and a list of names puts words to positions: the \
     network itself knows only their order.";
/// Row of the facts.
pub const CLASSES: &str = "Classes";
/// Row of the facts.
pub const LABEL_SOURCE: &str = "Their names";
/// Row of the facts.
pub const MODEL: &str = "Model";
/// Row of the facts.
pub const DEVICE: &str = "Runs on";
/// Name of the order of the columns.
pub const ORDER: &str = "Order";
/// Orders of the columns.
pub const ORDERS: [&str; 2] = ["By class", "By rank"];
/// Name of the plot.
pub const PLOT_KEYS: &str = "Class. Arrow keys walk over the columns, Escape returns to the first answer.";
/// The figure of softmax, before its numbers are there.
pub const SOFTMAX: &str = "Softmax turns logits into shares";
/// The formula.
pub const FORMULA: &str = "pᵢ = exp(zᵢ − max z) / Σⱼ exp(zⱼ − max z)";
/// Name of the temperatures.
pub const TEMPERATURE: &str = "Divide logits by";
/// Caption of the table of softmax.
pub const SOFTMAX_TABLE: &str = "Softmax of this picture’s logits, step by step";
/// Columns of the table of softmax.
pub const SOFTMAX_COLUMNS: [&str; 6] = ["Class", "Logit z", "z − max", "exp", "Share", super::BAR];
/// Row of the table of softmax.
pub const SUM: &str = "Sum";
/// Title of the warning.
pub const WARNING: &str = "A share is not a chance of being right";
/// Name of the ranking.
pub const RANKING: &str = "Classes by rank";
/// Columns of the ranking.
pub const RANKING_COLUMNS: [&str; 5] = ["Class", "Rank", "Logit", "Probability", super::BAR];
/// Name of the search field.
pub const SEARCH: &str = "Find a class";
/// In the empty search field.
pub const SEARCH_EXAMPLE: &str = "part of a name";
/// Name of the counts.
pub const COUNT: &str = "Show";
/// The option that lists all.
pub const ALL: &str = "All";
/// Caption of the times.
pub const TIMINGS: &str = "Where the time went";
/// Columns of the times.
pub const TIMINGS_COLUMNS: [&str; 3] = ["Step", "Time", super::BAR];
/// Steps in order.
pub const TIMING_STEPS: [&str; 4] =
    ["Read the file", "Resize and crop", "Wait for the model", "Normalise, run the network"];
/// Below the times.
pub const TIMINGS_EXPLANATION: &str = "Measured by the server for this answer, without the way over the wire. A step that was answered from memory took no time; the \
     network’s time is that of the whole batch the picture was in.";

/// Title of the plot; `classes` are ranked.
pub fn plot_title(classes: Option<&[ClassScore]>) -> String {
    let Some([first, .., last]) = classes else { return "Every class has a score".to_owned() };
    format!(
        "{} scores, from {} for “{}” down to {} for “{}”",
        number::thousands(classes.map_or(0, <[_]>::len) as u64),
        number::value(first.logit),
        first.label,
        number::value(last.logit),
        last.label
    )
}

/// Below the plot.
pub fn plot_explanation(num_top: usize, is_by_rank: bool) -> String {
    let order =
        if is_by_rank { "from the first rank to the last" } else { "in the order of the head’s outputs" };
    format!(
        "A column a class, {order}; its height is the logit. The {num_top} highest have the model’s colour, the one named above stands out in teal."
    )
}

/// A number on the axis.
pub fn tick(value: f64) -> String {
    number::fixed(value, usize::from(value.fract() != 0.0))
}

/// What runs along the axis.
pub fn plot_axis(is_by_rank: bool) -> &'static str {
    if is_by_rank { "rank" } else { "class" }
}

/// A class of the plot: name and rank, logit, probability.
pub fn readout((label, rank): (&str, usize), logit: &str, probability: &str) -> String {
    format!("{label}: logit {logit}, share {probability}, rank {rank}")
}

/// The same class in the other model's answer.
pub fn elsewhere(model: &str, rank: usize, probability: &str) -> String {
    format!("{model} ranks it {rank}, with {probability}")
}

/// Title of softmax: what the lead of the first class means.
pub fn softmax_title(first: &ClassScore, second: &ClassScore) -> String {
    let lead = f64::from(first.logit) - f64::from(second.logit);
    let ratio = lead.exp();
    let ratio = if ratio < 1000.0 { number::value(ratio as f32) } else { number::compact(ratio as u64) };
    format!(
        "“{}” leads “{}” by {} logits, so its share is {ratio} times as large",
        first.label,
        second.label,
        number::value(lead as f32)
    )
}

/// Below softmax.
pub fn softmax_explanation(temperature: f64) -> String {
    let steps = "Subtracting the largest logit changes no share and keeps the exponential from overflowing; the exponential turns differences \
                 into ratios; dividing by the sum makes all shares add up to one.";
    match temperature {
        1.0 => format!(
            "{steps} Divide the logits first to sharpen (below 1) or level (above 1) the shares; the ranks stay."
        ),
        _ => format!(
            "{steps} These are not the model’s shares: its logits were divided by {temperature} first. Ranks stay the same."
        ),
    }
}

/// The classes that are not listed.
pub fn others(count: usize) -> String {
    format!("{} others together", number::thousands(count as u64))
}

/// Why a probability is no promise.
pub fn uncalibrated(accuracy: Option<&Accuracy>) -> String {
    let measured = accuracy.map_or_else(String::new, |accuracy| {
        format!(
            " What was measured is how often the first answer is right: {:.1}\u{202f}% of the time, on {}.",
            accuracy.top1_percent, accuracy.dataset
        )
    });
    format!(
        "The probabilities on this page are softmax outputs, not calibrated: 70\u{202f}% does not mean right seven times in ten. They also add up \
         to one when the picture shows none of the classes.{measured}"
    )
}

/// Title of the ranking: the first class, and the other model's name and rank of it.
pub fn ranking_title(first: &str, other: Option<(String, usize)>) -> String {
    match other {
        Some((model, 1)) => format!("“{first}” comes first, and {model} agrees"),
        Some((model, rank)) => format!("“{first}” comes first here, and at rank {rank} for {model}"),
        None => format!("“{first}” comes first"),
    }
}

/// Below the ranking.
pub fn ranking_explanation(is_comparable: bool) -> String {
    let names = "The names come with the weights.";
    if is_comparable {
        format!("{names} Both models know the same classes, so their ranks stand side by side.")
    } else {
        format!("{names} The two models know different classes, so their ranks cannot be compared.")
    }
}

/// Columns of the other model.
pub fn other_columns(model: &str) -> [String; 2] {
    [format!("{model} rank"), format!("{model} probability")]
}

/// A search without a find.
pub fn no_class(query: &str) -> String {
    format!("No class has “{query}” in its name.")
}

/// Title of the times: the network's and all.
pub fn timings_title(times: Option<(f64, f64)>) -> String {
    match times {
        Some((forward, total)) if total > 0.0 => format!(
            "The network takes {} of {}",
            number::percent((forward / total) as f32),
            number::milliseconds(total)
        ),
        _ => TIMINGS.to_owned(),
    }
}
