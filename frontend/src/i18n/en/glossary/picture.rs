//! How a picture becomes numbers, and how numbers become pictures again.

use super::sources::{
    COLOUR_MAPS, GOODFELLOW_ALGEBRA, GOODFELLOW_CONVNETS, LECUN_1998, TORCHVISION_CROP, TORCHVISION_MODELS,
    TORCHVISION_RESIZE,
};
use super::{Chapter, Entry};

/// The chapter.
pub const CHAPTER: Chapter =
    Chapter { id: "chapter-picture", name: "The picture as numbers", entries: ENTRIES };

const ENTRIES: &[Entry] = &[
    Entry {
        id: "tensor",
        name: "Tensor",
        text: [
            "An array of numbers with any number of axes, such as channels, rows and columns.",
            "Its shape says how long each axis is, and every arrow of the diagrams carries one tensor.",
        ],
        formula: "x_{c,i,j} with c < C, i < H, j < W",
        symbols: "C channels, H rows and W columns; the shape is C × H × W",
        source: GOODFELLOW_ALGEBRA,
        see_also: &["feature-map", "channel", "npy-file"],
    },
    Entry {
        id: "channel",
        name: "Channel",
        text: [
            "One sheet of numbers of a picture or feature map: red, green and blue at the input, learned patterns later.",
            "A channel keeps its meaning at every place, because one kernel has computed all of it.",
        ],
        formula: "x = (x_1, …, x_C), each x_c of H × W values",
        symbols: "x the feature map, C the number of channels",
        source: GOODFELLOW_CONVNETS,
        see_also: &["feature-map", "kernel", "dead-channel"],
    },
    Entry {
        id: "preprocessing",
        name: "Preprocessing",
        text: [
            "All steps that turn a file into the tensor that a model expects: decode, resize, crop and normalise.",
            "It belongs to the checkpoint, since the weights were fitted to inputs that were made in exactly this way.",
        ],
        formula: "x = normalise(crop(resize(picture)))",
        symbols: "x the model’s input",
        source: TORCHVISION_MODELS,
        see_also: &["resize", "centre-crop", "normalisation"],
    },
    Entry {
        id: "resize",
        name: "Resize",
        text: [
            "Brings a picture to the size that the crop needs, with its shape kept or squashed to a square.",
            "“Resize 256” in torchvision sets the shorter side, so 600 × 400 pixels become 384 × 256 and not 256 × 256.",
        ],
        formula: "(w, h) → (w s / m, h s / m) with m = min(w, h)",
        symbols: "w width, h height, s the shorter side that is asked for; the longer side is cut to whole pixels",
        source: TORCHVISION_RESIZE,
        see_also: &["centre-crop", "preprocessing"],
    },
    Entry {
        id: "centre-crop",
        name: "Centre crop",
        text: [
            "Cuts the square that a model reads out of the middle of the resized picture.",
            "What lies outside of it reaches neither model, however clearly you see it in the photo.",
        ],
        formula: "top = round((h − s) / 2), left = round((w − s) / 2)",
        symbols: "h height and w width of the resized picture, s the side of the square",
        source: TORCHVISION_CROP,
        see_also: &["resize", "preprocessing"],
    },
    Entry {
        id: "normalisation",
        name: "Normalisation of the input",
        text: [
            "Takes the mean of the training set from each colour channel and divides by its standard deviation.",
            "It brings the inputs to the scale at which training converges quickly, and another mean would shift every activation that follows.",
        ],
        formula: "x′_c = (x_c − μ_c) / σ_c",
        symbols: "x_c one channel between 0 and 1, μ_c its mean, σ_c its standard deviation",
        source: LECUN_1998,
        see_also: &["preprocessing", "batch-normalisation"],
    },
    Entry {
        id: "colour-map",
        name: "Colour map",
        text: [
            "Turns a value into a colour so that equal steps of the value look like equal steps.",
            "Values of one sign get a sequential map, values around zero a diverging one whose middle is zero, and a colour bar always says which range is shown.",
        ],
        formula: "colour = map((x − min) / (max − min))",
        symbols: "x the value, min and max the ends of the colour bar",
        source: COLOUR_MAPS,
        see_also: &["feature-map", "attention-weights"],
    },
];
