//! Words of section 3.

use shared::architecture::ConvSpec;
use shared::{Preprocessing, Resize};

use super::glossary::Term;
use crate::i18n::{Source, number};

/// Heading.
pub const TITLE: &str = "Learning Mechanism: Local Features vs. Global Context";
/// Below the heading.
pub const LEAD: &str = "A convolution sees a small window and widens it layer by layer; attention may look anywhere from its first layer. Here is what each does with this picture.";
/// How to use the figures.
pub const POINTING: &str = "Point at any picture or map below and all of them follow; click to stay there. With the keyboard: arrow keys on a picture.";

/// A claim about a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The claim.
    pub name: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// Terms that it rests on.
    pub terms: &'static [Term],
}

/// Of the CNN.
pub const LOCAL: Claim = Claim {
    name: "Local receptive fields",
    meaning: "A unit is computed from a small window of the layer before it. What it can have seen of the picture grows with depth.",
    terms: &[Term::named("receptive-field"), Term::named("effective-receptive-field")],
};
/// Of the ViT.
pub const GLOBAL: Claim = Claim {
    name: "Global self-attention from the first layer",
    meaning: "A token takes from every other token, however far away, in proportions that it computes from the picture itself.",
    terms: &[Term::named("attention-weights"), Term::named("attention-head")],
};
/// Of the CNN.
pub const HIERARCHY: Claim = Claim {
    name: "Hierarchical abstraction",
    meaning: "From stage to stage there are fewer places and more kinds of pattern at each, every one built from those of the stage before.",
    terms: &[Term::named("feature-map"), Term::named("stage")],
};
/// Of the ViT.
pub const CONTEXT: Claim = Claim {
    name: "Contextual understanding",
    meaning: "All blocks keep the same patches. What changes is what the vector of a patch says once it has taken from the others.",
    terms: &[Term::named("token"), Term::named("patch-similarity")],
};
/// Of the CNN.
pub const STRONG_BIAS: Claim = Claim {
    name: "Strong inductive bias",
    meaning: "Locality, shared weights and the grid are built in: knowledge that the network need not learn, and cannot unlearn.",
    terms: &[Term::named("inductive-bias"), Term::named("weight-sharing")],
};
/// Of the ViT.
pub const WEAK_BIAS: Claim = Claim {
    name: "Weak inductive bias",
    meaning: "Past the cut into patches nothing says that a picture has two dimensions. The model learns it, and needs more data for it.",
    terms: &[Term::named("inductive-bias"), Term::named("position-embedding")],
};

/// A source.
pub const LUO_2016: Source = Source {
    name: "Luo, Li, Urtasun, Zemel 2016: the effective receptive field",
    url: "https://arxiv.org/abs/1701.04128",
};
/// A source.
pub const DOSOVITSKIY_2021: Source = Source {
    name: "Dosovitskiy and others 2021: an image is worth 16 × 16 words",
    url: "https://arxiv.org/abs/2010.11929",
};
/// A source.
pub const ZEILER_2014: Source = Source {
    name: "Zeiler, Fergus 2014: visualizing convolutional networks",
    url: "https://arxiv.org/abs/1311.2901",
};
/// A source.
pub const RAGHU_2021: Source = Source {
    name: "Raghu and others 2021: do Vision Transformers see like CNNs?",
    url: "https://arxiv.org/abs/2108.08810",
};
/// A source.
pub const ZHANG_2019: Source = Source {
    name: "Zhang 2019: making convolutional networks shift-invariant again",
    url: "https://arxiv.org/abs/1904.11486",
};
const AZULAY_2019: Source = Source {
    name: "Azulay, Weiss 2019: why do they generalize so poorly to small transformations?",
    url: "https://arxiv.org/abs/1805.12177",
};
const HE_2015: Source = Source {
    name: "He, Zhang, Ren, Sun 2015: deep residual learning, section 4.1",
    url: "https://arxiv.org/abs/1512.03385",
};
const TORCHVISION: Source = Source {
    name: "torchvision: models and their weights",
    url: "https://docs.pytorch.org/vision/stable/models.html",
};
const TORCHVISION_RESIZE: Source = Source {
    name: "torchvision: Resize",
    url: "https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.Resize.html",
};

