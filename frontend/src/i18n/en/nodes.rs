//! Words of a model's graph: operations, parts and nodes. The diagram, the card of a node and the tables use the same ones.

use shared::architecture::ConvSpec;
use shared::{Graph, Node, Operation, Section};

use super::glossary::Term;
use crate::i18n::number;

/// Where an operation was introduced, or where its present form is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paper {
    /// Authors and year.
    pub name: &'static str,
    /// Where to read it.
    pub url: &'static str,
}

/// What an operation does, in two or three sentences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The sentences.
    pub text: &'static str,
    /// Who says so.
    pub paper: Paper,
}

const HE_2015: Paper = Paper { name: "He, Zhang, Ren, Sun 2015", url: "https://arxiv.org/abs/1512.03385" };
const IOFFE_2015: Paper = Paper { name: "Ioffe, Szegedy 2015", url: "https://arxiv.org/abs/1502.03167" };
const LIN_2013: Paper = Paper { name: "Lin, Chen, Yan 2013", url: "https://arxiv.org/abs/1312.4400" };
const VASWANI_2017: Paper =
    Paper { name: "Vaswani and others 2017", url: "https://arxiv.org/abs/1706.03762" };
const DOSOVITSKIY_2021: Paper =
    Paper { name: "Dosovitskiy and others 2021", url: "https://arxiv.org/abs/2010.11929" };
const BA_2016: Paper = Paper { name: "Ba, Kiros, Hinton 2016", url: "https://arxiv.org/abs/1607.06450" };
const HENDRYCKS_2016: Paper =
    Paper { name: "Hendrycks, Gimpel 2016", url: "https://arxiv.org/abs/1606.08415" };
const LECUN_1998: Paper =
    Paper { name: "LeCun, Bottou, Orr, Müller 1998", url: "https://doi.org/10.1007/3-540-49430-8_2" };
const NAIR_2010: Paper =
    Paper { name: "Nair, Hinton 2010", url: "https://icml.cc/Conferences/2010/papers/432.pdf" };
const SCHERER_2010: Paper =
    Paper { name: "Scherer, Müller, Behnke 2010", url: "https://doi.org/10.1007/978-3-642-15825-4_10" };

/// The operation with its hyper-parameters: `Convolution 3 × 3, stride 2, padding 1, then batch-norm and ReLU`.
pub fn operation(operation: &Operation) -> String {
    match operation {
        Operation::Input => "The preprocessed picture".to_owned(),
        Operation::Convolution { conv, relu } => {
            format!(
                "{}, then batch-norm{}",
                convolution("Convolution", conv),
                if *relu { " and ReLU" } else { "" }
            )
        }
        Operation::MaxPool { kernel_size, stride, padding } => {
            format!("Max-pool {}, {}", window(*kernel_size), steps(*stride, *padding))
        }
        Operation::IdentityShortcut => "Identity shortcut".to_owned(),
        Operation::ProjectionShortcut { conv } => {
            format!("{}, then batch-norm", convolution("Projection shortcut: convolution", conv))
        }
        Operation::Sum => "Elementwise sum".to_owned(),
        Operation::Relu => "ReLU".to_owned(),
        Operation::GlobalAveragePool => "Global average pool".to_owned(),
        Operation::Linear { in_features, out_features, gelu } => {
            format!("Linear, {in_features} to {out_features}{}", if *gelu { ", then GELU" } else { "" })
        }
        Operation::PatchProjection { conv } => format!(
            "Linear projection of patches of {} pixels, {} to {}",
            window(conv.kernel_size),
            number::thousands((conv.in_channels * conv.kernel_size * conv.kernel_size) as u64),
            conv.out_channels
        ),
        Operation::Embeddings => "Prepend the class token, add the position embedding".to_owned(),
        Operation::LayerNorm { epsilon } => format!("LayerNorm, epsilon {epsilon:e}"),
        Operation::AttentionScores { num_heads, head_dim } => {
            format!("Q K\u{1d40} / \u{221a}{head_dim} in {}", heads(*num_heads))
        }
        Operation::Softmax => "Softmax over the keys".to_owned(),
        Operation::AttentionOutput { num_heads, head_dim } => format!(
            "Weighted sum of the values, {} of {head_dim} joined, then a linear layer",
            heads(*num_heads)
        ),
        Operation::ClassTokenRow => "Row 0, the class token".to_owned(),
        Operation::TokenMean => "Mean over the patch tokens".to_owned(),
    }
}

