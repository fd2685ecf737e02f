//! How a head learns, and how it is measured.

use super::sources::{
    CUBUK_2019, GOODFELLOW_GUIDELINES, GUO_2017, HASTIE_2009, KORNBLITH_TRANSFER_2019, LOSHCHILOV_2016,
    LOSHCHILOV_2017, SOKOLOVA_2009, WILSON_1927, YOSINSKI_2014,
};
use super::{Chapter, Entry};

/// The chapter.
pub const CHAPTER: Chapter =
    Chapter { id: "chapter-training", name: "Training and measuring", entries: ENTRIES };

const ENTRIES: &[Entry] = &[
    Entry {
        id: "frozen-backbone",
        name: "Frozen backbone",
        text: [
            "A backbone whose weights stay as they are while a head is trained on its features.",
            "Each photo goes through it once; how good the head becomes tells what the features hold, not how fast the backbone itself would learn.",
        ],
        formula: "W, b = argmin Σ L(W f(x) + b, y)",
        symbols: "f the backbone, x one photo, y its class, L the loss, W and b the head",
        source: KORNBLITH_TRANSFER_2019,
        see_also: &["classification-head", "fine-tuning", "ridge"],
    },
    Entry {
        id: "fine-tuning",
        name: "Fine-tuning",
        text: [
            "Training layers further that were trained before on other photos, with a small learning rate.",
            "The explorer tunes the last part of a backbone alone: a ResNet’s last stage, a Vision Transformer’s last block.",
        ],
        formula: "θ_{t+1} = θ_t − η ∂L / ∂θ",
        symbols: "θ the weights of the layers that are tuned, η the learning rate, L the loss",
        source: YOSINSKI_2014,
        see_also: &["frozen-backbone", "learning-rate", "weight-decay"],
    },
    Entry {
        id: "cross-entropy",
        name: "Cross-entropy",
        text: [
            "The loss that classifiers are trained with: minus the logarithm of the probability that the right class gets.",
            "It is 0 for a certain right answer, the logarithm of the number of classes for an even one, and without bound for a certain wrong one.",
        ],
        formula: "L = −log p_c",
        symbols: "p_c the softmax probability of the right class c",
        source: GOODFELLOW_GUIDELINES,
        see_also: &["softmax", "calibration-error"],
    },
    Entry {
        id: "learning-rate",
        name: "Learning rate and cosine schedule",
        text: [
            "How far a step goes along the gradient.",
            "Over a run it falls as half a cosine from its first value to zero: large steps find the region, small ones settle in it.",
        ],
        formula: "η_t = η_0 (1 + cos(π t / T)) / 2",
        symbols: "η_0 the first learning rate, t the step, T their number",
        source: LOSHCHILOV_2016,
        see_also: &["weight-decay"],
    },
    Entry {
        id: "weight-decay",
        name: "Weight decay and AdamW",
        text: [
            "Makes every weight a little smaller at each step, so that only what the photos keep asking for stays large.",
            "AdamW divides the gradient by its running size for each weight and decays beside it, not through it.",
        ],
        formula: "θ_{t+1} = θ_t − η (m / (√v + ε) + λ θ_t)",
        symbols: "m and v the running means of gradient and squared gradient, corrected for their start, λ the decay, η the learning rate",
        source: LOSHCHILOV_2017,
        see_also: &["learning-rate", "ridge"],
    },
    Entry {
        id: "ridge",
        name: "Ridge regression",
        text: [
            "A head in closed form: least squares to 1 for the right class and 0 for the others, with a penalty on large weights.",
            "It takes one solution of linear equations in place of thousands of steps, and with few photos is often ahead of them.",
        ],
        formula: "W = (X^T X + λ I)^{−1} X^T Y",
        symbols: "X the features, one row for each photo, Y the classes as ones and zeros, λ the penalty, I the identity",
        source: HASTIE_2009,
        see_also: &["frozen-backbone", "weight-decay"],
    },
    Entry {
        id: "augmentation",
        name: "Data augmentation",
        text: [
            "Changes a photo at random, by cropping, mirroring and colours, in ways that leave its class as it is.",
            "A model from scratch sees another version in each epoch; it is told which changes should not matter instead of finding out from more photos.",
        ],
        formula: "x’ = t(x), t ~ T",
        symbols: "x one photo, T the changes, from which t is drawn",
        source: CUBUK_2019,
        see_also: &["inductive-bias"],
    },
    Entry {
        id: "macro-f1",
        name: "Precision, recall and macro-F1",
        text: [
            "Precision is the share of right ones among the answers of a class, recall the share of its photos that were found, F1 their harmonic mean.",
            "The macro mean counts every class alike, however many photos it has.",
        ],
        formula: "F1 = 2 P R / (P + R)",
        symbols: "P precision, R recall",
        source: SOKOLOVA_2009,
        see_also: &["confidence-interval"],
    },
    Entry {
        id: "confidence-interval",
        name: "Confidence interval of an accuracy",
        text: [
            "How far the accuracy on all such photos may be from the one on these few: Wilson’s interval, which 95 of 100 choices of test photos catch it with.",
            "Two accuracies whose intervals overlap widely are no finding.",
        ],
        formula: "(p + z^2 / 2n ± z √(p (1 − p) / n + z^2 / 4n^2)) / (1 + z^2 / n)",
        symbols: "p the accuracy on n photos, z = 1.96",
        source: WILSON_1927,
        see_also: &["macro-f1"],
    },
    Entry {
        id: "calibration-error",
        name: "Calibration error",
        text: [
            "By how much a head’s probabilities differ from how often it is right, over bins of answers that are about as certain.",
            "At 0, of the answers with 80\u{202f}% four out of five are right; most trained heads are too certain.",
        ],
        formula: "E = Σ_b n_b / n |a_b − p_b|",
        symbols: "n_b the answers in bin b of n, a_b how many of them are right, p_b their mean probability",
        source: GUO_2017,
        see_also: &["probability"],
    },
];