/// Name of the slider.
pub const DEPTH: &str = "Depth";
/// Columns of the stages.
pub const FIELD_COLUMNS: [&str; 3] = ["After", "Map", "Receptive field"];
/// Below the fields.
pub const FIELDS_NOTE: &str = "The box is what can reach the unit at all: solid inside the picture, dashed where it meets padding; faint are the ends of the other stages. What a unit really draws on is smaller, dense in the middle and thin at the rim.";
/// Who asks.
pub const ASKER: &str = "Who attends";
/// Who may ask.
pub const ASKERS: [&str; 2] = ["Class token", "Patch you point at"];
/// Which head.
pub const HEAD: &str = "Head";
/// All heads.
pub const MEAN_OF_HEADS: &str = "Mean of heads";
/// What attention is measured in.
pub const WEIGHT: &str = "Weight";
/// What a map is measured in.
pub const ACTIVATION: &str = "Activation";
/// What likeness is measured in.
pub const COSINE: &str = "Cosine";
/// Below the likeness of patches.
pub const LIKENESS_NOTE: &str = "Cosine between the vector of the marked patch and that of every patch. Likeness that neither colour nor place explains has come through attention, the only step in which patches exchange anything.";
/// Name of a map.
pub const POSITIONS: &str = "Position vectors";
/// For those who do not see the map.
pub const POSITIONS_LABEL: &str =
    "Map of the cosine between the position vector of the marked patch and that of every patch.";
/// Below the positions.
pub const POSITIONS_NOTE: &str = "The vector that is added to the marked patch, compared with those of all patches; the picture plays no part in it. A cross or a blob around the mark is two-dimensional order that training has found.";
/// What a kernel is measured in.
pub const KERNEL_WEIGHT: &str = "Weight";
/// For those who do not see the map.
pub const KERNEL_LABEL: &str = "The weights of the kernel, the mean over red, green and blue.";
/// Name of a map.
pub const KERNEL_MAP: &str = "Its map of this picture";
/// For those who do not see the map.
pub const KERNEL_MAP_LABEL: &str = "Map of what the kernel answers at every place of the picture.";
/// Name of the slider.
pub const KERNEL: &str = "Kernel";
/// Heading of the corrections.
pub const CORRECTIONS: &str = "Often said, and not so";

/// What the fields find.
pub fn fields_finding(model: &str, first_px: usize, last_px: usize, sees_all: Option<&str>) -> String {
    let all =
        sees_all.map(|node| format!("; the first to see the whole picture is {node}")).unwrap_or_default();
    format!(
        "In {model} a unit sees {first_px}\u{202f}px after the first layer and {last_px}\u{202f}px after the last{all}"
    )
}

/// A depth and its field.
pub fn depth(node: &str, size_px: usize) -> String {
    format!("{node}: {size_px} × {size_px}\u{202f}px")
}

/// The unit that answers for the place: (column, row) from 0, and its share of the picture.
pub fn unit((column, row): (usize, usize), map_side: usize, share: f64) -> String {
    format!(
        "Unit in row {}, column {} of {map_side} × {map_side} can see {} of the picture.",
        row + 1,
        column + 1,
        number::percent(share as f32)
    )
}

/// For those who do not see the boxes.
pub fn field_label(node: &str, unit: &str) -> String {
    format!(
        "The picture with the receptive field of a unit of {node}. {unit} Arrow keys move to the next unit."
    )
}

/// A map's size.
pub fn map(side: usize) -> String {
    format!("{side} × {side}")
}

/// A field against the picture's side.
pub fn field(size_px: usize, side_px: usize) -> String {
    format!("{size_px}\u{202f}px, {:.2} sides", size_px as f64 / side_px as f64)
}

/// What attention finds: how many patches hold half of the weight in the first and in the last block.
pub fn attention_finding(is_patch: bool, num_patches: usize, spread: [Option<usize>; 2]) -> String {
    let asker = if is_patch { "this patch" } else { "the class token" };
    match spread {
        [Some(first), Some(last)] => format!(
            "Half of the attention of {asker} lies on {} in the first block, on {} in the last",
            patches(first, num_patches),
            patches(last, num_patches)
        ),
        _ => format!("From the first block on {asker} can read all {num_patches} patches"),
    }
}

/// Below attention.
pub fn attention_note(tokens: usize) -> String {
    format!(
        "One row of softmax over {tokens} tokens, each block in its own range; even attention would be {} everywhere. Where a token looks is not yet what its answer rests on.",
        number::value(1.0 / tokens as f32)
    )
}

/// One of the two ends of the encoder.
pub fn block(end: usize, block: usize) -> String {
    format!("{} block, encoder.{block}", if end == 0 { "First" } else { "Last" })
}

/// For those who do not see the map.
pub fn attention_label(block: usize, is_patch: bool) -> String {
    let asker = if is_patch { "the marked patch" } else { "the class token" };
    format!("Map of the attention of {asker} in encoder.{block} over the picture.")
}

