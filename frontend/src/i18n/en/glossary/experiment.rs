//! What is done to the picture or the model to test a claim.

use super::sources::{AZULAY_2019, NASEER_2021, VEIT_2016, ZEILER_2014};
use super::{Chapter, Entry};

/// The chapter.
pub const CHAPTER: Chapter = Chapter { id: "chapter-experiment", name: "Experiments", entries: ENTRIES };

const ENTRIES: &[Entry] = &[
    Entry {
        id: "shift-experiment",
        name: "Shift experiment",
        text: [
            "Slides the crop over the picture pixel by pixel and plots what both models say.",
            "It is the test of the common claim that a CNN does not mind shifts, and takes its pixels from the picture itself, so no black border enters.",
        ],
        formula: "p_c(d) = softmax(f(T_d x))_c",
        symbols: "T_d the shift by d pixels, x the picture, f the model, c the class",
        source: AZULAY_2019,
        see_also: &["translation-invariance", "translation-equivariance", "stride"],
    },
    Entry {
        id: "patch-shuffle",
        name: "Patch shuffle",
        text: [
            "Cuts the picture into a grid of cells and puts them into a random order.",
            "An answer that survives was based on parts of the size of a cell rather than on their arrangement.",
        ],
        formula: "x′ = the cells of x in the order π",
        symbols: "π the random order of n × n cells, the same for both models",
        source: NASEER_2021,
        see_also: &["permutation-invariance", "position-embedding"],
    },
    Entry {
        id: "permutation-invariance",
        name: "Permutation invariance",
        text: [
            "The order of the inputs does not matter to the output.",
            "A ViT without position embeddings has this property exactly, up to rounding, when whole patches are shuffled: attention treats tokens as a set.",
        ],
        formula: "f(x_{π(1)}, …, x_{π(N)}) = f(x_1, …, x_N)",
        symbols: "π any order of the N patches",
        source: NASEER_2021,
        see_also: &["patch-shuffle", "position-embedding"],
    },
    Entry {
        id: "occlusion",
        name: "Occlusion",
        text: [
            "Covers a part of the picture and watches how the answer changes.",
            "Unlike a gradient it measures a real change of the input, though of one that the model has seldom met in training.",
        ],
        formula: "Δ_c = y_c(x) − y_c(x with the region covered)",
        symbols: "y_c the logit of class c, x the picture",
        source: ZEILER_2014,
        see_also: &["gradient", "class-activation-map"],
    },
    Entry {
        id: "skip-ablation",
        name: "Skip ablation",
        text: [
            "Switches off the shortcut or the residual branch of one block of a trained model.",
            "One branch less hardly hurts most ResNets, whereas one layer less ruins a plain network such as VGG, which has no way around it.",
        ],
        formula: "y = F(x) or y = x instead of y = x + F(x)",
        symbols: "x input and y output of the block, F its branch",
        source: VEIT_2016,
        see_also: &["shortcut", "residual-branch", "path-distribution"],
    },
];
