//! Words of the lens that shows kernels and one of them at work.

use shared::NodeId;
use shared::architecture::ConvSpec;

use crate::drawing::convolution_steps::{BatchNorm, UnitValue};
use crate::drawing::grid::Cell;
use crate::i18n::{Source, number};

/// Who looked at this first.
pub const SOURCE: Source = Source {
    name: "Dumoulin, Visin 2016: a guide to convolution arithmetic; Ioffe, Szegedy 2015: batch normalization",
    url: "https://arxiv.org/abs/1603.07285",
};
/// Below the figure.
pub const NOTE: &str = "A convolution multiplies the window under its kernel cell by cell, in all input channels, and adds up the products; the same kernel is used at every place. \
                        The batch-norm then scales and shifts the sum by four numbers of its channel, a ReLU cuts off what is below zero, and the result is compared with what the model itself holds there.";
/// Chooses a kernel.
pub const OUT_CHANNEL: &str = "Output channel";
/// Chooses a slice of it.
pub const IN_CHANNEL: &str = "Input channel";
/// The columns of the table.
pub const COLUMNS: [&str; 4] = ["What", "Window", "Kernel", "Product or value"];
/// The wall of kernels.
pub const KERNEL_WALL: &str = "Kernel of the layer. Arrow keys choose.";
/// The wall of slices.
pub const SLICE_WALL: &str = "Input channel of the kernel, the heaviest slice first. Arrow keys choose.";
/// What the colours of a kernel mean.
pub const COLOUR_NOTE: &str = "Red, green and blue are the weights on the picture's three channels. Each kernel is scaled by its own largest weight around its own zero: grey is 0, brighter is positive, darker negative.";
/// The ends of the scale of one kernel.
pub const COLOUR_BAR: &str = "largest weight of this kernel, in each channel";
/// What is measured.
pub const WEIGHT: &str = "weight";
/// What is measured.
pub const VALUE: &str = "value";
/// Heading of the maps.
pub const SLIDING: &str = "The kernel slides";
/// How to move it.
pub const SLIDING_HINT: &str = "Point at the map on the right or use the arrow keys there to choose an output unit; Space plays and pauses.";
/// The buttons.
pub const PLAYER: &str = "Move the window";
/// A unit back.
pub const BACK: &str = "Step back";
/// A unit on.
pub const NEXT: &str = "Step";
/// Moves on by itself.
pub const PLAY: &str = "Play";
/// Stops.
pub const PAUSE: &str = "Pause";
/// What the picture shows.
pub const PICTURE_LABEL: &str =
    "The picture as the model sees it, with the part that the unit can have seen.";
/// What is drawn on the picture.
pub const PICTURE_NOTE: &str =
    "Box: all pixels that can have reached this unit. Dots: centres of the units in the window.";
/// Heading of the working out.
pub const LEDGER: &str = "What the kernel computes here";
/// A grid.
pub const WINDOW: &str = "window";
/// A grid.
pub const KERNEL: &str = "kernel";
/// A grid.
pub const PRODUCTS: &str = "products";
/// A row of the table.
pub const OTHERS: &str = "All other channels";
/// A row of the table.
pub const SUM: &str = "Sum of all products";
/// A row of the table.
pub const NORM_WEIGHT: &str = "Batch-norm weight";
/// A row of the table.
pub const NORM_BIAS: &str = "Batch-norm bias";
/// A row of the table.
pub const NORM_MEAN: &str = "Batch-norm running mean";
/// A row of the table.
pub const NORM_VARIANCE: &str = "Batch-norm running variance";
/// A row of the table.
pub const NORMALISED: &str = "After batch-norm";
/// A row of the table.
pub const RESULT: &str = "Worked out here";
/// A row of the table.
pub const OWN: &str = "The model's own value";
/// A row of the table.
pub const DIFFERENCE: &str = "Difference";

/// Names of a picture's channels.
const COLOURS: [&str; 3] = ["red", "green", "blue"];

/// The finding.
pub fn finding(node: &str, out_channel: usize, worked: Option<(Cell, UnitValue, f64)>) -> String {
    let Some((unit, made, total)) = worked else { return format!("Channel {out_channel} of {node} at work") };
    format!(
        "Channel {out_channel} of {node}, row {}, column {}: the products sum to {}, and {} is what goes on",
        unit.row,
        unit.column,
        value(total),
        value(made.value)
    )
}

/// Name of a field for a channel.
pub fn channel_field(name: &str, count: usize) -> String {
    format!("{name} (0 to {})", count.saturating_sub(1))
}

/// Heading of the weights.
pub fn weights_heading(node: &str, conv: Option<ConvSpec>) -> String {
    let Some(conv) = conv else { return node.to_owned() };
    let side = conv.kernel_size;
    format!(
        "{node}: {} kernels of {side} × {side}, each over {} input channels",
        number::thousands(conv.out_channels as u64),
        number::thousands(conv.in_channels as u64)
    )
}

/// A kernel.
pub fn kernel(out_channel: usize) -> String {
    format!("kernel {out_channel}")
}

/// What the large kernel shows.
pub fn kernel_label(out_channel: usize) -> String {
    format!("The weights of kernel {out_channel} as colours, grey at zero.")
}

