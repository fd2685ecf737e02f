//! Words of section 2.

use shared::architecture::BlockKind;
use shared::{CheckpointInfo, Interpolation, ModelSlot, Preprocessing, Resize};

use super::glossary::Term;
use super::nodes;
use crate::drawing::layers::Detail;
use crate::drawing::specification::PartName;
use crate::i18n::{Source, number};

/// Heading.
pub const TITLE: &str = "Technical Specifications";
/// Below the heading.
pub const LEAD: &str = "Both architectures in figures. Each is computed from the model that is loaded here, none is copied from a paper.";

/// Groups of the comparison and the names of their rows.
pub const GROUPS: [(&str, &[&str]); 4] = [
    ("Idea", &["Paradigm", "Inductive bias"]),
    ("Size and arithmetic", &["Depth", "Parameters", "Multiply-accumulates", "Feature dimension"]),
    (
        "Geometry",
        &["Input", "Maps and tokens", "Attention", "Largest receptive field", "First sees the whole picture"],
    ),
    ("Weights", &["Checkpoint", "Trained on", "Accuracy", "Labels", "Preprocessing"]),
];
/// Rows of [`GROUPS`] whose names the glossary explains.
pub const ROW_TERMS: [(&str, Term); 8] = [
    ("Inductive bias", Term::named("inductive-bias")),
    ("Depth", Term::named("depth")),
    ("Parameters", Term::named("parameter")),
    ("Multiply-accumulates", Term::named("multiply-accumulate")),
    ("Attention", Term::named("multi-head-attention")),
    ("Largest receptive field", Term::named("receptive-field")),
    ("Checkpoint", Term::named("checkpoint")),
    ("Preprocessing", Term::named("preprocessing")),
];
/// For those who do not see the table.
pub const COMPARISON_CAPTION: &str = "Both architectures side by side";
/// Below the comparison.
pub const COMPARISON_NOTE: &str = "Bars compare the two models. Parameters and multiply-accumulates are exact sums over the layers listed below, for one picture.";
/// How a CNN works.
pub const CNN_PARADIGM: &str =
    "Convolution: small kernels slide over the picture, and depth widens what a unit sees";
/// How a ViT works.
pub const VIT_PARADIGM: &str =
    "Self-attention: the picture becomes a sequence of patches, and every token weighs every other";
/// What a CNN takes for granted.
pub const CNN_BIAS: &str =
    "Strong: neighbours belong together, the same weights everywhere, a shift of a stride shifts the maps";
/// What a ViT takes for granted.
pub const VIT_BIAS: &str =
    "Weak: only the cut into patches knows of space; which patches are neighbours has to be learned";
/// A checkpoint that does not say.
pub const NOT_STATED: &str = "Not stated by the checkpoint";
/// What the feature dimension is.
pub const FEATURES_READ: &str = "numbers that the head reads";
/// What the list of sides is.
pub const MAP_SIDES: &str = "sides of the square maps in pixels, from input to last stage";
/// A CNN's attention.
pub const NO_ATTENTION: &str = "None";
/// A receptive field without limits.
pub const WHOLE_PICTURE: &str = "whole picture";
/// No unit sees everything before the pooling.
pub const NOWHERE: &str = "Not before pooling";
/// All tokens see everything.
pub const EVERY_TOKEN: &str = "every token does, from the first attention on";
/// Column of the parts.
pub const PART: &str = "Part";
/// Column of the parts.
pub const PARAMETERS: &str = "Parameters";
/// Column of the parts.
pub const MACS: &str = "Multiply-accumulates";
/// Last row of the parts.
pub const TOTAL: &str = "Total";
/// Heading of the notes.
pub const NOTES: &str = "How to read these numbers";
/// A note's name.
pub const NOTE_MAC: &str = "A MAC is one multiplication and one addition";
/// A note's name.
pub const NOTE_HEAD: &str = "Totals depend on the head";
/// A note's name.
pub const NOTE_RECIPE: &str = "A recipe is not an architecture";
/// A note's name.
pub const RECIPE_SOURCE: Source = Source {
    name: "torchvision, table of ImageNet weights",
    url: "https://docs.pytorch.org/vision/stable/models.html",
};
/// A note's name.
pub const NOTE_COUNTED: &str = "What is counted";
/// What is counted.
pub const NOTE_COUNTED_TEXT: &str = "Parameters are what training changes: weights, biases, the scale and shift of each norm, class token and positions. Running statistics of a batch-norm are not among them. Multiply-accumulates are those of convolutions, linear layers and both products of attention; norms, softmax, sums and activations are left out, as is customary.";
/// Columns of the layers.
pub const COLUMNS: [&str; 8] =
    ["Node", "Operation", "Output shape", "Parameters", "Share", "MACs", "Share", "Receptive field"];
