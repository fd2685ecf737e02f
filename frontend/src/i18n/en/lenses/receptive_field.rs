//! Words of the lens that shows what a unit can have seen of the picture, and what it used.

use shared::views::EffectiveField;

use crate::drawing::field_charts::PathSpread;
use crate::i18n::{Source, number};

/// Who measured it.
pub const SOURCE: Source = Source {
    name: "Araujo, Norris, Sim 2019: computing receptive fields; Luo and others 2016: the effective receptive field",
    url: "https://distill.pub/2019/computing-receptive-fields/",
};
/// Chooses a node.
pub const NODE: &str = "Layer";
/// Chooses pictures.
pub const PICTURES: &str = "Effective field";
/// Moves through the depth.
pub const DEPTH: &str = "Depth";
/// Of the map over the picture.
pub const SHARE_OF_GRADIENT: &str = "Share of the gradient";
/// For those who do not see the map.
pub const EFFECTIVE_LABEL: &str = "How much each pixel counts for the unit.";
/// Above the chart of fields by depth.
pub const GROWTH: &str = "Receptive field by depth";
/// An axis.
pub const BY_DEPTH: &str = "Layer";
/// An axis.
pub const FIELD_PX: &str = "Side of the field, px";
/// What a chart shows.
pub const FIELD: &str = "Receptive field";
/// Above the chart of paths.
pub const PATHS: &str = "Fields of all paths through the shortcuts";
/// A line of a chart.
pub const MEAN: &str = "mean";
/// A line of a chart.
pub const MEDIAN: &str = "median";
/// A line of a chart.
pub const PICTURE_SIDE: &str = "picture";
/// Of a unit that sees everything.
pub const WHOLE_PICTURE: &str = "the whole picture";
/// On its way.
pub const MEASURING: &str = "Measuring what it used…";
/// Names of facts.
pub const FACTS: [&str; 6] = [
    "Can have seen",
    "Inside the picture",
    "Centre",
    "Step between units",
    "68 % of the gradient",
    "95 % of the gradient",
];
/// The columns of the table.
pub const COLUMNS: [&str; 8] = [
    "Layer",
    "Map",
    "Field in px",
    "Step in px",
    "From x, y",
    "To x, y",
    "Share of the picture",
    "Radius of 68 %, 95 % in px",
];

/// One picture, or several.
pub fn pictures(num_samples: usize) -> [String; 2] {
    ["This picture".to_owned(), format!("Mean of the {num_samples} samples")]
}

/// While the mean is on its way.
pub fn averaging(num_samples: usize) -> String {
    format!("Running {num_samples} pictures backwards through the model; this takes some seconds…")
}

/// A unit's name.
pub fn unit(node: &str, [row, column]: [usize; 2], is_patch: bool) -> String {
    let what = if is_patch { "patch" } else { "unit" };
    format!("the {what} in row {row}, column {column} of {node}")
}

/// The finding. A size of `None` is the whole picture.
pub fn finding(unit: &str, size_px: Option<usize>, field: Option<&EffectiveField>) -> String {
    let seen = match size_px {
        Some(size_px) => format!("can have seen {size_px} × {size_px}\u{202f}px"),
        None => "can have seen the whole picture".to_owned(),
    };
    let mut start = unit.chars();
    let unit = start.next().map(|first| first.to_ascii_uppercase().to_string() + start.as_str());
    let unit = unit.unwrap_or_default();
    match field {
        Some(field) => format!(
            "{unit} {seen}; 68\u{202f}% of what it used lies within {:.0}\u{202f}px of its centre{}",
            field.radius_68_px,
            if field.num_pictures > 1 {
                format!(", on average over {} pictures", field.num_pictures)
            } else {
                String::new()
            }
        ),
        None => format!("{unit} {seen}"),
    }
}

/// Below the figure.
pub fn note(is_patch: bool) -> String {
    let theory = if is_patch {
        "A patch can draw on the whole picture from the first block on, since attention reaches every other patch."
    } else {
        "The box is exact and an upper bound, computed from kernels, strides and padding: solid inside the picture, dashed in the padding."
    };
    format!(
        "{theory} The colours are what was used of it: the gradient of the mean over the unit's channels back to the pixels, absolute and summed over the colours; the circles hold 68 and 95\u{202f}% of it, and pixels below a fiftieth of the largest stay clear."
    )
}

/// For those who do not see the picture.
pub fn label(unit: &str, share: f64) -> String {
    format!(
        "The picture with the field of {unit}, which can have seen {} of it. Arrow keys move to the next unit.",
        number::percent(share as f32)
    )
}

/// A depth of the slider.
pub fn depth(node: &str, size_px: Option<usize>) -> String {
    format!("{node}: {}", size(size_px))
}

/// A field.
pub fn size(size_px: Option<usize>) -> String {
    size_px.map_or_else(|| WHOLE_PICTURE.to_owned(), |size| format!("{size} × {size}\u{202f}px"))
}

/// Part of the picture.
pub fn share(share: f64) -> String {
    format!("{} of the picture", number::percent(share as f32))
}

/// A place in pixels.
pub fn pixels((x, y): (f64, f64)) -> String {
    format!("x {}, y {}\u{202f}px", plain(x), plain(y))
}

/// A length in pixels.
pub fn length(px: f64) -> String {
    format!("{}\u{202f}px", plain(px))
}

/// A radius, and which part of the box its circle covers.
pub fn radius(radius_px: f64, share_of_box: Option<f64>) -> String {
    let share = share_of_box.map(|share| format!(", {} of the box", number::percent(share as f32)));
    format!("within {radius_px:.1}\u{202f}px of the centre{}", share.unwrap_or_default())
}

/// A length without needless decimals.
pub fn plain(px: f64) -> String {
    number::fixed(px, usize::from(px.fract() != 0.0))
}

/// For those who do not see the chart: node, field and picture.
pub fn growth_label(model: &str, first: (&str, usize), last: (&str, usize), side_px: usize) -> String {
    format!(
        "Receptive field of {model} by depth: {}\u{202f}px after {}, {}\u{202f}px after {}; the picture is {side_px}\u{202f}px wide. The slider moves through the same depths.",
        first.1, first.0, last.1, last.0
    )
}

/// What the paths say.
pub fn paths_finding(spread: &PathSpread, side_px: usize) -> String {
    format!(
        "Every block can be gone through or skipped: {} paths, whose fields have a mean of {}\u{202f}px and a median of {}\u{202f}px; {} of them see no more than the picture's {side_px}\u{202f}px.",
        number::thousands(spread.total),
        plain(spread.mean_px),
        spread.median_px,
        number::percent(spread.share_inside as f32)
    )
}

/// A column of the histogram.
pub fn bin(from_px: usize, to_px: usize, share: f64) -> String {
    format!("{from_px} to {}\u{202f}px: {} of all paths", to_px - 1, number::percent(share as f32))
}