/// A slice of a kernel.
pub fn slice(out_channel: usize, in_channel: Option<usize>) -> String {
    match in_channel {
        Some(in_channel) => format!("kernel {out_channel}, input channel {in_channel}"),
        None => kernel(out_channel),
    }
}

/// What the large slice shows.
pub fn slice_label(out_channel: usize, in_channel: Option<usize>) -> String {
    format!("Weights of {}.", slice(out_channel, in_channel))
}

/// Which slices the wall shows.
pub fn slices_note(shown: usize, all: usize, out_channel: usize) -> String {
    let which = if shown < all {
        format!("The {shown} heaviest of {} slices", number::thousands(all as u64))
    } else {
        format!("All {all} slices")
    };
    format!(
        "{which} of kernel {out_channel}, the heaviest first, on one scale: blue below, white at, red above zero."
    )
}

/// What the box on the picture is.
pub fn on_picture(size_px: usize) -> String {
    format!("The picture: a field of {size_px} × {size_px} px")
}

/// The map that is read.
pub fn input(node: &str, channel: Option<usize>, is_colours: bool) -> String {
    match channel {
        Some(channel) if is_colours => format!("It reads {node}, {}", colour(channel)),
        Some(channel) => format!("It reads {node}, channel {channel}"),
        None => format!("It reads {node}"),
    }
}

/// How much of the window lies in the padding.
pub fn padding_note(cells: usize) -> String {
    match cells {
        0 => "The window lies inside the map.".to_owned(),
        1 => "1 cell of the window lies in the padding: zero.".to_owned(),
        cells => format!("{cells} cells of the window lie in the padding: zeros."),
    }
}

/// The map that is made.
pub fn output(node: &str, out_channel: usize) -> String {
    format!("It makes {node}, channel {out_channel}")
}

/// What that map shows.
pub fn output_label(node: &str, out_channel: usize) -> String {
    format!("Channel {out_channel} of {node}. Arrow keys move to another output unit, Space plays.")
}

/// Which unit is worked out.
pub fn unit(node: &NodeId, out_channel: usize, unit: Cell) -> String {
    format!("Output unit: {node}, channel {out_channel}, row {}, column {}", unit.row, unit.column)
}

/// An input channel.
pub fn part(channel: usize, is_colour: bool) -> String {
    if is_colour { colour(channel).to_owned() } else { format!("channel {channel}") }
}

fn colour(channel: usize) -> &'static str {
    COLOURS.get(channel).copied().unwrap_or("colour")
}

/// What a channel adds.
pub fn adds(sum: f64) -> String {
    format!("sum {}", value(sum))
}

/// The sum of all channels.
pub fn sum_line(
    parts: &[f64],
    other_channels: usize,
    others: f64,
    total: f64,
) -> (&'static str, String, String) {
    let mut terms: Vec<String> = parts.iter().map(|part| value(*part)).collect();
    if other_channels > 0 {
        terms.push(format!(
            "{} (the other {} channels)",
            value(others),
            number::thousands(other_channels as u64)
        ));
    }
    ("Sum of all products", terms.join(" + "), value(total))
}

/// The batch-norm.
pub fn norm_line(total: f64, norm: &BatchNorm, made: &UnitValue) -> (&'static str, String, String) {
    let formula = format!(
        "({} − {}) / √({} + 0.00001) × {} + {}",
        value(total),
        signed(norm.running_mean),
        number::value(norm.running_var),
        number::value(norm.weight),
        signed(norm.bias)
    );
    let short =
        format!("{formula}, which is × {} and then + {}", value(made.scale), signed(made.shift as f32));
    ("Batch-norm", short, value(made.normalised))
}

/// The ReLU, or that there is none.
pub fn relu_line(has_relu: bool, made: &UnitValue) -> (&'static str, String, String) {
    let formula = if has_relu {
        format!("max(0, {})", value(made.normalised))
    } else {
        "none here: the shortcut or the branch is added first".to_owned()
    };
    ("ReLU", formula, value(made.value))
}

/// What the model has.
pub fn own_line(own: f32, worked_out: f64) -> (&'static str, String, String) {
    let difference = number::value((f64::from(own) - worked_out) as f32);
    (
        "The model's own value",
        format!("differs by {difference} from what is worked out here"),
        number::value(own),
    )
}

/// A number that fits into a cell of a grid.
pub fn in_cell(value: f32) -> String {
    // From here on there is no room for decimals.
    const LARGE: f32 = 99.95;
    let written = number::fixed(f64::from(value), if value.abs() >= LARGE { 0 } else { 2 });
    match written.as_str() {
        "0.00" => "0".to_owned(),
        _ if value.abs() < 1.0 => written.replacen("0.", ".", 1),
        _ => written,
    }
}

/// A cell of a channel.
pub fn cell(channel: usize, row: usize, column: usize) -> String {
    format!("Channel {channel}, row {row}, column {column}")
}

/// The sum of a channel.
pub fn channel_sum(channel: usize) -> String {
    format!("Channel {channel}, sum")
}

fn value(value: f64) -> String {
    number::value(value as f32)
}

/// A number inside a formula: in brackets where it has a sign.
fn signed(value: f32) -> String {
    if value < 0.0 { format!("({})", number::value(value)) } else { number::value(value) }
}
