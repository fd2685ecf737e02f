//! Words of the lens that shows feature maps.

use shared::views::{ChannelSort, ChannelSummary, FeatureMapsAbout};

use crate::drawing::channels::Peak;
use crate::drawing::residual_steps::{BlockStep, StepRole};
use crate::i18n::{Source, number};

/// Who looked at this first.
pub const SOURCE: Source = Source {
    name: "Zeiler, Fergus 2014: visualizing convolutional networks; He and others 2016: identity mappings in residual networks",
    url: "https://arxiv.org/abs/1311.2901",
};
/// Below the figure.
pub const NOTE: &str = "Each small map is one channel of the layer: what one kernel answers at every place of this picture. \
                        A large value says that the pattern is there, not what the pattern is called; a channel without any value above zero is silent for this picture, and may answer to the next.";
/// Chooses an order.
pub const ORDER: &str = "Order of channels";
/// Chooses a scale.
pub const SCALE: &str = "Colours";
/// Each channel from its own least to its own largest value.
pub const OWN_SCALE: &str = "each its own scale";
/// All channels on one scale.
pub const COMMON_SCALE: &str = "one scale for all";
/// What is measured.
pub const ACTIVATION: &str = "activation";
/// The pages of the wall.
pub const PAGES: &str = "Pages of channels";
/// A page back.
pub const EARLIER: &str = "Previous channels";
/// A page on.
pub const LATER: &str = "More channels";
/// Whether the picture lies below.
pub const OVER_PICTURE: &str = "Over the picture";
/// The columns of the table.
pub const COLUMNS: [&str; 6] =
    ["Channel", "Mean", "Least", "Largest", "Above zero anywhere", "Contribution to the class"];
/// Heading of the strip.
pub const STEPS: &str = "Through the residual block, step by step";
/// What the strip is for those who do not see it.
pub const STEPS_LABEL: &str = "Step of the residual block";
/// A step back.
pub const STEP_BACK: &str = "Step back";
/// A step on.
pub const STEP_ON: &str = "Next step";

/// An order.
pub fn sort(sort: ChannelSort) -> &'static str {
    match sort {
        ChannelSort::Index => "index",
        ChannelSort::Mean => "mean",
        ChannelSort::Contribution => "contribution to a class",
    }
}

/// The finding.
pub fn finding(node: &str, about: Option<&FeatureMapsAbout>, channel: usize, peak: Option<Peak>) -> String {
    let Some(about) = about else { return format!("The channels of {node} for this picture") };
    let channels = about.num_channels;
    let silent = match about.dead_channels {
        0 => format!("All {channels} channels of {node} answer somewhere in this picture"),
        1 => format!("1 of {channels} channels of {node} is silent for this picture"),
        dead => format!("{dead} of {channels} channels of {node} are silent for this picture"),
    };
    let Some(peak) = peak else { return silent };
    let (row, column) = (peak.cell.row, peak.cell.column);
    format!(
        "{silent}; channel {channel} is largest in row {row}, column {column}, with {}",
        number::value(peak.max)
    )
}

/// Which channels the wall shows.
pub fn channels_shown(order: ChannelSort, first: usize, last: usize, all: usize) -> String {
    let (first, last, all) =
        (number::thousands(first as u64), number::thousands(last as u64), number::thousands(all as u64));
    match order {
        ChannelSort::Index => format!("Channels {first} to {last} of {all}, by index"),
        ChannelSort::Mean => format!("Channels ranked {first} to {last} of {all}, the largest mean first"),
        ChannelSort::Contribution => {
            format!("Channels ranked {first} to {last} of {all}, the largest contribution first")
        }
    }
}

/// What the colours of the wall mean.
pub fn scale_note(common: Option<(f32, f32)>) -> String {
    match common {
        Some((low, high)) => format!("All on one scale, {} to {}.", number::value(low), number::value(high)),
        None => "Each channel on its own scale: colours of two channels do not compare.".to_owned(),
    }
}

/// Page 2 of 4.
pub fn page(page: usize, pages: usize) -> String {
    format!("{page} of {pages}")
}

/// What the wall is.
pub fn wall_label(node: &str) -> String {
    format!("Channel of {node}. Arrow keys choose, Page Up and Page Down turn pages.")
}

/// A channel.
pub fn channel(channel: usize) -> String {
    format!("channel {channel}")
}

/// A channel of a node.
pub fn channel_of(channel: usize, node: &str) -> String {
    format!("{node}, channel {channel}")
}

/// What the large map shows.
pub fn map_label(channel: usize, node: &str) -> String {
    format!("Channel {channel} of {node} over the picture.")
}

