//! Words of section 1.

use shared::{
    EdgeKind, Graph, ImageInfo, ModelInfo, Node, Operation, ReceptiveField, Resize, Section, TensorShape,
};

use super::nodes;
use crate::drawing::planes::{PlaneKind, Planes};
use crate::drawing::stage::Stage;
use crate::i18n::number;

/// Heading.
pub const TITLE: &str = "End-to-End Pipeline";
/// Below the heading.
pub const LEAD: &str =
    "From the file to a ranked list of names in five stages. Open one to see what it does to this picture.";
/// Name of the diagram.
pub const DIAGRAM: &str = "The five stages, in the order in which a picture passes them";
/// Closes what is open.
pub const CLOSE: &str = "Close";
/// Shown while no stage is open.
pub const OPEN_BACKBONE: &str = "Look inside the backbone";
/// Name of the map.
pub const MAP: &str = "Map of the backbone. Arrow keys walk along its edges, Enter opens, Escape goes back.";
/// Heading of the reading guide.
pub const GUIDE: &str = "How to read the map";
/// What to do with the map.
pub const GUIDE_HOW: &str =
    "Choose a part to see its numbers and what it holds for this picture. A block opens to its single steps.";
/// Name of a block's inside.
pub const INSIDE: &str = "Inside the block. Arrow keys walk along its edges, Enter opens, Escape goes back.";
/// Row of a node's card.
pub const OPERATION: &str = "Operation";
/// Row of a node's card.
pub const OUTPUT: &str = "Output";
/// Row of a node's card.
pub const PARAMETERS: &str = "Parameters";
/// Row of a node's card.
pub const COST: &str = "Cost";
/// Row of a node's card.
pub const FIELD: &str = "Receptive field";
/// Row of a node's card.
pub const READS: &str = "Reads";
/// Row of a node's card.
pub const READ_BY: &str = "Read by";
/// Nobody reads the logits.
pub const READ_BY_NOBODY: &str = "nothing; this is the answer";
/// The input reads nothing.
pub const READS_NOTHING: &str = "nothing; this is where the network begins";
/// Leads to the lenses of a node.
pub const LENSES: &str = "Look closer";
/// Link to the tensor.
pub const DOWNLOAD: &str = "The exact tensor as .npy";
/// Name of the map of patches.
pub const PATCHES: &str = "The picture, cut into patches";

/// Name of a stage, and what it is made of.
pub fn stage_title(stage: Stage) -> &'static str {
    match stage {
        Stage::RawData => "Raw Data",
        Stage::Preprocessing => "Preprocessing",
        Stage::Backbone => "Model Backbone",
        Stage::Head => "Classifier Head",
        Stage::Output => "Output",
    }
}

/// What a stage is, briefly.
pub fn stage_subtitle(stage: Stage, info: &ModelInfo) -> String {
    match stage {
        Stage::RawData => "Images".to_owned(),
        Stage::Preprocessing => {
            let resize = match info.preprocessing.resize {
                Resize::ShorterSide { size } => size.to_string(),
                Resize::Squash { width, height } => format!("{width} × {height}"),
            };
            format!("Resize {resize} → Crop {}", info.preprocessing.crop_size)
        }
        Stage::Backbone => info.name.clone(),
        Stage::Head => "Linear Layer".to_owned(),
        Stage::Output => format!("{} class logits", info.architecture.num_classes()),
    }
}

/// Heading of a stage's inside.
pub fn panel_title(stage: Stage, info: &ModelInfo) -> String {
    match stage {
        Stage::RawData => "The picture as it came".to_owned(),
        Stage::Preprocessing => format!("From the picture to what {} sees", info.name),
        Stage::Backbone => format!("Inside {}", info.name),
        Stage::Head => "One linear layer names what the backbone saw".to_owned(),
        Stage::Output => format!("All {} answers", info.architecture.num_classes()),
    }
}

/// Size of the picture, and its file.
pub fn raw_numbers(info: &ImageInfo) -> [String; 2] {
    [
        format!("{} × {} px", info.width, info.height),
        format!("{}, {}", info.format, number::bytes(info.size_bytes)),
    ]
}

