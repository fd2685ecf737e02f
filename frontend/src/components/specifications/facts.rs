//! The rows of the comparison: what each model says of itself, in words and numbers. All of it comes from the graph that
//! follows from the loaded checkpoint, or from the checkpoint.

use shared::{ArchitectureConfig, Graph, ModelInfo, TokenLayout};

use crate::drawing::specification::{
    PUBLISHED_CLASSES, first_to_see_all, largest_local_field, map_sides, units_that_see_all, weighted_depth,
    with_classes,
};
use crate::i18n::{number, text::shell, text::specifications as text};

/// What one model says in one row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fact {
    /// The answer.
    pub value: String,
    /// What qualifies it.
    pub detail: Option<String>,
    /// A quantity that can be compared with the other model's.
    pub amount: Option<u64>,
}

impl Fact {
    fn new(value: impl Into<String>) -> Self {
        Self { value: value.into(), ..Self::default() }
    }

    fn with(value: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { value: value.into(), detail: Some(detail.into()), amount: None }
    }

    fn or_unknown(value: Option<String>) -> Self {
        Self::new(value.unwrap_or_else(|| text::NOT_STATED.to_owned()))
    }
}

/// A group of rows and its model's facts, in the order of [`text::GROUPS`].
pub fn facts(info: &ModelInfo, graph: &Graph) -> Vec<Vec<Fact>> {
    vec![idea(info), size(info, graph), geometry(info, graph), weights(info)]
}

fn idea(info: &ModelInfo) -> Vec<Fact> {
    let words = match info.architecture {
        ArchitectureConfig::Resnet(_) => [text::CNN_PARADIGM, text::CNN_BIAS],
        ArchitectureConfig::Vit(_) => [text::VIT_PARADIGM, text::VIT_BIAS],
    };
    words.map(Fact::new).to_vec()
}

fn size(info: &ModelInfo, graph: &Graph) -> Vec<Fact> {
    let blocks = match &info.architecture {
        ArchitectureConfig::Resnet(config) => text::residual_blocks(config.block, &config.stage_depths),
        ArchitectureConfig::Vit(config) => text::encoder_blocks(config.depth),
    };
    let (parameters, macs) = (graph.total_parameters(), graph.total_macs());
    let (published_parameters, _macs) = with_classes(&info.architecture, PUBLISHED_CLASSES);
    vec![
        Fact::with(text::weighted_layers(weighted_depth(graph)), blocks),
        Fact {
            value: number::thousands(parameters),
            detail: Some(text::with_outputs(published_parameters, PUBLISHED_CLASSES)),
            amount: Some(parameters),
        },
        Fact { value: number::thousands(macs), detail: Some(text::flops(macs)), amount: Some(macs) },
        Fact::with(number::thousands(info.architecture.feature_dim() as u64), text::FEATURES_READ),
    ]
}

fn geometry(info: &ModelInfo, graph: &Graph) -> Vec<Fact> {
    let side = info.architecture.image_size();
    let input = graph.nodes.first().map(|node| node.output_shape.to_string()).unwrap_or_default();
    let layout = TokenLayout::of(graph);
    let (grid, attention) = match &layout {
        Some(layout) => {
            let blocks = layout.attention.len();
            let width = info.architecture.feature_dim() / layout.heads;
            (
                Fact::with(text::tokens(layout.tokens), text::patches(layout.patches_per_side, side)),
                Fact::with(text::heads(layout.heads, width), text::attention_maps(blocks, layout.heads)),
            )
        }
        None => {
            (Fact::with(text::map_sides(&map_sides(graph)), text::MAP_SIDES), Fact::new(text::NO_ATTENTION))
        }
    };
    let largest = largest_local_field(graph);
    let field = match layout {
        Some(_) => Fact::with(text::WHOLE_PICTURE, text::patch_before(largest)),
        None => Fact::with(text::pixels(largest), text::field_against_side(largest, side)),
    };
    vec![Fact::new(input), grid, attention, field, first_global(graph, side)]
}

fn first_global(graph: &Graph, side: usize) -> Fact {
    let Some(node) = first_to_see_all(graph, side) else { return Fact::new(text::NOWHERE) };
    let last_map = graph.roots().filter_map(|node| match node.output_shape {
        shared::TensorShape::FeatureMap { height, .. } => Some((height, node.receptive_field)),
        _ => None,
    });
    let detail = match (TokenLayout::of(graph), last_map.last()) {
        (None, Some((map_side, field))) => {
            text::units_see_all(units_that_see_all(field, map_side, side).pow(2), map_side * map_side)
        }
        _ => text::EVERY_TOKEN.to_owned(),
    };
    Fact::with(node.id.to_string(), detail)
}

fn weights(info: &ModelInfo) -> Vec<Fact> {
    let checkpoint = &info.checkpoint;
    let title = checkpoint.title.clone().unwrap_or_else(|| checkpoint.source.clone());
    let file =
        format!("{}, {}, {}", checkpoint.source, checkpoint.format, number::bytes(checkpoint.size_bytes));
    vec![
        Fact::with(title, file),
        Fact::or_unknown(checkpoint.trained_on.clone()),
        Fact::or_unknown(checkpoint.accuracy.as_ref().map(shell::accuracy_in_full)),
        Fact::new(shell::labels(info.labels.len(), &info.label_source)),
        Fact::with(text::resize_and_crop(&info.preprocessing), text::normalise(&info.preprocessing)),
    ]
}