/// What is said of the chosen channel and its node.
pub fn facts(about: &FeatureMapsAbout, peak: Peak, contribution: Option<f32>) -> Vec<(&'static str, String)> {
    let range = |low: f32, high: f32| format!("{} to {}", number::value(low), number::value(high));
    let silent = if peak.max > 0.0 { "" } else { ": silent for this picture" };
    let mut facts = vec![
        ("This channel", format!("{}{silent}", range(peak.min, peak.max))),
        ("Its mean", number::value(peak.mean)),
    ];
    facts.extend(contribution.map(|value| ("Adds to the class's logit", number::value(value))));
    let size = about.map_size;
    facts.push(("Map", number::shape(&[about.num_channels, size[0], size[1]])));
    facts.push(("All channels", range(about.min, about.max)));
    facts.push(("Silent channels", format!("{} of {}", about.dead_channels, about.num_channels)));
    facts
}

/// The rows of the table.
pub fn rows(about: &FeatureMapsAbout) -> Vec<Vec<String>> {
    let row = |channel: &ChannelSummary| {
        vec![
            channel.index.to_string(),
            number::value(channel.mean),
            number::value(channel.min),
            number::value(channel.max),
            if channel.is_dead { "no".to_owned() } else { "yes".to_owned() },
            channel.contribution.map_or_else(|| "\u{2013}".to_owned(), number::value),
        ]
    };
    about.channels.iter().map(row).collect()
}

/// There is no strip.
pub fn no_block(node: &str) -> String {
    format!("{node} stands in no residual block. Choose a layer of a stage to walk through its block.")
}

/// A step's short name.
pub fn step(role: StepRole) -> String {
    match role {
        StepRole::Input => "in".to_owned(),
        StepRole::Branch(position) => format!("conv{position}"),
        StepRole::Shortcut => "shortcut".to_owned(),
        StepRole::Sum => "sum".to_owned(),
        StepRole::Output => "after ReLU".to_owned(),
    }
}

/// A step for the style sheet.
pub fn role(role: StepRole) -> &'static str {
    match role {
        StepRole::Input => "input",
        StepRole::Branch(_) => "branch",
        StepRole::Shortcut => "shortcut",
        StepRole::Sum => "sum",
        StepRole::Output => "output",
    }
}

/// A step and its node.
pub fn step_name(role: StepRole, node: &str) -> String {
    format!("{} ({node})", step(role))
}

/// What a step's map shows.
pub fn step_label(role: StepRole, node: &str, shown: Option<usize>) -> String {
    let shown = shown.map(channel).unwrap_or_default();
    format!("{}, {node}, {shown}.", step(role))
}

/// What a step does, and why this channel of it is shown.
pub fn step_said(step: &BlockStep, shown: Option<usize>, is_chosen: bool, followed: Option<usize>) -> String {
    let does = match step.role {
        StepRole::Input => "What the block reads.",
        StepRole::Branch(_) if step.is_aligned => {
            "The last convolution of the residual branch with its batch-norm, without a ReLU: it may take away as well as add."
        }
        StepRole::Branch(_) => "A convolution of the residual branch, with batch-norm and ReLU.",
        StepRole::Shortcut => "What reaches the sum past the residual branch.",
        StepRole::Sum => "Branch and shortcut, added value by value, before the ReLU.",
        StepRole::Output => "The sum after the ReLU: what the next block reads.",
    };
    let Some(shown) = shown else { return does.to_owned() };
    let which = match () {
        () if is_chosen => format!("Shown is the chosen channel, {shown}."),
        () if step.is_aligned && followed == Some(shown) => {
            format!("Shown is channel {shown}, which is the same channel in all that is added here.")
        }
        () => format!(
            "Its channels are others than those of the sum, so its own strongest is shown: channel {shown} of {}, the largest mean.",
            step.channels
        ),
    };
    format!("{does} {which}")
}

/// How much the shortcut carried.
pub fn share(block: &str, whole: Option<f64>, channel: Option<(usize, f64)>) -> String {
    let percent = |share: f64| number::percent(share as f32);
    let Some(whole) = whole else { return format!("Measuring what the shortcut of {block} carries…") };
    let rest = match channel {
        Some((channel, share)) => format!("; in channel {channel}, {}", percent(share)),
        None => String::new(),
    };
    format!(
        "In {block} the shortcut carries {} of the sum's magnitude for this picture{rest}. (The length of what it adds over the lengths of both together, over all channels and places.)",
        percent(whole)
    )
}