/// A row of attention weights adds up.
pub fn row_sum(to_patches: f32, to_class_token: f32, sum: f32) -> String {
    format!("{to_patches:.3} on patches + {to_class_token:.3} on the class token = {sum:.3}")
}

/// What the channels find, of (side, channels) of the first and the last stage.
pub fn channels_finding(first: (usize, usize), last: (usize, usize)) -> String {
    format!(
        "{} places with {} channels become {} places with {}",
        map(first.0),
        number::thousands(first.1 as u64),
        map(last.0),
        number::thousands(last.1 as u64)
    )
}

/// Below the channels.
pub fn channels_note(candidates: usize) -> String {
    format!(
        "Of the first {candidates} channels of each stage the two with the largest mean on this picture, each in its own range from dark to bright; the number is the value at the mark. Early maps follow edges and colours, late ones are too coarse to be read as pictures: each cell stands for a wide part."
    )
}

/// A channel's name.
pub fn channel(index: Option<usize>) -> String {
    index.map_or_else(|| "Channel".to_owned(), |index| format!("Channel {index}"))
}

/// For those who do not see the map.
pub fn channel_label(node: &str, index: Option<usize>) -> String {
    format!("{} of {node} as a map of the picture.", channel(index))
}

/// What likeness finds: mean distances in patches after the first and the last block.
pub fn likeness_finding(count: usize, distances: Option<(f64, f64)>) -> String {
    match distances {
        Some((first, last)) => format!(
            "The {count} patches most like this one lie {first:.1} patches away after the first block and {last:.1} after the last"
        ),
        None => "What a patch resembles changes from the first block to the last".to_owned(),
    }
}

/// One of the two ends of the encoder.
pub fn after_block(end: usize, block: usize) -> String {
    format!("After the {} block, encoder.{block}", if end == 0 { "first" } else { "last" })
}

/// For those who do not see the map.
pub fn likeness_label(block: usize) -> String {
    format!("Map of the cosine between the marked patch and every patch after encoder.{block}.")
}

/// What position vectors find: mean cosine with the neighbours and with all others.
pub fn positions_finding(near_and_far: Option<(f64, f64)>) -> String {
    match near_and_far {
        Some((near, far)) => format!(
            "Learned, not built in: the cosine of a position vector is {} with its neighbours, {} with all others",
            number::value(near as f32),
            number::value(far as f32)
        ),
        None => "Which patches are neighbours is learned, not built in".to_owned(),
    }
}