/// Name of the choice of rows.
pub const DETAIL: &str = "Rows";
/// What the rows may be.
pub const DETAILS: [&str; 2] = ["Blocks", "Every node"];
/// Leads to the graph behind the table.
pub const GRAPH: &str = "Every node as JSON";
/// Saves the table.
pub const SAVE_CSV: &str = "Save as CSV";

/// The family in a slot.
pub fn family(model: ModelSlot) -> &'static str {
    match model {
        ModelSlot::Resnet => super::shell::CNN,
        ModelSlot::Vit => super::shell::TRANSFORMER,
    }
}

/// What the comparison finds, of (name, parameters, multiply-accumulates).
pub fn comparison(totals: &[(String, u64, u64); 2]) -> String {
    let [first, second] = totals;
    let (larger, smaller) = if first.1 >= second.1 { (first, second) } else { (second, first) };
    let ratio = |larger: u64, smaller: u64| larger as f64 / smaller.max(1) as f64;
    format!(
        "{} holds {:.2} times the parameters of {} and does {:.2} times its arithmetic",
        larger.0,
        ratio(larger.1, smaller.1),
        smaller.0,
        ratio(larger.2, smaller.2)
    )
}

/// Depth.
pub fn weighted_layers(count: usize) -> String {
    format!("{count} weighted layers")
}

/// Depth of a CNN in blocks.
pub fn residual_blocks(kind: BlockKind, stage_depths: &[usize]) -> String {
    let kind = match kind {
        BlockKind::Basic => "basic",
        BlockKind::Bottleneck => "bottleneck",
    };
    let depths: Vec<String> = stage_depths.iter().map(ToString::to_string).collect();
    let total: usize = stage_depths.iter().sum();
    format!("{total} {kind} blocks in {} stages of {}", stage_depths.len(), depths.join(", "))
}

/// Depth of a ViT in blocks.
pub fn encoder_blocks(count: usize) -> String {
    format!("{count} encoder blocks; layers counted on the longest path")
}

/// Parameters under another head.
pub fn with_outputs(parameters: u64, num_classes: usize) -> String {
    format!(
        "{} under a head of {} outputs",
        number::thousands(parameters),
        number::thousands(num_classes as u64)
    )
}

/// Operations instead of multiply-accumulates.
pub fn flops(macs: u64) -> String {
    format!("{} floating-point operations, two for each", number::compact(2 * macs))
}

/// Sides of maps.
pub fn map_sides(sides: &[usize]) -> String {
    let sides: Vec<String> = sides.iter().map(ToString::to_string).collect();
    sides.join(" \u{2192} ")
}

/// Length of the sequence.
pub fn tokens(count: usize) -> String {
    format!("{count} tokens")
}

/// What the tokens are.
pub fn patches(per_side: usize, image_side: usize) -> String {
    let patch = image_side / per_side.max(1);
    format!("{per_side} × {per_side} patches of {patch} × {patch} px, and a class token")
}

/// Heads of a block.
pub fn heads(count: usize, width: usize) -> String {
    format!("{count} heads × {width} features")
}

/// All heads.
pub fn attention_maps(blocks: usize, heads: usize) -> String {
    format!("in each of {blocks} blocks: {} attention maps a picture", blocks * heads)
}

/// A side in pixels.
pub fn pixels(count: usize) -> String {
    format!("{count}\u{202f}px")
}

/// A receptive field against the picture.
pub fn field_against_side(field: usize, side: usize) -> String {
    let than = if field > side { "wider than" } else { "within" };
    format!("{than} the picture's {side}\u{202f}px; what a unit really uses is smaller")
}

/// A ViT's field before attention.
pub fn patch_before(patch: usize) -> String {
    format!("{patch}\u{202f}px, one patch, before the first attention")
}

/// Units of the last map that see everything.
pub fn units_see_all(count: usize, total: usize) -> String {
    format!("its centre; in the last map {count} of {total} units do")
}

/// How a picture becomes a square.
pub fn resize_and_crop(preprocessing: &Preprocessing) -> String {
    let filter = match preprocessing.interpolation {
        Interpolation::Nearest => "nearest pixel",
        Interpolation::Bilinear => "bilinear",
        Interpolation::Bicubic => "bicubic",
        Interpolation::Lanczos => "Lanczos",
    };
    let resize = match preprocessing.resize {
        Resize::ShorterSide { size } => {
            let longer = super::stages::preprocessing::longer_side(preprocessing.longer_side);
            format!("Shorter side to {size}\u{202f}px, the longer one {longer}")
        }
        Resize::Squash { width, height } => format!("Squashed to {width} × {height}\u{202f}px"),
    };
    format!("{resize} ({filter}), centre {0} × {0}", preprocessing.crop_size)
}

