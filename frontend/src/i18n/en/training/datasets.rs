//! Words of a data set: what it holds, and how to bring another one.

use shared::DatasetSummary;
use shared::dataset::{DatasetState, HistogramBin};

use crate::i18n::number;

/// On the page of the explorer: heading.
pub const HEADING: &str = "The data set";
/// On the page of the explorer: where such a photo comes from.
pub const HEADING_LEAD: &str =
    "One photo is one example. To learn, a network needs many, each with its class: a data set.";
/// No data set.
pub const NONE: &str = "This server has no data set. Name a folder of class folders when it is started, or upload one as an archive.";
/// On the page of the explorer: no data set.
pub const NONE_HERE: &str = "This server has no data set to show.";
/// Leads to the page of training.
pub const TO_TRAINING: &str = "How a head is trained on photos like this";
/// Chooses one.
pub const CHOOSE: &str = "Data set";
/// Chooses a class.
pub const CLASS: &str = "Class";
/// All of them.
pub const ALL_CLASSES: &str = "All classes";
/// Which photos.
pub const FILTER: &str = "Show";
/// The filters, in their order.
pub const FILTERS: [&str; 3] = ["All photos", "Grey photos", "Odd sizes"];
/// Odd ones, explained.
pub const ODD_MEANING: &str =
    "Odd: one side more than twice the other, or the shorter side below 128 pixels.";
/// No photo.
pub const NO_PHOTOS: &str = "No photo is like that.";
/// More of them.
pub const MORE_PHOTOS: &str = "More photos";
/// Heading of the samples.
pub const PHOTOS: &str = "Photos of a class";
/// Heading of the files that were passed over.
pub const SKIPPED: &str = "Files that were passed over";
/// Columns of these.
pub const SKIPPED_COLUMNS: [&str; 2] = ["File", "Why"];
/// Columns of the classes.
pub const CLASS_COLUMNS: [&str; 4] = ["Class", "Folder", "Output", "Photos"];
/// Caption of the classes.
pub const CLASS_TABLE: &str = "Photos of each class";
/// Columns of a histogram.
pub const SIDE_COLUMNS: [&str; 2] = ["Shorter side, pixels", "Photos"];
/// Columns of a histogram.
pub const ASPECT_COLUMNS: [&str; 2] = ["Width over height", "Photos"];
/// Name of the chart's keys.
pub const COUNTS_KEYS: &str = "Arrow keys go from class to class, Enter shows its photos.";
/// Uploads.
pub const UPLOAD: &str = "Upload an archive";
/// The field.
pub const ARCHIVE: &str = "A zip, tar or tar.gz of class folders";
/// Gives it up.
pub const CANCEL: &str = "Cancel";
/// Removes one.
pub const REMOVE: &str = "Remove this data set";
/// Asks once more.
pub const REMOVE_SURE: &str = "Remove it with all of its photos?";
/// Does it.
pub const REMOVE_YES: &str = "Yes, remove it";
/// Does not.
pub const REMOVE_NO: &str = "Keep it";

/// The largest archive.
pub fn archive_limit(bytes: u64) -> String {
    format!(
        "At most {}. Unpacked into a folder of its own; what is no picture is passed over.",
        number::bytes(bytes)
    )
}

/// Too large to be sent.
pub fn archive_too_large(size: u64, limit: u64) -> String {
    format!(
        "The archive has {}; this server takes {} at most. Leave out classes, or photos, and try again.",
        number::bytes(size),
        number::bytes(limit)
    )
}

/// How much is sent.
pub fn sending(part: f64) -> String {
    if part >= 1.0 {
        "All is sent; the server unpacks it.".to_owned()
    } else {
        format!("Sending: {}", number::percent(part as f32))
    }
}

/// The upload is done.
pub const SENT: &str = "The archive was taken. Its photos are being looked at.";

/// How a data set stands.
pub fn state(state: &DatasetState) -> String {
    match state {
        DatasetState::Reading { done: _, total: 0 } => "Its files are being counted.".to_owned(),
        DatasetState::Reading { done, total } => {
            format!("{} of {} files are looked at.", number::thousands(*done), number::thousands(*total))
        }
        DatasetState::Ready { num_classes, num_pictures, num_skipped } => {
            let skipped = match num_skipped {
                0 => String::new(),
                1 => ", 1 file passed over".to_owned(),
                count => format!(", {} files passed over", number::thousands(*count as u64)),
            };
            format!(
                "{} photos in {} classes{skipped}",
                number::thousands(*num_pictures),
                number::thousands(*num_classes as u64)
            )
        }
        DatasetState::Failed { message } => format!("It cannot be used: {message}"),
    }
}