/// A large part of a model: `layer1`, `Encoder block 3`.
pub fn section(section: Section) -> String {
    match section {
        Section::Input => "Input".to_owned(),
        Section::Stem => "Stem".to_owned(),
        Section::Stage(stage) => format!("layer{stage}"),
        Section::Embedding => "Embedding".to_owned(),
        Section::Encoder(block) => format!("Encoder block {block}"),
        Section::Pooling => "Pooling".to_owned(),
        Section::Head => "Head".to_owned(),
    }
}

/// A node's name in words, without the group that it stands in: `Convolution 2`, `Attention weights`.
pub fn node_title(graph: &Graph, node: &Node) -> String {
    let is_group = graph.children(&node.id).next().is_some();
    let name = node.id.as_str();
    let last = name.rsplit('.').next().unwrap_or(name);
    match (&node.section, last) {
        (Section::Encoder(block), _last) if is_group => format!("Encoder block {block}"),
        (Section::Stage(_stage), _last) if is_group => format!("Block {name}"),
        (_section, "input") => "Input".to_owned(),
        (_section, "maxpool") => "Max-pool".to_owned(),
        (_section, "avgpool") => "Global average pool".to_owned(),
        (_section, "norm") => "Final LayerNorm".to_owned(),
        (_section, "pooled") => "Pooled vector".to_owned(),
        (_section, "embeddings") => "Class token and positions".to_owned(),
        (_section, "mlp_hidden") => "MLP, hidden layer".to_owned(),
        (_section, "mlp") => "MLP, output".to_owned(),
        (_section, "mlp_norm") => "LayerNorm before the MLP".to_owned(),
        (_section, "attention_norm") => "LayerNorm before attention".to_owned(),
        (_section, "attention_sum") => "Sum with the stream".to_owned(),
        (_section, last) => match last.strip_prefix("conv") {
            Some(position) => format!("Convolution {position}"),
            None => capitalised(&last.replace('_', " ")),
        },
    }
}

