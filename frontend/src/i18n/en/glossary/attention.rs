//! How tokens exchange what they know.

use super::sources::{RAGHU_2021, VASWANI_2017};
use super::{Chapter, Entry};

/// The chapter.
pub const CHAPTER: Chapter = Chapter { id: "chapter-attention", name: "Attention", entries: ENTRIES };

const ENTRIES: &[Entry] = &[
    Entry {
        id: "query-key-value",
        name: "Query, key and value",
        text: [
            "Three linear maps of each token: what it looks for, what it offers to be found by, and what it passes on.",
            "They are learned separately for each head, and all tokens share them.",
        ],
        formula: "q = W_Q x, k = W_K x, v = W_V x",
        symbols: "x one token, W_Q, W_K and W_V the maps of one head, each with its bias",
        source: VASWANI_2017,
        see_also: &["attention-scores", "attention-head"],
    },
    Entry {
        id: "attention-scores",
        name: "Attention scores",
        text: [
            "The dot product of each token’s query with each token’s key, divided by the root of the head’s width.",
            "The division keeps the scores from growing with the width, which would drive softmax to where it hardly has a gradient.",
        ],
        formula: "S = Q K^T / √d",
        symbols: "Q and K the queries and keys of one head, one row for each token, d the width of the head",
        source: VASWANI_2017,
        see_also: &["query-key-value", "attention-weights", "head-width"],
    },
    Entry {
        id: "attention-weights",
        name: "Attention weights",
        text: [
            "The scores after softmax: row by row, how much a token takes from each token.",
            "They say where values are taken from, which is not yet why a class was chosen.",
        ],
        formula: "A = softmax(S), ∑_k A_{q,k} = 1",
        symbols: "S the scores, q the token that asks, k the token that is asked",
        source: VASWANI_2017,
        see_also: &["softmax", "attention-scores", "attention-rollout"],
    },
    Entry {
        id: "attention-head",
        name: "Attention head",
        text: [
            "One of several attentions that run side by side in a block, each with queries, keys and values of its own.",
            "Its output for a token is the mixture of all values in the proportions of that token’s weights.",
        ],
        formula: "head_h = A_h V_h",
        symbols: "A_h the weights and V_h the values of head h",
        source: VASWANI_2017,
        see_also: &["multi-head-attention", "head-width", "mean-attention-distance"],
    },
    Entry {
        id: "head-width",
        name: "Width of a head",
        text: [
            "How many features the queries, keys and values of one head have.",
            "The heads share the width of the tokens, so more heads mean narrower ones and no more weights.",
        ],
        formula: "d = D / H",
        symbols: "D the width of the tokens, H the number of heads",
        source: VASWANI_2017,
        see_also: &["attention-head", "attention-scores"],
    },
    Entry {
        id: "multi-head-attention",
        name: "Multi-head attention",
        text: [
            "The outputs of all heads side by side, joined by a linear layer.",
            "It is the only step of a transformer in which tokens exchange anything.",
        ],
        formula: "MHA(x) = [head_1, …, head_H] W_O + b",
        symbols: "H the number of heads, W_O and b the linear layer",
        source: VASWANI_2017,
        see_also: &["attention-head", "encoder-block"],
    },
    Entry {
        id: "mean-attention-distance",
        name: "Mean attention distance",
        text: [
            "How far away, in pixels, the patches are that a head takes from, on average over its weights and over all queries.",
            "On 14 × 14 patches of 16 pixels uniform attention gives 116.5 pixels, uniform attention to the 3 × 3 neighbours 16.7 pixels.",
        ],
        formula: "d = ∑_q ∑_k Ã_{q,k} P |p_q − p_k| / N",
        symbols: "Ã the weights without the class token, rows renormalised; N patches of side P, p_q the place of one in the grid",
        source: RAGHU_2021,
        see_also: &["attention-head", "receptive-field"],
    },
];
