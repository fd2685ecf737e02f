//! From features to classes.

use super::sources::{GOODFELLOW_MLP, GUO_2017, RUSSAKOVSKY_2015};
use super::{Chapter, Entry};

/// The chapter.
pub const CHAPTER: Chapter = Chapter { id: "chapter-answer", name: "The answer", entries: ENTRIES };

const ENTRIES: &[Entry] = &[
    Entry {
        id: "classification-head",
        name: "Classification head",
        text: [
            "The last linear layer, which turns the features of a picture into one number per class.",
            "It belongs to the task and not to the architecture: ResNet-50 has 25.56 million parameters with 1000 classes, 24.03 million with 257.",
        ],
        formula: "y = W z + b",
        symbols: "z the pooled vector or class token, W one row for each class, b the biases",
        source: GOODFELLOW_MLP,
        see_also: &["logit", "global-average-pooling", "class-token"],
    },
    Entry {
        id: "logit",
        name: "Logit",
        text: [
            "The score of a class before softmax, any real number.",
            "Only differences between logits matter for the answer, since softmax does not change when the same number is added to all.",
        ],
        formula: "y_c = w_c · z + b_c",
        symbols: "w_c the weights and b_c the bias of class c, z the features",
        source: GOODFELLOW_MLP,
        see_also: &["softmax", "classification-head", "logit-lens"],
    },
    Entry {
        id: "softmax",
        name: "Softmax",
        text: [
            "Turns numbers into positive shares that sum to 1, with the largest favoured exponentially.",
            "The explorer meets it twice: over the keys in attention, over the classes at the end.",
        ],
        formula: "softmax(y)_c = exp(y_c) / ∑_i exp(y_i)",
        symbols: "y the logits or one row of scores, c and i its positions",
        source: GOODFELLOW_MLP,
        see_also: &["logit", "probability", "attention-weights"],
    },
    Entry {
        id: "probability",
        name: "Probability of a class",
        text: [
            "The share that softmax gives to a class.",
            "It is the model’s own estimate among the classes that it knows: never zero for nonsense, and in modern networks often too confident.",
        ],
        formula: "p_c = softmax(y)_c, ∑_c p_c = 1",
        symbols: "y the logits, c the class",
        source: GUO_2017,
        see_also: &["softmax", "top-k"],
    },
    Entry {
        id: "top-k",
        name: "Top-1 and top-5",
        text: [
            "Top-1 accuracy is the share of pictures whose true class comes first, top-5 of those where it is among the first five.",
            "An accuracy belongs to a checkpoint with its training and test set, never to an architecture.",
        ],
        formula: "top-k = |{i : rank_i(c_i) ≤ k}| / n",
        symbols: "n pictures, c_i the true class of picture i, rank_i its rank by probability",
        source: RUSSAKOVSKY_2015,
        see_also: &["probability", "training-recipe"],
    },
];