/// What an operation does and why it is there.
pub fn explanation(operation: &Operation) -> Explanation {
    let (text, paper) = match operation {
        Operation::Input => (
            "Red, green and blue from 0 to 1, less the mean and divided by the deviation that this checkpoint was trained \
             with. Another mean would shift every activation that follows.",
            LECUN_1998,
        ),
        Operation::Convolution { .. } => (
            "Each output channel slides one small kernel over all input channels, with the same weights at every place: a \
             pattern that moves by one stride moves the answer by one cell. Batch-norm rescales each channel with \
             statistics of the training set, so that depth stays trainable.",
            IOFFE_2015,
        ),
        Operation::MaxPool { .. } => (
            "Keeps the strongest answer of each window, channel by channel, and has nothing to learn. It makes the map \
             smaller, and small shifts of the picture change the answer less, though not by nothing.",
            SCHERER_2010,
        ),
        Operation::IdentityShortcut => (
            "Passes the block's input on as it is, so that the branch has only to learn what to change. That makes deep \
             networks easier to optimise; it is not a cure for vanishing gradients, which batch-norm already keeps healthy.",
            HE_2015,
        ),
        Operation::ProjectionShortcut { .. } => (
            "Where a block changes the number of channels or the size of the map, the input cannot be added as it is: a \
             1 × 1 convolution brings it to the new shape first.",
            HE_2015,
        ),
        Operation::Sum => (
            "Adds the branch to what bypassed it, value by value. The sum lets a block default to doing nothing, and gives \
             every later layer a direct path to every earlier one.",
            HE_2015,
        ),
        Operation::Relu => (
            "Sets what is negative to zero. Without it the convolutions before and after would collapse into one.",
            NAIR_2010,
        ),
        Operation::GlobalAveragePool => (
            "Averages each channel over the whole map: from here on the network knows what it saw and no longer where. It \
             replaces millions of weights of a fully connected layer by none.",
            LIN_2013,
        ),
        Operation::Linear { gelu: true, .. } => (
            "Widens each token by itself, with the same weights for all of them, and bends the result with GELU, a smooth \
             ReLU. Tokens do not see each other here.",
            HENDRYCKS_2016,
        ),
        Operation::Linear { gelu: false, .. } => (
            "A matrix and a bias: every output is a weighted sum of all inputs. Applied to tokens, each is treated by \
             itself with the same weights.",
            VASWANI_2017,
        ),
        Operation::PatchProjection { .. } => (
            "Cuts the picture into squares that do not overlap and maps the pixels of each to a vector with one matrix. \
             After that a patch is a word; how its pixels lay next to each other is up to the weights to have kept.",
            DOSOVITSKIY_2021,
        ),
        Operation::Embeddings => (
            "Puts a learned vector before the patches, the class token, and adds to each row a learned vector of its \
             place. Without the latter the encoder could not tell a picture from its shuffled patches.",
            DOSOVITSKIY_2021,
        ),
        Operation::LayerNorm { .. } => (
            "Brings each token by itself to mean 0 and deviation 1 over its features, then scales and shifts each feature. \
             It stands before the branch, so the stream itself passes unnormalised.",
            BA_2016,
        ),
        Operation::AttentionScores { .. } => (
            "How well each token's query fits each token's key: one dot product for every pair, whatever their distance in \
             the picture. Dividing by the root of the head's width keeps softmax from saturating.",
            VASWANI_2017,
        ),
        Operation::Softmax => (
            "Turns each row of scores into shares that add up to 1: how much a token takes from each of the others. The \
             picture shows the class token's row over the patches.",
            VASWANI_2017,
        ),
        Operation::AttentionOutput { .. } => (
            "Each token becomes a mixture of all tokens' values in the proportions of its weights, in every head; a linear \
             layer joins the heads. This is the only place where tokens exchange anything.",
            VASWANI_2017,
        ),
        Operation::ClassTokenRow => (
            "The head reads one token only. It belongs to no patch, and has gathered what it knows through attention.",
            DOSOVITSKIY_2021,
        ),
        Operation::TokenMean => (
            "The head reads the mean of all patch tokens, as a CNN's head reads the mean over its map.",
            DOSOVITSKIY_2021,
        ),
    };
    Explanation { text, paper }
}

/// What the glossary says more about.
pub fn terms(operation: &Operation) -> &'static [Term] {
    match operation {
        Operation::Input => const { &[Term::named("preprocessing"), Term::named("normalisation")] },
        Operation::Convolution { .. } => {
            const { &[Term::named("convolution"), Term::named("batch-normalisation"), Term::named("feature-map")] }
        }
        Operation::MaxPool { .. } => const { &[Term::named("max-pool")] },
        Operation::IdentityShortcut => const { &[Term::named("shortcut"), Term::named("degradation")] },
        Operation::ProjectionShortcut { .. } => const { &[Term::named("projection-shortcut")] },
        Operation::Sum => const { &[Term::named("residual-branch"), Term::named("residual-stream")] },
        Operation::Relu => const { &[Term::named("relu"), Term::named("dead-channel")] },
        Operation::GlobalAveragePool => const { &[Term::named("global-average-pooling")] },
        Operation::Linear { gelu: true, .. } => const { &[Term::named("mlp"), Term::named("gelu")] },
        Operation::Linear { gelu: false, .. } => {
            const { &[Term::named("logit"), Term::named("query-key-value"), Term::named("mlp")] }
        }
        Operation::PatchProjection { .. } => {
            const { &[Term::named("patch"), Term::named("patch-embedding")] }
        }
        Operation::Embeddings => const { &[Term::named("class-token"), Term::named("position-embedding")] },
        Operation::LayerNorm { .. } => const { &[Term::named("layer-norm"), Term::named("pre-norm")] },
        Operation::AttentionScores { .. } => {
            const { &[Term::named("attention-scores"), Term::named("query-key-value")] }
        }
        Operation::Softmax => const { &[Term::named("softmax"), Term::named("attention-weights")] },
        Operation::AttentionOutput { .. } => {
            const { &[Term::named("multi-head-attention"), Term::named("attention-head")] }
        }
        Operation::ClassTokenRow => const { &[Term::named("class-token")] },
        Operation::TokenMean => const { &[Term::named("token")] },
    }
}

