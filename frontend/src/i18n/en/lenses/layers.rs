//! Words of the lens that lists every layer with what was measured of it.

use shared::Section;

use crate::drawing::layers::Detail;
use crate::drawing::measured_layers::SectionShare;
use crate::i18n::text::nodes;
use crate::i18n::{Source, number};

/// What receptive fields are, and how they are computed.
pub const SOURCE: Source = Source {
    name: "Araujo, Norris, Sim 2019: computing receptive fields; measured here, on this machine",
    url: "https://distill.pub/2019/computing-receptive-fields/",
};
/// While the numbers come.
pub const TITLE: &str = "Every layer, measured on this picture";
/// Name of the choice of rows.
pub const DETAIL: &str = "Rows";
/// What the rows may be.
pub const DETAILS: [&str; 2] = ["Blocks", "Every node"];
/// The exact numbers.
pub const AS_JSON: &str = "The measurements as JSON";
/// In the column of receptive fields.
pub const WHOLE_PICTURE: &str = "whole picture";
/// Columns of the table.
pub const COLUMNS: [&str; 15] = [
    "Node",
    "Output shape",
    "Parameters",
    "Share",
    "MACs",
    "Share",
    "Receptive field",
    "Attention distance",
    "Time",
    "Share",
    "Mean",
    "Deviation",
    "Least",
    "Largest",
    "Zeros",
];
/// Columns of the sections.
pub const SECTION_COLUMNS: [&str; 4] = ["Section", "Time", "Share of the time", "Share of the MACs"];
/// Columns of the file.
pub const CSV_COLUMNS: [&str; 18] = [
    "node",
    "part_of",
    "section",
    "operation",
    "output_shape",
    "parameters",
    "parameter_share",
    "macs",
    "mac_share",
    "receptive_field_px",
    "mean_attention_distance_px",
    "mean",
    "deviation",
    "min",
    "max",
    "zeros",
    "time_ms",
    "time_share",
];

/// The finding: which section takes the most of the time, or how evenly encoder blocks share it.
pub fn finding(sections: &[SectionShare]) -> String {
    let total: f64 = sections.iter().map(|section| section.time_ms).sum();
    let total = number::milliseconds(total);
    let percent = |share: f64| number::percent(share as f32);
    let is_block = |section: &&SectionShare| matches!(section.section, Section::Encoder(_));
    let blocks: Vec<&SectionShare> = sections.iter().filter(is_block).collect();
    let largest = sections.iter().max_by(|one, other| one.time_share.total_cmp(&other.time_share));
    let Some(largest) = largest else { return TITLE.to_owned() };
    let name = nodes::section(largest.section);
    if blocks.len() > 1 {
        let all: f64 = blocks.iter().map(|block| block.time_share).sum();
        let least = blocks.iter().map(|block| block.time_share).fold(f64::INFINITY, f64::min);
        return format!(
            "{} encoder blocks take {} of {total}, between {} and {} each; the most goes to {}",
            blocks.len(),
            percent(all),
            percent(least),
            percent(blocks.iter().map(|block| block.time_share).fold(0.0, f64::max)),
            lower(&name)
        );
    }
    format!(
        "{name} takes the most time: {} of {total}, {} of it for {} of the multiply-accumulates",
        number::milliseconds(largest.time_ms),
        percent(largest.time_share),
        percent(largest.mac_share)
    )
}

/// Below the figure; the device and the passes, once they are known.
pub fn note(measured: Option<(&str, usize)>, has_attention: bool) -> String {
    let measured = measured.map(|(device, passes)| {
        format!("Times are the median of {passes} forward passes of one picture on {device}, from the node before to this one, with all that the graph draws as one node. ")
    });
    let reach = match has_attention {
        true => "The attention distance is the mean over the heads of a block, for this picture.",
        false => "The receptive field is what a unit can have seen.",
    };
    format!(
        "{}Mean, deviation, ends and zeros are of the values that the node holds for this picture; query, key and value are one product, whose time is the query\u{2019}s. {reach}",
        measured.unwrap_or_default()
    )
}

/// Above the table: what its rows are.
pub fn rows_note(detail: Detail, is_sorted: bool) -> &'static str {
    match (detail, is_sorted) {
        (Detail::Blocks, _) => {
            "A block\u{2019}s costs and time are those of all its parts; its values are its output\u{2019}s."
        }
        (Detail::Nodes, false) => "Parts stand below their block, whose costs and time hold theirs.",
        (Detail::Nodes, true) => {
            "Sorted, the parts stand for themselves; blocks, which only sum them, are left out."
        }
    }
}

/// A length in pixels.
pub fn pixels(size: usize) -> String {
    format!("{size}\u{202f}px")
}

/// A mean distance.
pub fn distance(distance: f64) -> String {
    format!("{}\u{202f}px", number::fixed(distance, 1))
}

/// A time, exact enough for small nodes.
pub fn time(time_ms: f64) -> String {
    if time_ms < 1.0 {
        format!("{}\u{202f}ms", number::fixed(time_ms, 3))
    } else {
        number::milliseconds(time_ms)
    }
}

/// Within a sentence.
fn lower(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