/// What the model reads.
pub fn input_numbers(side: usize) -> [String; 2] {
    [number::shape(&[3, side, side]), "normalised".to_owned()]
}

/// Size and cost of a backbone.
pub fn backbone_numbers(parameters: u64, macs: u64, features: usize) -> [String; 2] {
    [
        format!("{} parameters, {} MACs", number::compact(parameters), number::compact(macs)),
        format!("to {} features", number::thousands(features as u64)),
    ]
}

/// Size of a head.
pub fn head_numbers(in_features: usize, out_features: usize, parameters: u64) -> [String; 2] {
    [
        format!("{} → {}", number::thousands(in_features as u64), number::thousands(out_features as u64)),
        format!("{} parameters", number::compact(parameters)),
    ]
}

/// Below a stack of slabs: how many, and the shape of each.
pub fn flow_caption(count: usize, shape: &TensorShape) -> [String; 2] {
    match *shape {
        TensorShape::Tokens { tokens, dim } if count > 1 => {
            [format!("{count} encoder blocks"), format!("each {tokens} × {dim}")]
        }
        TensorShape::Tokens { tokens, dim } => [format!("{tokens} tokens"), format!("of {dim}")],
        TensorShape::FeatureMap { channels, height, .. } => [format!("{height}²"), channels.to_string()],
        TensorShape::Vector { features } => [features.to_string(), "vector".to_owned()],
        TensorShape::Heads { .. } | TensorShape::Attention { .. } => {
            [number::shape(&shape.dims()), String::new()]
        }
    }
}

/// Name of a part of the map.
pub fn band_title(section: Section, blocks: usize) -> String {
    match section {
        Section::Stage(_) | Section::Encoder(_) => {
            let name = if matches!(section, Section::Encoder(_)) {
                "Encoder".to_owned()
            } else {
                nodes::section(section)
            };
            if blocks == 1 { format!("{name}, 1 block") } else { format!("{name}, {blocks} blocks") }
        }
        other => nodes::section(other),
    }
}

/// A part's share of the whole model, in whole percent.
pub fn share(part: u64, total: u64, of: &str) -> String {
    if part == 0 { format!("no {of}") } else { format!("{} of {of}", percent_of(part, total)) }
}

/// Name of what a share is of.
pub const OF_PARAMETERS: &str = "parameters";
/// Name of what a share is of.
pub const OF_MACS: &str = "MACs";

/// A share in percent.
pub fn percent_of(part: u64, total: u64) -> String {
    number::percent(part as f32 / total.max(1) as f32)
}

/// Entries of the reading guide: what is drawn, and what it means.
pub fn guide(is_vit: bool) -> Vec<(&'static str, &'static str)> {
    let mut entries = vec![if is_vit {
        (
            "slab",
            "A tensor. On its face the patches, above it the class token; its thickness is the logarithm of the features.",
        )
    } else {
        (
            "slab",
            "A tensor. Its face is height × width to scale; its thickness is the logarithm of the channels.",
        )
    }];
    entries.push(("identity", "A shortcut: the block's input, added back unchanged."));
    if is_vit {
        entries.push(("attention", "Self-attention: every token reads from every token."));
        entries.push(("mlp", "An MLP: each token by itself, wider in the middle."));
    } else {
        entries.push((
            "projection",
            "A projection shortcut: a 1 × 1 convolution brings the input to the new shape.",
        ));
    }
    entries
}

/// Title of a step in the narrow boxes of a block's inside.
pub fn step_title(graph: &Graph, node: &Node, is_output: bool) -> String {
    match &node.operation {
        Operation::IdentityShortcut => "Identity".to_owned(),
        Operation::ProjectionShortcut { .. } => "Projection".to_owned(),
        Operation::Convolution { conv, .. } => {
            let stride = if conv.stride > 1 { format!(", stride {}", conv.stride) } else { String::new() };
            let side = conv.kernel_size;
            format!("{}, {side} × {side}{stride}", nodes::node_title(graph, node))
        }
        operation if is_output => nodes::operation(operation),
        _ => nodes::node_title(graph, node),
    }
}

/// A shape in a narrow box.
pub fn narrow_shape(shape: &TensorShape) -> String {
    shape.to_string().replace(' ', "\u{2009}")
}

