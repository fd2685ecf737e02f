//! What a convolutional layer does, and the layers that stand between convolutions.

use super::sources::{
    DUMOULIN_2016, GOODFELLOW_CONVNETS, GOODFELLOW_MLP, IOFFE_2015, JACOB_2017, LECUN_1989, LIN_2013,
    LU_2019, NAIR_2010, SCHERER_2010,
};
use super::{Chapter, Entry};

/// The chapter.
pub const CHAPTER: Chapter = Chapter { id: "chapter-convolution", name: "Convolution", entries: ENTRIES };

const ENTRIES: &[Entry] = &[
    Entry {
        id: "convolution",
        name: "Convolution",
        text: [
            "Slides a small kernel over the feature map and writes, at each place, the sum of products of kernel and window.",
            "Deep learning does not flip the kernel, so strictly speaking this is a cross-correlation.",
        ],
        formula: "y_{o,i,j} = b_o + ∑_{c,u,v} w_{o,c,u,v} x_{c, s i + u − p, s j + v − p}",
        symbols: "w the kernel of output channel o, b its bias, s the stride, p the padding",
        source: DUMOULIN_2016,
        see_also: &["kernel", "stride", "padding", "weight-sharing"],
    },
    Entry {
        id: "kernel",
        name: "Kernel",
        text: [
            "The weights of one output channel of a convolution: a small window over all input channels.",
            "Each kernel is a pattern that the layer looks for, and its output is large where the window resembles it.",
        ],
        formula: "w_o of C_in × k × k weights",
        symbols: "o the output channel, C_in the number of input channels, k the kernel size",
        source: GOODFELLOW_CONVNETS,
        see_also: &["convolution", "channel"],
    },
    Entry {
        id: "stride",
        name: "Stride",
        text: [
            "How many cells the kernel moves between two outputs.",
            "A stride of 2 halves the sides of the map, and from there on a shift of the picture by one pixel is no longer a shift of the map.",
        ],
        formula: "n_out = ⌊(n + 2p − k) / s⌋ + 1",
        symbols: "n the side of the input, k the kernel size, p the padding, s the stride",
        source: DUMOULIN_2016,
        see_also: &["jump", "padding", "translation-equivariance"],
    },
    Entry {
        id: "padding",
        name: "Padding",
        text: [
            "Rows and columns of zeros around a map, so that the kernel can stand on its border.",
            "Units near the border see part of their receptive field as zeros, which tells a network where the border is.",
        ],
        formula: "n_out = n where s = 1 and p = (k − 1) / 2",
        symbols: "n the side of the map, k the kernel size, which is odd, p the padding, s the stride",
        source: DUMOULIN_2016,
        see_also: &["convolution", "receptive-field"],
    },
    Entry {
        id: "feature-map",
        name: "Feature map",
        text: [
            "The output of a convolutional layer: one sheet per channel, on which each cell says how strongly a pattern is found there.",
            "Rows and columns still correspond to places of the picture, coarser with every stride.",
        ],
        formula: "x of C × H × W values",
        symbols: "C the number of channels, H rows, W columns",
        source: LECUN_1989,
        see_also: &["channel", "activation", "receptive-field"],
    },
    Entry {
        id: "activation",
        name: "Activation",
        text: [
            "The value of one unit for one picture, as opposed to a weight, which is the same for all pictures.",
            "The word also names the function that produced it, such as ReLU or GELU.",
        ],
        formula: "a = f(w · x + b)",
        symbols: "w weights, b bias, x the inputs of the unit, f the nonlinear function",
        source: GOODFELLOW_MLP,
        see_also: &["relu", "gelu", "parameter"],
    },
    Entry {
        id: "weight-sharing",
        name: "Weight sharing",
        text: [
            "The same kernel is used at every place of the map.",
            "It needs far fewer weights than a layer that connects everything to everything, and it is what makes a convolution equivariant to translation.",
        ],
        formula: "k^2 C_in C_out instead of (H W C_in) (H W C_out) weights",
        symbols: "k the kernel size, C_in and C_out channels, H × W the map",
        source: LECUN_1989,
        see_also: &["convolution", "inductive-bias", "translation-equivariance"],
    },
    Entry {
        id: "batch-normalisation",
        name: "Batch normalisation",
        text: [
            "Rescales each channel with a mean and variance, then with a learned scale and shift; in use these statistics are fixed, those of the training set.",
            "It keeps the gradients of deep networks healthy, which is why shortcuts need not be credited with that.",
        ],
        formula: "y = γ (x − μ) / √(σ^2 + ε) + β",
        symbols: "μ mean and σ^2 variance of the channel, γ and β learned, ε small",
        source: IOFFE_2015,
        see_also: &["folding", "layer-norm", "degradation"],
    },
    Entry {
        id: "folding",
        name: "Folding of batch normalisation",
        text: [
            "In use batch normalisation is one multiplication and one addition per channel, which the convolution before it can take over.",
            "The explorer folds when it loads a model, so that what you see after a convolution is already normalised.",
        ],
        formula: "w′ = w γ / √(σ^2 + ε), b′ = β + (b − μ) γ / √(σ^2 + ε)",
        symbols: "w and b of the convolution, μ, σ, γ, β and ε of the normalisation",
        source: JACOB_2017,
        see_also: &["batch-normalisation", "convolution"],
    },
    Entry {
        id: "relu",
        name: "ReLU",
        text: [
            "The rectified linear unit: what is negative becomes zero, the rest passes.",
            "Without some such bend all layers in a row would collapse into a single linear one.",
        ],
        formula: "ReLU(x) = max(0, x)",
        symbols: "x the value of one unit",
        source: NAIR_2010,
        see_also: &["gelu", "dead-channel", "activation"],
    },
    Entry {
        id: "dead-channel",
        name: "Dead channel",
        text: [
            "A channel whose activations are zero at every place, so that nothing of it reaches the next layer.",
            "On one picture this is common and harmless, since a pattern may simply be absent; a unit that is zero for all pictures no longer learns.",
        ],
        formula: "max_{i,j} x_{c,i,j} = 0",
        symbols: "x the feature map after ReLU, c the channel",
        source: LU_2019,
        see_also: &["relu", "channel"],
    },
    Entry {
        id: "max-pool",
        name: "Max-pooling",
        text: [
            "Keeps the largest value of each window, channel by channel, and has no weights.",
            "It makes the map smaller and the output less sensitive to small shifts, though not insensitive.",
        ],
        formula: "y_{c,i,j} = max_{u,v < k} x_{c, s i + u − p, s j + v − p}",
        symbols: "k the size of the window, s the stride, p the padding",
        source: SCHERER_2010,
        see_also: &["stride", "translation-invariance", "global-average-pooling"],
    },
    Entry {
        id: "global-average-pooling",
        name: "Global average pooling",
        text: [
            "Replaces each channel by its mean over the whole map.",
            "After it the network knows what it has seen and no longer where, which is also what makes class activation maps exact.",
        ],
        formula: "z_c = ∑_{i,j} x_{c,i,j} / (H W)",
        symbols: "x the last feature map of H × W cells, z the pooled vector",
        source: LIN_2013,
        see_also: &["class-activation-map", "classification-head"],
    },
];
