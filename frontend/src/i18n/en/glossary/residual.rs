//! How a ResNet is put together.

use super::sources::HE_2015;
use super::{Chapter, Entry};

/// The chapter.
pub const CHAPTER: Chapter = Chapter { id: "chapter-residual", name: "Residual networks", entries: ENTRIES };

const ENTRIES: &[Entry] = &[
    Entry {
        id: "stem",
        name: "Stem",
        text: [
            "The first layers of a network, which bring the picture down to the size at which the blocks work.",
            "In a ResNet it is a 7 × 7 convolution of stride 2 and a max-pool of stride 2, in a ViT the patch embedding plays its part.",
        ],
        formula: "224 → 112 → 56",
        symbols: "sides of the maps of pictures of 224 × 224 pixels",
        source: HE_2015,
        see_also: &["stage", "patch-embedding", "max-pool"],
    },
    Entry {
        id: "stage",
        name: "Stage",
        text: [
            "A run of blocks that work on maps of the same size.",
            "From one stage of a ResNet to the next the sides of the map halve and the channels double.",
        ],
        formula: "C × H × W → 2C × H/2 × W/2",
        symbols: "C channels, H rows, W columns",
        source: HE_2015,
        see_also: &["stem", "bottleneck", "jump"],
    },
    Entry {
        id: "bottleneck",
        name: "Bottleneck block",
        text: [
            "A residual block of three convolutions: 1 × 1 to fewer channels, 3 × 3, and 1 × 1 back to four times as many.",
            "In version 1.5, which runs here, the 3 × 3 convolution carries the stride; the paper has it on the first 1 × 1, which gives other receptive fields.",
        ],
        formula: "4C → C → C → 4C",
        symbols: "C the channels of the 3 × 3 convolution",
        source: HE_2015,
        see_also: &["residual-branch", "shortcut", "receptive-field"],
    },
    Entry {
        id: "residual-branch",
        name: "Residual branch",
        text: [
            "The path of a block that computes something: its convolutions, or its attention, or its MLP.",
            "It has to learn only the difference to its input, since the shortcut adds the input itself.",
        ],
        formula: "y = x + F(x)",
        symbols: "x input and y output of the block, F the branch",
        source: HE_2015,
        see_also: &["shortcut", "bottleneck", "residual-stream"],
    },
    Entry {
        id: "shortcut",
        name: "Shortcut",
        text: [
            "The path around a residual branch, on which the input reaches the sum unchanged.",
            "It makes depth easier to optimise, because a block can default to doing nothing; vanishing gradients were already dealt with by batch normalisation.",
        ],
        formula: "y = F(x) + x",
        symbols: "x input and y output of the block, F the residual branch",
        source: HE_2015,
        see_also: &["residual-branch", "projection-shortcut", "degradation"],
    },
    Entry {
        id: "projection-shortcut",
        name: "Projection shortcut",
        text: [
            "A shortcut with a 1 × 1 convolution, for blocks whose output has another shape than their input.",
            "A ResNet-50 has four of them, one at the start of each stage; all other shortcuts are identities.",
        ],
        formula: "y = F(x) + W_s x",
        symbols: "F the residual branch, W_s the 1 × 1 convolution with the stride of the block",
        source: HE_2015,
        see_also: &["shortcut", "stage"],
    },
    Entry {
        id: "degradation",
        name: "Degradation",
        text: [
            "Plain networks that were made deeper trained to a higher error than shallower ones, on the training set itself.",
            "So it was no overfitting, and their authors found healthy gradients under batch normalisation: it was hard to optimise, and shortcuts eased that.",
        ],
        formula: "training error of 34 layers > training error of 18 layers",
        symbols: "plain networks without shortcuts, on ImageNet",
        source: HE_2015,
        see_also: &["shortcut", "batch-normalisation"],
    },
];
