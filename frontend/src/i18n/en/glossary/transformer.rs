//! From patches to the class token.

use super::sources::{BA_2016, DOSOVITSKIY_2021, ELHAGE_2021, HENDRYCKS_2016, VASWANI_2017, XIONG_2020};
use super::{Chapter, Entry};

/// The chapter.
pub const CHAPTER: Chapter =
    Chapter { id: "chapter-transformer", name: "Vision Transformer", entries: ENTRIES };

const ENTRIES: &[Entry] = &[
    Entry {
        id: "patch",
        name: "Patch",
        text: [
            "A square of the picture, 16 × 16 pixels in a ViT-B/16.",
            "Patches do not overlap, and what lies inside one is all that a token knows before the first attention.",
        ],
        formula: "N = (H / P) (W / P)",
        symbols: "N the number of patches, H × W the picture, P the side of the patch",
        source: DOSOVITSKIY_2021,
        see_also: &["patch-embedding", "token"],
    },
    Entry {
        id: "patch-embedding",
        name: "Patch embedding",
        text: [
            "One matrix that maps the pixels of each patch to a vector.",
            "It is the same as a convolution whose stride equals its kernel size, and its rows can be looked at as small pictures.",
        ],
        formula: "e_i = E x_i + b",
        symbols: "x_i the 3 P^2 values of patch i, E the matrix, b the bias",
        source: DOSOVITSKIY_2021,
        see_also: &["patch", "token", "stem"],
    },
    Entry {
        id: "token",
        name: "Token",
        text: [
            "A vector that stands for one patch, or for none of them: the class token.",
            "All blocks keep the number of tokens and their width, and change what the vectors say.",
        ],
        formula: "z of (N + 1) × D values",
        symbols: "N patches and one class token, D the width",
        source: DOSOVITSKIY_2021,
        see_also: &["patch", "class-token", "residual-stream"],
    },
    Entry {
        id: "position-embedding",
        name: "Position embedding",
        text: [
            "A learned vector for each place of the sequence, added to the token that stands there.",
            "Without it a ViT cannot tell a picture from its shuffled patches, and that they form a grid is something these vectors learn.",
        ],
        formula: "z_0 = [x_cls; e_1; …; e_N] + E_pos",
        symbols: "x_cls the class token, e_i the embedded patches, E_pos one row for each token",
        source: DOSOVITSKIY_2021,
        see_also: &["permutation-invariance", "patch-embedding", "position-similarity"],
    },
    Entry {
        id: "class-token",
        name: "Class token",
        text: [
            "A learned vector in front of the patches that belongs to none of them.",
            "It gathers what it needs through attention, and the head reads it alone.",
        ],
        formula: "logits = W LN(z_L)_0 + b",
        symbols: "z_L the tokens after the last of L blocks, row 0 the class token, LN the final LayerNorm",
        source: DOSOVITSKIY_2021,
        see_also: &["token", "classification-head", "logit-lens"],
    },
    Entry {
        id: "encoder-block",
        name: "Encoder block",
        text: [
            "One layer of a transformer: attention, in which tokens exchange something, then an MLP, in which each is treated by itself.",
            "Both are residual branches behind a LayerNorm.",
        ],
        formula: "u = z + MHA(LN(z)), z′ = u + MLP(LN(u))",
        symbols: "z tokens before and z′ after the block, LN LayerNorm, MHA multi-head attention",
        source: DOSOVITSKIY_2021,
        see_also: &["multi-head-attention", "mlp", "layer-norm"],
    },
    Entry {
        id: "layer-norm",
        name: "LayerNorm",
        text: [
            "Brings each token by itself to mean 0 and variance 1 over its features, then applies a learned scale and shift.",
            "Unlike batch normalisation it needs no statistics of a training set, so one token’s result depends on no other token or picture.",
        ],
        formula: "y = γ (x − mean(x)) / √(var(x) + ε) + β",
        symbols: "x one token, γ and β learned, ε small",
        source: BA_2016,
        see_also: &["batch-normalisation", "pre-norm"],
    },
    Entry {
        id: "pre-norm",
        name: "Pre-norm",
        text: [
            "The LayerNorm stands before the branch and not after the sum.",
            "The stream of tokens thus passes from the first block to the last without being normalised, which makes training stable.",
        ],
        formula: "z + F(LN(z)) instead of LN(z + F(z))",
        symbols: "z tokens, F the branch, LN LayerNorm",
        source: XIONG_2020,
        see_also: &["layer-norm", "residual-stream"],
    },
    Entry {
        id: "mlp",
        name: "MLP",
        text: [
            "Two linear layers with a GELU between them, applied to each token by itself with the same weights.",
            "It holds two thirds of the weights of an encoder block when its hidden layer is four times as wide as a token.",
        ],
        formula: "MLP(x) = W_2 GELU(W_1 x + b_1) + b_2",
        symbols: "x one token, W_1 of 4D × D and W_2 of D × 4D weights",
        source: VASWANI_2017,
        see_also: &["gelu", "encoder-block"],
    },
    Entry {
        id: "gelu",
        name: "GELU",
        text: [
            "A smooth relative of ReLU that weighs a value by the probability that a normal variable is smaller.",
            "Small negative values are damped and not cut off.",
        ],
        formula: "GELU(x) = x Φ(x)",
        symbols: "Φ the distribution function of the standard normal distribution",
        source: HENDRYCKS_2016,
        see_also: &["relu", "mlp"],
    },
    Entry {
        id: "residual-stream",
        name: "Residual stream",
        text: [
            "The sum that runs through all blocks of a transformer and to which each branch adds its part.",
            "Every block reads from it and writes to it, so its content after block l is the embedding plus all contributions so far.",
        ],
        formula: "z_l = z_0 + ∑_{i ≤ l} (attention_i + mlp_i)",
        symbols: "z_0 the embedding, attention_i and mlp_i what the branches of block i add",
        source: ELHAGE_2021,
        see_also: &["residual-branch", "encoder-block", "logit-lens"],
    },
];
