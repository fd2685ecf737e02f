//! What a model costs, and where its numbers are kept.

use super::sources::{GGUF, HE_2015, HE_2016, NUMPY_FORMAT, SAFETENSORS, SZE_2017, TORCHVISION_MODELS};
use super::{Chapter, Entry};

/// The chapter.
pub const CHAPTER: Chapter = Chapter { id: "chapter-cost", name: "Size and files", entries: ENTRIES };

const ENTRIES: &[Entry] = &[
    Entry {
        id: "parameter",
        name: "Parameter",
        text: [
            "A number that training sets: weights, biases, scales and shifts of norms, class token and position embeddings.",
            "The running statistics of batch normalisation are measured and not trained, so they are not counted.",
        ],
        formula: "convolution k^2 C_in C_out + C_out, linear layer D_in D_out + D_out",
        symbols: "k the kernel size, C channels, D features; convolutions before batch normalisation have no bias of their own",
        source: HE_2015,
        see_also: &["multiply-accumulate", "checkpoint", "activation"],
    },
    Entry {
        id: "multiply-accumulate",
        name: "Multiply-accumulate",
        text: [
            "One multiplication and one addition to a running sum, the unit in which the work of a network is counted.",
            "Norms, activations and softmax are left out by custom, as they are small beside the products.",
        ],
        formula: "convolution k^2 C_in C_out H W, attention 2 N^2 D",
        symbols: "k the kernel size, C channels, H × W the output map, N tokens of width D",
        source: SZE_2017,
        see_also: &["flop", "parameter"],
    },
    Entry {
        id: "flop",
        name: "FLOP",
        text: [
            "One floating-point operation, so a multiply-accumulate is two of them.",
            "Tables that say GFLOPs mostly mean billions of multiply-accumulates, as with the 4.09 of ResNet-50 and the 17.56 of ViT-B/16.",
        ],
        formula: "FLOP = 2 MAC",
        symbols: "MAC the number of multiply-accumulates",
        source: SZE_2017,
        see_also: &["multiply-accumulate"],
    },
    Entry {
        id: "depth",
        name: "Depth",
        text: [
            "The number of layers with weights on the longest path from picture to logits.",
            "Shortcuts give a signal many shorter paths, so a network of 50 layers is also a bundle of shallow ones.",
        ],
        formula: "50 = 1 + 3 (3 + 4 + 6 + 3) + 1",
        symbols: "stem, three convolutions in each of 16 bottlenecks, and the head of ResNet-50",
        source: HE_2016,
        see_also: &["path-distribution", "stage", "encoder-block"],
    },
    Entry {
        id: "training-recipe",
        name: "Training recipe",
        text: [
            "Everything that made a checkpoint besides its architecture: data, augmentation, schedule, regularisation.",
            "A newer recipe alone lifts ResNet-50 from 76.1 to 80.9\u{202f}% on ImageNet, so two checkpoints do not compare two architectures.",
        ],
        formula: "accuracy = f(architecture, recipe, data)",
        symbols: "f unknown, which is why each is named beside an accuracy",
        source: TORCHVISION_MODELS,
        see_also: &["checkpoint", "top-k"],
    },
    Entry {
        id: "checkpoint",
        name: "Checkpoint",
        text: [
            "A file with the parameters of a trained model and, in good cases, with its preprocessing and class names.",
            "All numbers of the explorer depend on which one is loaded, so each answer names it.",
        ],
        formula: "name → tensor",
        symbols: "the name such as layer1.0.conv1.weight, the tensor its values",
        source: SAFETENSORS,
        see_also: &["parameter", "preprocessing", "quantisation"],
    },
    Entry {
        id: "quantisation",
        name: "Quantisation (Q8_0)",
        text: [
            "Stores weights as whole numbers of 8 bits with one scale for each block of 32, about a quarter of the size.",
            "The weights are expanded again on loading, so every computation here runs with floating-point numbers that have been rounded once.",
        ],
        formula: "w ≈ s q, s = max|w| / 127",
        symbols: "w the weights of one block, q whole numbers from −127 to 127, s the scale in half precision",
        source: GGUF,
        see_also: &["checkpoint", "parameter"],
    },
    Entry {
        id: "npy-file",
        name: "npy file",
        text: [
            "A file with one array: a short header that gives type and shape, then the numbers themselves.",
            "Every tensor of the explorer can be had as one and is read by numpy.load.",
        ],
        formula: "bytes = header + 4 C H W",
        symbols: "C × H × W numbers of 32 bits each",
        source: NUMPY_FORMAT,
        see_also: &["tensor", "checkpoint"],
    },
];
