//! How alike two vectors, two layers or two computations are.

use super::sources::{
    DOSOVITSKIY_2021, GOODFELLOW_ALGEBRA, GOODFELLOW_GUIDELINES, GRETTON_2005, KORNBLITH_2019, NGUYEN_2021,
    RAGHU_2021, SONG_2012,
};
use super::{Chapter, Entry};

/// The chapter.
pub const CHAPTER: Chapter = Chapter { id: "chapter-comparison", name: "Comparing", entries: ENTRIES };

const ENTRIES: &[Entry] = &[
    Entry {
        id: "cosine-similarity",
        name: "Cosine similarity",
        text: [
            "The cosine of the angle between two vectors: 1 for the same direction, 0 for none in common, −1 for opposite ones.",
            "Length plays no part in it, so it compares what a vector says and not how loudly.",
        ],
        formula: "cos(u, v) = u · v / (|u| |v|)",
        symbols: "u and v two vectors, such as tokens",
        source: GOODFELLOW_ALGEBRA,
        see_also: &["patch-similarity", "position-similarity"],
    },
    Entry {
        id: "patch-similarity",
        name: "Patch similarity",
        text: [
            "The cosine of one patch’s token with every patch’s token after a chosen block.",
            "In early blocks it follows colour and place, later rather what belongs together, which tokens can know through attention alone.",
        ],
        formula: "s_q = cos(z_p, z_q)",
        symbols: "z_p the token of the chosen patch, z_q of every other one",
        source: RAGHU_2021,
        see_also: &["cosine-similarity", "token", "cka"],
    },
    Entry {
        id: "position-similarity",
        name: "Position similarity",
        text: [
            "The cosine of one position’s learned vector with every position’s.",
            "A bright spot or cross around the chosen place shows that training has found the grid by itself.",
        ],
        formula: "s_q = cos(E_p, E_q)",
        symbols: "E_p the position embedding of the chosen patch, E_q of every other one",
        source: DOSOVITSKIY_2021,
        see_also: &["position-embedding", "cosine-similarity"],
    },
    Entry {
        id: "cka",
        name: "CKA",
        text: [
            "Centred kernel alignment says how alike two layers see a set of pictures, from about 0 to 1, even if their widths differ.",
            "It compares which pictures each layer finds alike, and does not change when features are rotated or scaled together.",
        ],
        formula: "CKA = HSIC(K, L) / √(HSIC(K, K) HSIC(L, L))",
        symbols: "K = X X^T and L = Y Y^T, X and Y the features of both layers, one row for each picture",
        source: KORNBLITH_2019,
        see_also: &["hsic", "gram-matrix"],
    },
    Entry {
        id: "hsic",
        name: "HSIC",
        text: [
            "The Hilbert-Schmidt independence criterion measures how much two sets of features depend on each other.",
            "Its usual estimate is biased: with few pictures and many features even unrelated layers seem alike, so the explorer uses the unbiased one below.",
        ],
        formula: "HSIC_1 = (tr(K L) + e^T K e · e^T L e / ((n − 1)(n − 2)) − 2 e^T K L e / (n − 2)) / (n (n − 3))",
        symbols: "n pictures, K and L the Gram matrices with zeros on the diagonal, e the vector of ones",
        source: SONG_2012,
        see_also: &["cka", "gram-matrix"],
    },
    Entry {
        id: "gram-matrix",
        name: "Gram matrix",
        text: [
            "The dot products of every picture’s features with every picture’s, a table with a row and a column for each picture.",
            "Two layers of any widths can be compared through it, because its size depends on the pictures alone.",
        ],
        formula: "K_{i,j} = x_i · x_j",
        symbols: "x_i the features of picture i",
        source: GRETTON_2005,
        see_also: &["hsic", "cka", "minibatch-cka"],
    },
    Entry {
        id: "minibatch-cka",
        name: "Minibatch CKA",
        text: [
            "Averages the unbiased HSIC over small batches, so that more pictures can be used than fit into memory.",
            "Because each term is unbiased, the result does not drift with the size of the batches.",
        ],
        formula: "CKA = ∑_b HSIC_1(K_b, L_b) / √(∑_b HSIC_1(K_b, K_b) ∑_b HSIC_1(L_b, L_b))",
        symbols: "b one batch, K_b and L_b its Gram matrices",
        source: NGUYEN_2021,
        see_also: &["cka", "hsic"],
    },
    Entry {
        id: "finite-difference",
        name: "Finite difference",
        text: [
            "Estimates a gradient by moving one input a little to both sides and looking at the output.",
            "It is slow and slightly wrong but hard to get wrong, which makes it the check of gradients that are computed in another way.",
        ],
        formula: "g_i ≈ (f(x + h e_i) − f(x − h e_i)) / (2h)",
        symbols: "e_i the direction of input i, h small",
        source: GOODFELLOW_GUIDELINES,
        see_also: &["gradient"],
    },
];