/// How pixels become numbers.
pub fn normalise(preprocessing: &Preprocessing) -> String {
    let list = |values: [f32; 3]| values.map(|value| value.to_string()).join(", ");
    format!("mean {}; deviation {}", list(preprocessing.mean), list(preprocessing.std))
}

/// A part of a model.
pub fn part(name: PartName) -> String {
    match name {
        PartName::Section(section) => nodes::section(section),
        PartName::EncoderBlocks(count) => format!("{count} encoder blocks"),
        PartName::Projections => "Queries, keys, values".to_owned(),
        PartName::Attention => "Attention and projection".to_owned(),
        PartName::Mlp => "MLPs".to_owned(),
        PartName::Norms => "LayerNorms".to_owned(),
    }
}

/// What the parts find.
pub fn parts_finding(model: &str, name: PartName, parameters: f64, macs: f64) -> String {
    let part = part(name);
    let (holds, does) = if name == PartName::Mlp { ("hold", "do") } else { ("holds", "does") };
    let part = if name == PartName::Mlp { format!("the {part}") } else { part };
    format!(
        "In {model} {part} {holds} {} of the parameters and {does} {} of the arithmetic",
        number::percent(parameters as f32),
        number::percent(macs as f32)
    )
}

/// Below the parts.
pub fn parts_note(model: ModelSlot) -> &'static str {
    match model {
        ModelSlot::Resnet => {
            "Early stages run few weights over large maps, late stages many weights over small ones: parameters and arithmetic sit at opposite ends."
        }
        ModelSlot::Vit => {
            "Every block costs the same, since the number of tokens never changes: parameters and arithmetic go together."
        }
    }
}

/// For those who do not see the table.
pub fn parts_caption(model: &str) -> String {
    format!("Parts of {model}")
}

/// What a MAC is.
pub fn note_mac(model: &str, macs: u64) -> String {
    format!(
        "Count both and you have two floating-point operations: the {} multiply-accumulates of {model} are {} FLOP. Published “GFLOPs” are mostly multiply-accumulates; check before you compare.",
        number::compact(macs),
        number::compact(2 * macs)
    )
}

/// What the head does to totals, as (parameters, outputs) of the loaded and the published head.
pub fn note_head(model: &str, loaded: (u64, usize), published: (u64, usize)) -> String {
    format!(
        "Loaded with {} outputs {model} has {} parameters; the same backbone with the {} outputs of published tables has {}.",
        number::thousands(loaded.1 as u64),
        number::compact(loaded.0),
        number::thousands(published.1 as u64),
        number::compact(published.0)
    )
}

/// What cannot be concluded from two checkpoints.
pub fn note_recipe(resnet: &CheckpointInfo, vit: &CheckpointInfo) -> String {
    let here = match (&resnet.trained_on, &vit.trained_on) {
        (Some(one), Some(other)) if one == other => {
            "Even with the same data the two loaded checkpoints may differ in schedule and augmentation."
        }
        (Some(_), Some(_)) => "The two loaded checkpoints were trained on different data in different ways.",
        _ => "The loaded checkpoints do not both say what they were trained on.",
    };
    format!(
        "{here} A difference in accuracy between them says as much about training as about convolution or attention: torchvision’s newer recipe alone lifts ResNet-50 from 76.1\u{202f}% to 80.9\u{202f}% on ImageNet."
    )
}

/// Title of the layers.
pub fn layers(model: &str, count: usize) -> String {
    format!("Every layer of {model}: {count} nodes")
}

/// What the rows are.
pub fn layers_note(detail: Detail, is_sorted: bool) -> &'static str {
    match (detail, is_sorted) {
        (Detail::Nodes, false) => "In order of execution. A block’s row sums the indented parts below it.",
        (Detail::Nodes, true) => {
            "Ordered by a column: only what computes is listed, without the blocks that sum it."
        }
        (Detail::Blocks, _) => "Blocks with all their parts as one row each.",
    }
}

/// Name of the saved file.
pub fn csv_name(model: &str) -> String {
    format!("{}-layers.csv", model.to_lowercase().replace('/', "-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn explained_rows_are_rows() {
        for (name, _term) in ROW_TERMS {
            assert!(GROUPS.iter().any(|(_group, rows)| rows.contains(&name)), "{name}");
        }
    }
}
