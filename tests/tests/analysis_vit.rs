//! What is computed of a Vision Transformer's tokens, against PyTorch: attention through all blocks, distances, relevance for a
//! class, effective receptive fields, the head after each block, likeness of patches.

use candle_core::{Device, Tensor};
use server::analysis::Array;
use server::analysis::attention::{PatchGrid, Rollout, relevance, rollout};
use server::analysis::similarity::cosines;
use server::models::gradients::{self, Unit};
use server::models::{Backbone, Capture};
use shared::views::HeadFusion;
use shared::{ArchitectureConfig, NodeId, TokenLayout};
use tests::golden_views::{GoldenViews, of_all_tokens, only};
use tests::{configurations, synthetic};

/// Between two implementations in f32, and the reference in f64.
const TOLERANCE: f32 = 1e-4;
/// Where a gradient flows back through the whole model.
const GRADIENT_TOLERANCE: f32 = 1e-3;

/// A ViT of `goldens/models`, its picture and its goldens.
struct Case {
    layout: TokenLayout,
    model: Backbone,
    image: Tensor,
    goldens: GoldenViews,
}

fn cases() -> impl Iterator<Item = Case> {
    let vits = configurations::all()
        .into_iter()
        .filter(|(_name, config)| matches!(config, ArchitectureConfig::Vit(_)));
    vits.map(|(name, config)| {
        let graph = config.graph();
        let weights = synthetic::weights(&graph).expect("synthetic weights");
        Case {
            layout: TokenLayout::of(&graph).expect("a ViT has tokens"),
            model: Backbone::load(&config, &weights, &Device::Cpu).expect("the weights fit"),
            image: synthetic::images(&config, 1).expect("an image"),
            goldens: GoldenViews::read(name).expect("goldens of each configuration"),
        }
    })
}

impl Case {
    fn observe(&self, nodes: &[NodeId]) -> Vec<Array> {
        let mut capture = Capture::new(nodes.to_vec());
        self.model.forward_observed(&self.image, &mut capture).expect("a forward pass");
        let tensors = capture.into_tensors().expect("tensors");
        nodes.iter().map(|node| array(&tensors[node].get(0).expect("one picture"))).collect()
    }
}

fn array(tensor: &Tensor) -> Array {
    let values = tensor.flatten_all().and_then(|tensor| tensor.to_vec1::<f32>()).expect("f32 values");
    Array::new(tensor.dims().to_vec(), values)
}

fn to_f32(values: impl IntoIterator<Item = f64>) -> Vec<f32> {
    values.into_iter().map(|value| value as f32).collect()
}

/// `ROW_COLUMN`
fn place(text: &str) -> (usize, usize) {
    let (row, column) = text.split_once('_').expect("row and column");
    (row.parse().expect("a row"), column.parse().expect("a column"))
}

#[test]
fn attention_and_all_that_follows_from_it_equal_pytorch() {
    for case in cases() {
        let blocks = case.observe(&case.layout.attention);
        for (index, block) in blocks.iter().enumerate() {
            case.goldens.check(&format!("attention/{index}"), &block.values, TOLERANCE);
        }
        let distances = PatchGrid::of(&case.layout).mean_distances_px(&blocks);
        case.goldens.check("attention_distance", &to_f32(distances), TOLERANCE);
        let variants = case.goldens.behind("rollout/");
        assert_eq!(variants.len(), 6, "{variants:?}");
        for variant in variants {
            let parts: Vec<&str> = variant.split('/').collect();
            let fusion = match parts[1] {
                "max" => HeadFusion::Max,
                "min" => HeadFusion::Min,
                _ => HeadFusion::Mean,
            };
            let discard = parts.last().and_then(|share| share.parse().ok()).expect("a share");
            let how = Rollout { fusion, with_residual: parts[0] == "residual", discard };
            let products = of_all_tokens(case.layout.tokens, |token| rollout(&blocks, how, token));
            case.goldens.check(&format!("rollout/{variant}"), &to_f32(products), TOLERANCE);
        }
    }
}

#[test]
fn relevance_for_a_class_equals_pytorch() {
    for case in cases() {
        for class in case.goldens.behind("relevance/") {
            let index = class.parse().expect("a class");
            let nodes = &case.layout.attention;
            let (pairs, logits) =
                gradients::of_logit(&case.model, &case.image, index, nodes).expect("gradients");
            case.goldens.check("logits", &array(&logits).values, TOLERANCE);
            let blocks: Vec<_> =
                nodes.iter().map(|node| (array(&pairs[node].value), array(&pairs[node].gradient))).collect();
            let tokens = case.layout.tokens;
            let rows = of_all_tokens(tokens, |token| vec![relevance(&blocks, &only(token, tokens))]);
            case.goldens.check(&format!("relevance/{class}"), &to_f32(rows), GRADIENT_TOLERANCE);
        }
    }
}

#[test]
fn effective_fields_of_patches_equal_pytorch() {
    for case in cases() {
        let keys = case.goldens.behind("effective/");
        assert_eq!(keys.len(), 4, "{keys:?}");
        for key in keys {
            let (node, at) = key.rsplit_once('/').expect("node and patch");
            let (row, column) = place(at);
            let unit = Unit::OfTokens { token: case.layout.token_of(row, column) };
            let gradient =
                gradients::of_unit(&case.model, &case.image, &node.into(), unit).expect("a gradient");
            let summed = gradient.abs().and_then(|gradient| gradient.sum(0)).expect("three colours");
            case.goldens.check(&format!("effective/{key}"), &array(&summed).values, GRADIENT_TOLERANCE);
        }
    }
}

#[test]
fn the_head_after_each_block_and_the_logits_without_positions_equal_pytorch() {
    for case in cases() {
        let Backbone::Vit(vit) = &case.model else { panic!("a ViT") };
        let mut capture = Capture::new(case.layout.streams.clone());
        vit.forward_observed(&case.image, &mut capture).expect("a forward pass");
        let streams = capture.into_tensors().expect("tensors");
        let logits = case.layout.streams.iter().map(|node| vit.read_out(&streams[node]).expect("it fits"));
        let values: Vec<f32> = logits.flat_map(|logits| array(&logits).values.to_vec()).collect();
        case.goldens.check("logit_lens", &values, TOLERANCE);
        let unplaced = Backbone::Vit(vit.without_positions().expect("the same shapes"));
        let logits = unplaced.forward(&case.image).expect("a forward pass");
        case.goldens.check("no_positions/logits", &array(&logits).values, TOLERANCE);
    }
}

#[test]
fn likeness_of_patches_equals_pytorch() {
    for case in cases() {
        let side = case.layout.patches_per_side;
        for key in case.goldens.behind("similarity/") {
            let (node, at) = key.rsplit_once('/').expect("node and patch");
            let (row, column) = place(at);
            let stream = &case.observe(&[node.into()])[0];
            let dim = stream.shape[1];
            let vectors: Vec<Vec<f32>> =
                stream.values.chunks(dim).skip(case.layout.num_leading()).map(<[f32]>::to_vec).collect();
            let cosines = cosines(&vectors, row * side + column);
            case.goldens.check(&format!("similarity/{key}"), &cosines, TOLERANCE);
        }
    }
}
