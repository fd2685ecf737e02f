//! What is computed of a picture with the weights that ship with the explorer, against PyTorch with the same weights, dequantised.

use std::path::Path;

use candle_core::{Device, Tensor};
use server::analysis::attention::{PatchGrid, Rollout, relevance, rollout};
use server::analysis::{Array, class_map};
use server::device::Precision;
use server::inference::array;
use server::models::gradients::{self, Unit};
use server::models::registry::{LoadedModel, ModelRequest, load};
use server::models::{Backbone, Capture};
use shared::views::HeadFusion;
use shared::{ModelSlot, NodeId, TokenLayout};
use tests::golden_views::{GoldenViews, of_all_tokens, only};
use tests::synthetic;

/// Between two implementations, f32 and f64.
const TOLERANCE: f32 = 1e-4;
/// Where a gradient flows back through the whole model.
const GRADIENT_TOLERANCE: f32 = 1e-3;

fn demo(slot: ModelSlot) -> (LoadedModel, Tensor, GoldenViews) {
    let request = ModelRequest {
        slot,
        source: "demo".to_owned(),
        labels: None,
        preprocessing: None,
        precision: Precision::F32,
        head: None,
        assets: Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets"),
    };
    let model = load(&request, &Device::Cpu, "CPU").expect("the demo weights are committed");
    let image = synthetic::images(&model.info.architecture, 1).expect("an image");
    (model, image, GoldenViews::read(&format!("demo_{slot}")).expect("goldens of the demo weights"))
}

fn observe(model: &Backbone, image: &Tensor, nodes: &[NodeId]) -> Vec<Array> {
    let mut capture = Capture::new(nodes.to_vec());
    model.forward_observed(image, &mut capture).expect("a forward pass");
    let tensors = capture.into_tensors().expect("tensors");
    nodes.iter().map(|node| values(&tensors[node].get(0).expect("one picture"))).collect()
}

fn values(tensor: &Tensor) -> Array {
    array(tensor).expect("values on the CPU")
}

fn to_f32(values: impl IntoIterator<Item = f64>) -> Vec<f32> {
    values.into_iter().map(|value| value as f32).collect()
}

fn effective(model: &Backbone, image: &Tensor, node: &str, unit: Unit) -> Array {
    let gradient = gradients::of_unit(model, image, &node.into(), unit).expect("a gradient");
    values(&gradient.abs().and_then(|gradient| gradient.sum(0)).expect("three colours"))
}

#[test]
fn the_resnets_class_maps_and_fields_equal_pytorch() {
    let (LoadedModel { backbone, weights, .. }, image, golden) = demo(ModelSlot::Resnet);
    let classes = golden.integers("classes");
    let map = &observe(&backbone, &image, &["layer4.2".into()])[0];
    let head = weights.parameter("logits.weight").expect("the head");
    for class in &classes {
        let row = values(&head.get(*class as usize).expect("a class"));
        golden.check(&format!("cam/{class}"), &to_f32(class_map::cam(map, &row.values)), TOLERANCE);
    }
    let node = NodeId::from("layer3.5");
    let (pairs, logits) =
        gradients::of_logit(&backbone, &image, classes[0] as usize, std::slice::from_ref(&node))
            .expect("gradients");
    golden.check("logits", &values(&logits).values, TOLERANCE);
    let grad_cam = class_map::grad_cam(&values(&pairs[&node].value), &values(&pairs[&node].gradient));
    golden.check(&format!("grad_cam/layer3.5/{}", classes[0]), &to_f32(grad_cam), TOLERANCE);
    for (node, row, column) in [("layer3.5", 7, 7), ("layer4.2", 3, 3)] {
        let field = effective(&backbone, &image, node, Unit::OfMap { row, column });
        golden.check(&format!("effective/{node}/{row}_{column}"), &field.values, GRADIENT_TOLERANCE);
    }
}

#[test]
fn the_vits_attention_relevance_and_lens_equal_pytorch() {
    let (LoadedModel { info, backbone, .. }, image, golden) = demo(ModelSlot::Vit);
    let layout = TokenLayout::of(&info.architecture.graph()).expect("a ViT has tokens");
    let blocks = observe(&backbone, &image, &layout.attention);
    let grid = PatchGrid::of(&layout);
    for (index, block) in blocks.iter().enumerate() {
        golden.check(&format!("attention/{index}"), &block.values, TOLERANCE);
        for token in [0, layout.token_of(7, 7)] {
            let rows: Vec<f32> = (0..layout.heads)
                .flat_map(|head| {
                    let start = (head * layout.tokens + token) * layout.tokens;
                    block.values[start..start + layout.tokens].iter().copied()
                })
                .collect();
            golden.check(&format!("attention/{index}/row_{token}"), &rows, TOLERANCE);
        }
    }
    golden.check("attention_distance", &to_f32(grid.mean_distances_px(&blocks)), TOLERANCE);
    for (kind, with_residual) in [("residual", true), ("plain", false)] {
        let how = Rollout { fusion: HeadFusion::Mean, with_residual, discard: 0.0 };
        let rows = rollout(&blocks, how, 0).into_iter().flatten();
        golden.check(&format!("rollout/{kind}/0.0/row_0"), &to_f32(rows), TOLERANCE);
        let products = of_all_tokens(layout.tokens, |token| rollout(&blocks, how, token));
        golden.check(&format!("rollout/{kind}/0.0"), &to_f32(products), TOLERANCE);
    }
    let class = golden.integers("classes")[0];
    let (pairs, _logits) =
        gradients::of_logit(&backbone, &image, class as usize, &layout.attention).expect("gradients");
    let weighed: Vec<_> = layout
        .attention
        .iter()
        .map(|node| (values(&pairs[node].value), values(&pairs[node].gradient)))
        .collect();
    let row = |token: usize| relevance(&weighed, &only(token, layout.tokens));
    golden.check(&format!("relevance/{class}/row_0"), &to_f32(row(0)), GRADIENT_TOLERANCE);
    let rows = of_all_tokens(layout.tokens, |token| vec![row(token)]);
    golden.check(&format!("relevance/{class}"), &to_f32(rows), GRADIENT_TOLERANCE);
    let field = effective(&backbone, &image, "encoder.5", Unit::OfTokens { token: layout.token_of(7, 7) });
    golden.check("effective/encoder.5/7_7", &field.values, GRADIENT_TOLERANCE);
    let Backbone::Vit(vit) = &backbone else { panic!("a ViT") };
    let mut capture = Capture::new(layout.streams.clone());
    vit.forward_observed(&image, &mut capture).expect("a forward pass");
    let streams = capture.into_tensors().expect("tensors");
    let logits = layout.streams.iter().map(|node| values(&vit.read_out(&streams[node]).expect("it fits")));
    let logits: Vec<f32> = logits.flat_map(|logits| logits.values.to_vec()).collect();
    golden.check("logit_lens", &logits, TOLERANCE);
}