/// A node as a link: what is written on it, so that it can be called by that, then its name and shape.
pub fn node_link(written: &str, title: &str, shape: &TensorShape) -> String {
    format!("{written}: {title}, {shape}")
}

/// The picture's patches.
pub fn patch_grid(per_side: usize, patch_size: usize) -> String {
    format!("{per_side} × {per_side} patches of {patch_size} × {patch_size} px")
}

/// A patch under the cursor, counted from 0 as the token's row is.
pub fn patch_under(row: usize, column: usize, token: usize) -> String {
    format!("Row {}, column {}: token {token}", row + 1, column + 1)
}

/// Meaning of a shape's axes.
pub fn axes(shape: &TensorShape) -> &'static str {
    match shape {
        TensorShape::FeatureMap { .. } => "channels × height × width",
        TensorShape::Tokens { .. } => "tokens × features",
        TensorShape::Heads { .. } => "heads × tokens × features of a head",
        TensorShape::Attention { .. } => "heads × queries × keys",
        TensorShape::Vector { .. } => "features",
    }
}

/// A node's parameters and their share.
pub fn parameters(own: u64, total: u64) -> String {
    if own == 0 {
        return "none".to_owned();
    }
    format!("{}, {} of the model", number::thousands(own), percent_of(own, total))
}

/// A node's multiply-accumulates and their share.
pub fn cost(macs: u64, total: u64) -> String {
    if macs == 0 {
        return "no multiply-accumulates worth counting".to_owned();
    }
    format!(
        "{} multiply-accumulates (MACs), {} of the model; {} FLOPs, as each is a product and a sum",
        number::compact(macs),
        percent_of(macs, total),
        number::compact(2 * macs)
    )
}

/// How far a unit sees.
pub fn field(field: ReceptiveField, image_side: usize) -> String {
    match field {
        ReceptiveField::Global => format!("the whole image, {image_side} × {image_side} px"),
        ReceptiveField::Local { size_px, jump_px, start_px } => {
            let beyond = if size_px > image_side {
                format!(", more than the image's {image_side} px")
            } else {
                format!(" of {image_side} px")
            };
            format!(
                "{size_px} × {size_px} px{beyond}; one unit is {jump_px} px from the next, the first is centred at {start_px} px"
            )
        }
    }
}

/// What an edge is, after the name of the node at its end.
pub fn edge(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::Data => "",
        EdgeKind::Skip => " (shortcut)",
    }
}

/// Heading of what a tensor holds for the current picture.
pub fn planes_title(planes: &Planes) -> String {
    let Planes { count, of, .. } = planes;
    match planes.kind {
        PlaneKind::Channels if count == of => format!("All {of} channels for this picture"),
        PlaneKind::Channels => format!("The first {count} of {of} channels for this picture"),
        PlaneKind::Features => {
            format!("The first {count} of {of} features, over the patches of this picture")
        }
        PlaneKind::HeadFeatures => {
            format!("The first {count} of head 0's {of} features, over the patches of this picture")
        }
        PlaneKind::ClassTokenRows if count == of => {
            "What the class token makes of each patch, in every head".to_owned()
        }
        PlaneKind::ClassTokenRows => {
            format!("What the class token makes of each patch, in the first {count} of {of} heads")
        }
        PlaneKind::Vector => format!("All {of} values for this picture"),
    }
}

/// Name of one map.
pub fn plane_name(kind: PlaneKind, index: usize) -> String {
    match kind {
        PlaneKind::Channels => format!("Channel {index}"),
        PlaneKind::Features | PlaneKind::HeadFeatures => format!("Feature {index}"),
        PlaneKind::ClassTokenRows => format!("Head {index}"),
        PlaneKind::Vector => String::new(),
    }
}

/// What the colour bar measures.
pub fn plane_quantity(kind: PlaneKind, is_softmax: bool) -> &'static str {
    match kind {
        PlaneKind::ClassTokenRows if is_softmax => "weight",
        PlaneKind::ClassTokenRows => "score",
        _ => "activation",
    }
}

/// A vector's profile for those who do not see it.
pub fn profile(count: usize, low: &str, high: &str) -> String {
    format!("Profile of {count} values from {low} to {high}.")
}
