//! Maps that say where an answer comes from, and what they cannot say.

use super::sources::{
    ABNAR_2020, BAYDIN_2018, CHEFER_2021, GOODFELLOW_ALGEBRA, MUHAMMAD_2020, NOSTALGEBRAIST_2020,
    SELVARAJU_2017, ZHOU_2016,
};
use super::{Chapter, Entry};

/// The chapter.
pub const CHAPTER: Chapter = Chapter { id: "chapter-explanation", name: "Explanations", entries: ENTRIES };

const ENTRIES: &[Entry] = &[
    Entry {
        id: "gradient",
        name: "Gradient",
        text: [
            "How fast one number changes with each of many others, found for all of them in one backward pass.",
            "It holds for very small changes only, and says nothing of what happens when a region is covered entirely.",
        ],
        formula: "g_i = ∂y / ∂x_i",
        symbols: "y the one number, such as one logit, x_i the others, such as pixels",
        source: BAYDIN_2018,
        see_also: &["finite-difference", "effective-receptive-field", "grad-cam"],
    },
    Entry {
        id: "class-activation-map",
        name: "Class activation map",
        text: [
            "Says how much each cell of the last feature map adds to a class’s logit, exactly and without a gradient.",
            "This needs a head that is one linear layer behind global average pooling, as in a ResNet.",
        ],
        formula: "M_c = ∑_k w_{c,k} A_k, y_c = mean(M_c) + b_c",
        symbols: "A_k channel k of the last map, w_{c,k} its weight for class c, b_c the bias",
        source: ZHOU_2016,
        see_also: &["channel-contribution", "grad-cam", "global-average-pooling"],
    },
    Entry {
        id: "channel-contribution",
        name: "Contribution of a channel",
        text: [
            "What one channel of the last feature map adds to a class’s logit: its mean times its weight.",
            "The contributions of all channels and the bias sum exactly to the logit, so channels can be ranked by them.",
        ],
        formula: "y_c = b_c + ∑_k w_{c,k} mean(A_k)",
        symbols: "A_k channel k, w_{c,k} its weight for class c, b_c the bias",
        source: ZHOU_2016,
        see_also: &["class-activation-map", "channel", "logit"],
    },
    Entry {
        id: "grad-cam",
        name: "Grad-CAM",
        text: [
            "Weighs the channels of any feature map by the mean gradient of a class’s logit, adds them up and drops what is negative.",
            "At the last stage of a ResNet it equals the positive part of the class activation map up to scale; earlier it is an approximation.",
        ],
        formula: "L_c = ReLU(∑_k α_k A_k), α_k = mean_{i,j}(∂y_c / ∂A_{k,i,j})",
        symbols: "A_k channel k of the map, y_c the logit of class c",
        source: SELVARAJU_2017,
        see_also: &["class-activation-map", "gradient", "eigen-cam"],
    },
    Entry {
        id: "eigen-cam",
        name: "Eigen-CAM",
        text: [
            "Projects a feature map on its first singular vector: the pattern of channels that explains most of it.",
            "It asks for no class, so it shows what is prominent and not what speaks for an answer, and its sign is arbitrary.",
        ],
        formula: "L = A v_1",
        symbols: "A the map as cells × channels, v_1 its first right singular vector",
        source: MUHAMMAD_2020,
        see_also: &["singular-vector", "grad-cam"],
    },
    Entry {
        id: "singular-vector",
        name: "Singular vector",
        text: [
            "The directions along which a matrix stretches most, in order of how much.",
            "They are unique only up to sign, and not even that where two singular values are equal.",
        ],
        formula: "A v_i = σ_i u_i",
        symbols: "u_i left and v_i right singular vectors, σ_i the singular values in falling order",
        source: GOODFELLOW_ALGEBRA,
        see_also: &["eigen-cam"],
    },
    Entry {
        id: "attention-rollout",
        name: "Attention rollout",
        text: [
            "Multiplies the attention of all blocks, with the shortcut counted as half, to follow what reaches a token from the first block on.",
            "It is the same for every class, and leaves out values and MLPs.",
        ],
        formula: "R = Â_L ⋯ Â_1, Â_l = mean_h(A_{l,h}) / 2 + I / 2",
        symbols: "A_{l,h} the weights of head h in block l, L blocks, I the identity; rows of R sum to 1",
        source: ABNAR_2020,
        see_also: &["attention-weights", "discard-ratio", "gradient-weighted-relevance"],
    },
    Entry {
        id: "discard-ratio",
        name: "Discard ratio",
        text: [
            "The share of the smallest attention weights that are set to zero before a rollout, to take away its haze.",
            "The rows are renormalised afterwards, otherwise deep products would fade.",
        ],
        formula: "A′_{q,k} = A_{q,k} / ∑_{j kept} A_{q,j} for k kept, else 0",
        symbols: "A the fused weights of one block, q the query, k and j keys",
        source: ABNAR_2020,
        see_also: &["attention-rollout"],
    },
    Entry {
        id: "gradient-weighted-relevance",
        name: "Gradient-weighted relevance",
        text: [
            "A rollout in which each weight counts by how much it raises the logit of a class.",
            "Thereby it is specific to a class, at the price of a backward pass.",
        ],
        formula: "R ← R + mean_h((∇A_h ⊙ A_h)^+) R, R = I at first",
        symbols: "A_h the weights of head h, ∇A_h their gradient, ⊙ the product by elements, + the positive part",
        source: CHEFER_2021,
        see_also: &["attention-rollout", "gradient"],
    },
    Entry {
        id: "logit-lens",
        name: "Logit lens",
        text: [
            "Applies the final LayerNorm and the head to the class token after every block, to read what the model would answer there.",
            "Early blocks were never trained to be read in this way, so a strange answer there need not be a thought of the model.",
        ],
        formula: "y_l = W LN(z_l)_0 + b",
        symbols: "z_l the tokens after block l, W and b the head, LN the final LayerNorm",
        source: NOSTALGEBRAIST_2020,
        see_also: &["residual-stream", "class-token", "logit"],
    },
];
