//! Words of the lens that slides the crop.

use super::experiment::share;
use crate::drawing::experiments::Verdict;
use crate::drawing::experiments::translation::Sensitivity;
use crate::i18n::{Source, number};

/// Who says so.
pub const SOURCE: Source = Source {
    name: "Zhang 2019: making convolutional networks shift-invariant again; Azulay and Weiss 2019 (arXiv 1805.12177)",
    url: "https://arxiv.org/abs/1904.11486",
};
/// Below the figure.
pub const NOTE: &str = "The crop slides inside the resized picture, so that real pixels come in at one side and none is made up. \
                        Convolution is equivariant up to its stride, not invariant: between whole strides the units look at other pixels, and a ViT cuts other patches; the curve says how much that matters here.";
/// Chooses along which axis.
pub const AXIS: &str = "Along";
/// The axes.
pub const AXES: [&str; 3] = ["Left to right", "Top to bottom", "Both (a square)"];
/// The horizontal axis of the chart.
pub const SHIFTS: [&str; 2] = ["Shift of the crop to the right, px", "Shift of the crop down, px"];
/// Below the picture.
pub const WHERE: &str = "What the model reads at the chosen point, in the resized picture.";
/// Names of the facts.
pub const FACTS: [&str; 4] = [
    "Largest change of the probability",
    "Shifts with another first answer",
    "Mean change from one pixel to the next",
    "Mean change over a whole stride",
];
/// Where a pair of points is missing.
pub const NOT_MEASURED: &str = "no two points so far apart";

/// A model and what was seen of it.
pub struct Told<'words> {
    /// The model.
    pub model: &'words str,
    /// What it answers first to the unchanged picture.
    pub class: &'words str,
    /// How its answer followed.
    pub seen: Sensitivity,
}

/// The finding.
pub fn finding(told: &[Told<'_>], verdict: Option<(Verdict, &str)>) -> String {
    let clause = |told: &Told<'_>| {
        let Told { model, class, seen } = told;
        let moved = if seen.change > 0.0 { "gained" } else { "lost" };
        let (size, place) = (share(seen.change.abs()), shift(seen.shift_px));
        format!("{model} {moved} up to {size} of its probability of “{class}” ({place})")
    };
    let clauses: Vec<String> = told.iter().map(clause).collect();
    let clauses = clauses.join(", ");
    match verdict {
        Some((Verdict::One(_slot), model)) => format!("{clauses}: here {model} is the more sensitive one"),
        Some((Verdict::Alike, _)) => format!("{clauses}: here both are about as sensitive"),
        Some((Verdict::Neither, _)) => format!("{clauses}: here neither minds to speak of"),
        None => format!("{clauses}: only its crop can be moved in this picture"),
    }
}

/// A shift in words.
pub fn shift([right, down]: [f64; 2]) -> String {
    let part = |px: f64, names: [&str; 2]| {
        (px != 0.0).then(|| format!("{} px {}", px.abs(), names[usize::from(px < 0.0)]))
    };
    let parts: Vec<String> =
        [part(right, ["right", "left"]), part(down, ["down", "up"])].into_iter().flatten().collect();
    if parts.is_empty() { "not moved".to_owned() } else { parts.join(" and ") }
}

/// A mark of the chart.
pub fn mark(model: &str, stride_px: usize) -> String {
    format!("{model}: {stride_px} px")
}

/// What the marks are.
pub fn marks(strides: &[(String, usize)]) -> String {
    let strides: Vec<String> =
        strides.iter().map(|(model, stride_px)| format!("{stride_px} px for {model}")).collect();
    format!("The upright lines stand at whole strides from the first point on: {}.", strides.join(", "))
}

/// The largest change, and where.
pub fn furthest(seen: &Sensitivity) -> String {
    format!("{}, {}", number::fixed(f64::from(seen.change), 3), shift(seen.shift_px))
}

/// How many of how many.
pub fn of(count: usize, all: usize) -> String {
    format!("{count} of {all}")
}

/// Mean change over a stride.
pub fn over_stride(change: Option<f32>, stride_px: usize) -> String {
    change.map_or_else(
        || NOT_MEASURED.to_owned(),
        |change| format!("{} ({stride_px} px)", number::fixed(f64::from(change), 3)),
    )
}

/// Mean change over a pixel.
pub fn over_pixel(change: Option<f32>) -> String {
    change.map_or_else(|| NOT_MEASURED.to_owned(), |change| number::fixed(f64::from(change), 3))
}

/// What the chart shows.
pub fn chart(quantity: &str) -> String {
    format!("{quantity} of both models against the shift of the crop.")
}

/// What the square of a model shows.
pub fn square(model: &str, quantity: &str) -> String {
    format!("{model}: {quantity}, rows by the shift down, columns by the shift to the right, in px.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::ModelSlot;

    fn seen(change: f32, shift_px: [f64; 2]) -> Sensitivity {
        Sensitivity { change, shift_px, num_other_first: 0, by_one_px: None, by_a_stride: None }
    }

    #[test]
    fn a_finding_names_who_is_sensitive_whoever_it_is() {
        let told = [
            Told { model: "R", class: "cat", seen: seen(0.05, [3.0, 0.0]) },
            Told { model: "V", class: "dog", seen: seen(-0.31, [-9.0, 2.0]) },
        ];
        let verdict = Some((Verdict::One(ModelSlot::Vit), "V"));
        assert_eq!(
            finding(&told, verdict),
            "R gained up to 0.05 of its probability of “cat” (3 px right), V lost up to 0.31 of its probability of “dog” (9 px left and 2 px down): here V is the more sensitive one"
        );
        assert!(finding(&told, Some((Verdict::Neither, ""))).ends_with("neither minds to speak of"));
        assert_eq!(shift([0.0, 0.0]), "not moved");
    }
}