fn convolution(name: &str, conv: &ConvSpec) -> String {
    format!("{name} {}, {}", window(conv.kernel_size), steps(conv.stride, conv.padding))
}

fn window(side: usize) -> String {
    format!("{side} × {side}")
}

fn steps(stride: usize, padding: usize) -> String {
    match padding {
        0 => format!("stride {stride}"),
        _ => format!("stride {stride}, padding {padding}"),
    }
}

fn heads(count: usize) -> String {
    if count == 1 { "1 head".to_owned() } else { format!("{count} heads") }
}

fn capitalised(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use shared::architecture::{BlockKind, Pooling, ResNetConfig, VitConfig};

    use super::*;

    fn described(graph: &Graph, id: &str) -> (String, String) {
        let node = graph.node(&id.into()).expect("the node exists");
        (node_title(graph, node), operation(&node.operation))
    }

    #[test]
    fn a_resnets_nodes_read_as_sentences() {
        let config = ResNetConfig {
            block: BlockKind::Bottleneck,
            stage_depths: [3, 4, 6, 3],
            num_classes: 257,
            image_size: 224,
        };
        let graph = config.graph();
        for (id, title, words) in [
            ("conv1", "Convolution 1", "Convolution 7 × 7, stride 2, padding 3, then batch-norm and ReLU"),
            ("maxpool", "Max-pool", "Max-pool 3 × 3, stride 2, padding 1"),
            ("layer2.0.conv3", "Convolution 3", "Convolution 1 × 1, stride 1, then batch-norm"),
            (
                "layer2.0.shortcut",
                "Shortcut",
                "Projection shortcut: convolution 1 × 1, stride 2, then batch-norm",
            ),
            ("layer2.1.shortcut", "Shortcut", "Identity shortcut"),
            ("layer2.1", "Block layer2.1", "ReLU"),
            ("logits", "Logits", "Linear, 2048 to 257"),
        ] {
            assert_eq!(described(&graph, id), (title.to_owned(), words.to_owned()), "{id}");
        }
    }

    #[test]
    fn a_vits_nodes_read_as_sentences() {
        let config = VitConfig {
            dim: 384,
            depth: 2,
            num_heads: 6,
            mlp_dim: 1536,
            patch_size: 16,
            image_size: 224,
            num_classes: 102,
            layer_norm_epsilon: 1e-6,
            pooling: Pooling::ClassToken,
        };
        let graph = config.graph();
        for (id, title, words) in [
            (
                "patch_embedding",
                "Patch embedding",
                "Linear projection of patches of 16 × 16 pixels, 768 to 384",
            ),
            ("encoder.1", "Encoder block 1", "Elementwise sum"),
            ("encoder.1.attention_norm", "LayerNorm before attention", "LayerNorm, epsilon 1e-6"),
            ("encoder.1.attention_scores", "Attention scores", "Q K\u{1d40} / \u{221a}64 in 6 heads"),
            ("encoder.1.mlp_hidden", "MLP, hidden layer", "Linear, 384 to 1536, then GELU"),
            ("pooled", "Pooled vector", "Row 0, the class token"),
        ] {
            assert_eq!(described(&graph, id), (title.to_owned(), words.to_owned()), "{id}");
        }
    }
}