/// The finding about the classes.
pub fn counts_title(summary: &DatasetSummary) -> String {
    let counts = summary.classes.iter().map(|class| class.num_pictures);
    let (least, most) = (counts.clone().min().unwrap_or_default(), counts.max().unwrap_or_default());
    let classes = number::thousands(summary.classes.len() as u64);
    if least == most {
        format!("{classes} classes with {} photos each", number::thousands(most))
    } else {
        format!("{classes} classes, from {} to {} photos", number::thousands(least), number::thousands(most))
    }
}

/// What to make of it.
pub fn counts_explanation(summary: &DatasetSummary) -> String {
    let outputs = number::thousands(summary.classes.len() as u64);
    format!(
        "A head on these photos has {outputs} outputs, in the order of the folders’ names. Sorted here by size. Where classes differ much in size, accuracy speaks for the large ones; the mean over classes (macro-F1) does not."
    )
}

/// A class of the chart in words.
pub fn class_count(name: &str, index: usize, count: u64) -> String {
    format!("{name} (output {index}): {} photos", number::thousands(count))
}

/// The finding about the sizes.
pub fn sides_title(summary: &DatasetSummary) -> String {
    match largest(&summary.shorter_sides) {
        Some(bin) => format!("Most photos have a shorter side of {} pixels", span(bin, 0)),
        None => "No photo has a size".to_owned(),
    }
}

/// What to make of it.
pub const SIDES_EXPLANATION: &str =
    "What is smaller than the input is enlarged and gains no detail; what is larger loses some.";

/// The finding about the proportions.
pub fn aspect_title(summary: &DatasetSummary) -> String {
    let wide: u64 = summary.aspect_ratios.iter().filter(|bin| bin.low >= 1.0).map(|bin| bin.count).sum();
    let all: u64 = summary.aspect_ratios.iter().map(|bin| bin.count).sum();
    format!(
        "{} of the photos are at least as wide as they are high",
        number::percent(wide as f32 / all.max(1) as f32)
    )
}

/// What to make of it.
pub const ASPECT_EXPLANATION: &str = "The crop takes the middle: of a photo far from 1, much is never seen.";

/// How many are grey.
pub fn grey(summary: &DatasetSummary) -> String {
    match summary.num_grey {
        0 => "No photo is grey.".to_owned(),
        1 => "1 photo is grey: its three channels are equal.".to_owned(),
        count => format!("{} photos are grey: their three channels are equal.", number::thousands(count)),
    }
}

/// The hash.
pub fn hash(hash: &str) -> String {
    format!("Named by its content: {}…", hash.chars().take(16).collect::<String>())
}

/// How many are shown.
pub fn shown(shown: usize, total: u64) -> String {
    format!("{} of {} photos", number::thousands(shown as u64), number::thousands(total))
}

/// A photo, for those who do not see it.
pub fn photo(class: &str, width: u32, height: u32, is_grey: bool) -> String {
    format!("{class}, {width} × {height}{}", if is_grey { ", grey" } else { "" })
}

/// From a value to the next, as `240 to 479`.
pub fn span(bin: &HistogramBin, decimals: usize) -> String {
    let low = number::fixed(bin.low, decimals);
    match bin.high {
        Some(high) if decimals == 0 => format!("{low} to {}", number::fixed(high - 1.0, 0)),
        Some(high) => format!("{low} to {}", number::fixed(high, decimals)),
        None => format!("{low} and more"),
    }
}

fn largest(bins: &[HistogramBin]) -> Option<&HistogramBin> {
    bins.iter().max_by_key(|bin| bin.count).filter(|bin| bin.count > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_leave_no_value_out() {
        let bin = |low, high| HistogramBin { low, high, count: 1 };
        assert_eq!(span(&bin(64.0, Some(128.0)), 0), "64 to 127");
        assert_eq!(span(&bin(0.5, Some(0.67)), 2), "0.50 to 0.67");
        assert_eq!(span(&bin(1024.0, None), 0), "1024 and more");
    }

    #[test]
    fn a_state_says_what_is_there() {
        let ready = DatasetState::Ready { num_classes: 102, num_pictures: 2433, num_skipped: 1 };
        assert_eq!(state(&ready).replace('\u{202f}', " "), "2 433 photos in 102 classes, 1 file passed over");
        assert_eq!(state(&DatasetState::Reading { done: 0, total: 0 }), "Its files are being counted.");
    }
}