/// What a ViT is given and what it learns of space; of (position parameters, all parameters).
pub fn vit_facts(per_side: usize, tokens: usize, parameters: (u64, u64)) -> [(&'static str, String); 3] {
    let share = number::percent(parameters.0 as f32 / parameters.1.max(1) as f32);
    [
        ("Built in", format!("{} patches, one projection for all", map(per_side))),
        (
            "Learned",
            format!(
                "a vector for each of {tokens} tokens: {} parameters, {share}",
                number::thousands(parameters.0)
            ),
        ),
        ("Without them", "shuffled patches would get the same answer".to_owned()),
    ]
}

/// What sharing finds.
pub fn sharing_finding(conv: &ConvSpec, map_side: usize) -> String {
    format!(
        "One kernel of {} numbers looks at {} places of the picture",
        conv.kernel_size * conv.kernel_size * conv.in_channels,
        number::thousands((map_side * map_side) as u64)
    )
}

/// Below the kernel.
pub fn sharing_note(total_stride: usize) -> String {
    format!(
        "Shift the picture by a stride and the map shifts along: convolution is equivariant. Through all layers that holds for shifts of {total_stride}\u{202f}px only, and at no shift is the answer bound to stay the same."
    )
}

/// A kernel's name.
pub fn kernel(index: usize) -> String {
    format!("Kernel {index}, mean of its colours")
}

/// A kernel among all.
pub fn kernel_of(index: usize, count: usize) -> String {
    format!("{index}, from 0 to {}", count.saturating_sub(1))
}

/// What sharing saves.
pub fn cnn_facts(conv: &ConvSpec, map_side: usize, side_px: usize) -> [(&'static str, String); 3] {
    let ConvSpec { in_channels, out_channels, kernel_size, .. } = *conv;
    let weights = (kernel_size * kernel_size * in_channels * out_channels) as u64;
    let connected = (side_px * side_px * in_channels) as u64 * (map_side * map_side * out_channels) as u64;
    [
        (
            "Weights of the layer",
            format!(
                "{} = {kernel_size} × {kernel_size} × {in_channels} × {out_channels}",
                number::thousands(weights)
            ),
        ),
        ("Each is used at", format!("{} places", number::thousands((map_side * map_side) as u64))),
        (
            "Fully connected",
            format!(
                "{} weights, {} times as many",
                number::compact(connected),
                number::compact(connected / weights.max(1))
            ),
        ),
    ]
}

/// A correction: what is said, what is so, and who says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// What is said.
    pub said: String,
    /// What is so.
    pub so: String,
    /// Who says so.
    pub sources: &'static [Source],
}

/// On skips and gradients.
pub fn skips() -> Correction {
    Correction {
        said: "Skip connections are there against vanishing gradients.".to_owned(),
        so: "Batch-norm already kept the gradients of the plain networks healthy, and the deeper ones still trained worse. The authors blame the optimisation: a block with a skip can default to doing nothing, which makes depth easy to add.".to_owned(),
        sources: &[HE_2015],
    }
}

/// On shifts.
pub fn shifts(total_stride: usize) -> Correction {
    Correction {
        said: "A CNN does not mind where in the picture a thing is.".to_owned(),
        so: format!(
            "Its maps move along with the thing, and exactly so only for shifts by the whole stride, {total_stride}\u{202f}px here. Between those the strided layers sample other values, and a shift of one pixel can change the answer."
        ),
        sources: &[ZHANG_2019, AZULAY_2019],
    }
}

/// On totals, of (parameters, outputs) of the loaded and the published head.
pub fn totals(model: &str, loaded: (u64, usize), published: (u64, usize)) -> Correction {
    Correction {
        said: format!("{model} has {} parameters.", number::compact(published.0)),
        so: format!(
            "With the {} outputs of ImageNet, yes. The model that runs here has {} outputs and {} parameters: the head belongs to the task, the backbone to the architecture.",
            number::thousands(published.1 as u64),
            number::thousands(loaded.1 as u64),
            number::compact(loaded.0)
        ),
        sources: &[TORCHVISION],
    }
}

/// On the resize, for a picture of (width, height).
pub fn resize(preprocessing: &Preprocessing, (width, height): (u32, u32)) -> Correction {
    let size = match preprocessing.resize {
        Resize::ShorterSide { size } => size,
        Resize::Squash { width, height } => width.min(height),
    };
    let kept = Preprocessing { resize: Resize::ShorterSide { size }, ..preprocessing.clone() };
    let kept = kept.resized_size(width, height);
    let stretch = f64::from(width.max(height)) / f64::from(width.min(height).max(1));
    let squashed = if width == height {
        "This picture is square, so both agree.".to_owned()
    } else {
        format!(
            "This picture of {width} × {height} becomes {} × {} with its shape kept; squashed to {size} × {size} everything in it is {stretch:.2} times too {}.",
            kept.width,
            kept.height,
            if width > height { "narrow" } else { "low" }
        )
    };
    let loaded = match preprocessing.resize {
        Resize::ShorterSide { .. } => "The loaded weights expect the shape kept, and get it.",
        Resize::Squash { .. } => "The loaded weights were trained on squashed pictures, and get them.",
    };
    Correction {
        said: format!("“Resize {size}” makes a picture {size} × {size}."),
        so: format!("It sets the shorter side. {squashed} {loaded}"),
        sources: &[TORCHVISION_RESIZE],
    }
}

fn patches(count: usize, of: usize) -> String {
    format!("{count} of {of} patches")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wide_picture_is_said_to_become_narrow() {
        let wide = resize(&Preprocessing::default(), (600, 400)).so;
        assert!(
            wide.contains("600 × 400 becomes 384 × 256") && wide.contains("1.50 times too narrow"),
            "{wide}"
        );
        let tall = resize(&Preprocessing::default(), (400, 800)).so;
        assert!(
            tall.contains("400 × 800 becomes 256 × 512") && tall.contains("2.00 times too low"),
            "{tall}"
        );
        assert!(resize(&Preprocessing::default(), (300, 300)).so.contains("both agree"));
    }

    #[test]
    fn sharing_is_counted_as_published() {
        let conv = ConvSpec { in_channels: 3, out_channels: 64, kernel_size: 7, stride: 2, padding: 3 };
        let [weights, places, connected] =
            cnn_facts(&conv, 112, 224).map(|(_name, fact)| fact.replace('\u{202f}', " "));
        assert_eq!(weights, "9 408 = 7 × 7 × 3 × 64");
        assert_eq!(places, "12 544 places");
        // (3 · 224²) · (64 · 112²) = 120 846 286 848.
        assert_eq!(connected, "121 G weights, 12.8 M times as many");
    }
}
