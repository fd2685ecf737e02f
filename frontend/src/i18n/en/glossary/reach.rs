//! Receptive fields, and what is built into an architecture.

use super::sources::{ARAUJO_2019, AZULAY_2019, BATTAGLIA_2018, LUO_2016, VEIT_2016, ZHANG_2019};
use super::{Chapter, Entry};

/// The chapter.
pub const CHAPTER: Chapter = Chapter { id: "chapter-reach", name: "What a unit sees", entries: ENTRIES };

const ENTRIES: &[Entry] = &[
    Entry {
        id: "receptive-field",
        name: "Receptive field",
        text: [
            "The box of the picture outside of which no pixel can change a given unit.",
            "It follows from kernel sizes and strides alone, and is therefore called theoretical: how much each pixel inside counts is another question.",
        ],
        formula: "r_l = r_{l−1} + (k_l − 1) j_{l−1}, r_0 = 1",
        symbols: "r_l the side after layer l in pixels, k_l the kernel size, j the jump",
        source: ARAUJO_2019,
        see_also: &["jump", "unit-centre", "effective-receptive-field"],
    },
    Entry {
        id: "jump",
        name: "Jump",
        text: [
            "The distance in pixels of the picture between the centres of two neighbouring units of a map.",
            "It is the product of all strides so far, also called effective stride.",
        ],
        formula: "j_l = j_{l−1} s_l, j_0 = 1",
        symbols: "j_l the jump after layer l, s_l its stride",
        source: ARAUJO_2019,
        see_also: &["stride", "receptive-field", "unit-centre"],
    },
    Entry {
        id: "unit-centre",
        name: "Centre of a unit",
        text: [
            "The point of the picture about which the receptive field of a unit lies.",
            "In a ResNet unit i of a map is centred on pixel jump times i, so tiles drawn from the corner of the picture would be off by nearly half a tile.",
        ],
        formula: "start_l = start_{l−1} + ((k_l − 1) / 2 − p_l) j_{l−1}",
        symbols: "k_l kernel size, p_l padding, j the jump; start_0 = 0.5, the middle of the first pixel",
        source: ARAUJO_2019,
        see_also: &["receptive-field", "jump", "padding"],
    },
    Entry {
        id: "path-distribution",
        name: "Path distribution",
        text: [
            "At every block a signal may take the branch or the shortcut, so a residual network is a bundle of paths of very different reach.",
            "ResNet-50 has 65\u{202f}536 of them with receptive fields from 11 to 427 pixels, and 52.4\u{202f}% stay within the 224 pixels of the picture.",
        ],
        formula: "2^B paths, r = r_stem + ∑_{b taken} (k_b − 1) j_b",
        symbols: "B blocks, k_b and j_b kernel size and jump at the widest convolution of block b",
        source: VEIT_2016,
        see_also: &["receptive-field", "shortcut", "effective-receptive-field"],
    },
    Entry {
        id: "effective-receptive-field",
        name: "Effective receptive field",
        text: [
            "How much each pixel really changes a unit, measured by the gradient of the unit with respect to the picture.",
            "It is close to a Gaussian around the centre and a fraction of the theoretical field, which is why both are drawn.",
        ],
        formula: "E_{i,j} = ∑_c |∂y / ∂x_{c,i,j}|",
        symbols: "y the mean over the channels of one unit, x the picture, c its colours",
        source: LUO_2016,
        see_also: &["receptive-field", "mass-radius", "gradient"],
    },
    Entry {
        id: "mass-radius",
        name: "Radius of 68\u{202f}% and 95\u{202f}%",
        text: [
            "The radius of the circle about a unit’s centre that holds so much of the effective receptive field.",
            "It sums up a field in one length that can be compared between layers and between models.",
        ],
        formula: "∑_{|q − q_0| ≤ r} E_q = 0.68 ∑_q E_q",
        symbols: "E the effective receptive field, q one pixel, q_0 the unit’s centre, r the radius",
        source: LUO_2016,
        see_also: &["effective-receptive-field", "unit-centre"],
    },
    Entry {
        id: "inductive-bias",
        name: "Inductive bias",
        text: [
            "What a model takes for granted before it has seen any data.",
            "A CNN is built on locality and shared weights, a ViT only on the cut into patches: it has to learn what is near what, and needs more data or stronger augmentation for it.",
        ],
        formula: "f ∈ F before any data",
        symbols: "f the function that is learned, F those that the architecture prefers",
        source: BATTAGLIA_2018,
        see_also: &["weight-sharing", "translation-equivariance", "position-embedding"],
    },
    Entry {
        id: "translation-equivariance",
        name: "Translation equivariance",
        text: [
            "If the input moves, the output moves along: the property of a convolution away from the border.",
            "With strides it holds exactly only for shifts by a multiple of the jump.",
        ],
        formula: "f(T_d x) = T_{d / j} f(x) for d = 0, j, 2j, …",
        symbols: "T_d the shift by d pixels, j the jump, f the layers up to the map",
        source: ZHANG_2019,
        see_also: &["translation-invariance", "stride", "shift-experiment"],
    },
    Entry {
        id: "translation-invariance",
        name: "Translation invariance",
        text: [
            "If the input moves, the output stays as it is.",
            "Equivariance is often taken for it, but a strided CNN is not invariant: a shift by one pixel can change its answer.",
        ],
        formula: "f(T_d x) = f(x)",
        symbols: "T_d the shift by d pixels, f the whole network",
        source: AZULAY_2019,
        see_also: &["translation-equivariance", "global-average-pooling", "shift-experiment"],
    },
];
