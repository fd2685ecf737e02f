//! Both families against PyTorch (goldens of torchvision, timm and transformers, made by `goldens/models`), against
//! candle-transformers, and against themselves: batch-norm folded and not, in a batch and alone.

use std::collections::HashMap;
use std::path::Path;

use candle_core::{DType, Device, Tensor};
use candle_nn::{Activation, Module, VarBuilder};
use candle_transformers::models::{resnet, vit};
use server::device::Precision;
use server::models::parameters::Placement;
use server::models::{Backbone, Capture};
use shared::architecture::{BlockKind, ResNetConfig, VitConfig};
use shared::{ArchitectureConfig, NodeId};
use tests::difference::{largest, relative_difference};
use tests::{configurations, synthetic};

/// The project's tolerance between two implementations in f32, whose sums run in different orders.
const TOLERANCE: f32 = 1e-4;
/// Between f32 and numbers of 8 significant bits, each of which is off by 2^-9 at most, along the depth of a model.
const HALF_TOLERANCE: f32 = 5e-2;
/// Between a batch and its singles: the same kernels, but blocked by another number of rows.
const BATCH_TOLERANCE: f32 = 1e-5;

fn weights(config: &ArchitectureConfig) -> HashMap<String, Tensor> {
    synthetic::weights(&config.graph()).expect("synthetic weights")
}

fn load(config: &ArchitectureConfig) -> Backbone {
    Backbone::load(config, &weights(config), &Device::Cpu).expect("the graph names every parameter")
}

/// Every node's tensor, batch axis first.
fn observe(model: &Backbone, config: &ArchitectureConfig, images: &Tensor) -> Vec<(NodeId, Tensor)> {
    let nodes: Vec<NodeId> = config.graph().nodes.into_iter().map(|node| node.id).collect();
    let mut capture = Capture::new(nodes.clone());
    model.forward_observed(images, &mut capture).expect("a forward pass");
    let mut tensors = capture.into_tensors().expect("tensors");
    nodes.into_iter().map(|node| (node.clone(), tensors.remove(&node).expect("it was observed"))).collect()
}

fn values(tensor: &Tensor) -> Vec<f32> {
    tensor.flatten_all().and_then(|tensor| tensor.to_vec1()).expect("f32 values")
}

#[test]
fn every_node_equals_pytorch() {
    for (name, config) in configurations::all() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("goldens/models/{name}.safetensors"));
        let mut golden =
            candle_core::safetensors::load(&path, &Device::Cpu).expect("the golden is committed");
        let images = synthetic::images(&config, 1).expect("an image");
        for (node, tensor) in observe(&load(&config), &config, &images) {
            let reference = values(&golden.remove(node.as_str()).expect("a golden of each node"));
            let scale = values(&golden.remove(&format!("{node}/max_abs")).expect("its magnitude"))[0];
            let ours = values(&tensor);
            let step = (ours.len() / 251).max(1);
            let sampled: Vec<f32> = ours.iter().copied().step_by(step).collect();
            assert_eq!(sampled.len(), reference.len(), "{name} {node}");
            let difference = largest(sampled.iter().zip(&reference).map(|(a, b)| a - b)) / scale;
            assert!(difference <= TOLERANCE, "{name} {node}: {difference:e}");
            let magnitude = (largest(ours.into_iter()) - scale).abs() / scale;
            assert!(magnitude <= TOLERANCE, "{name} {node}: largest value off by {magnitude:e}");
        }
        assert!(golden.is_empty(), "{name}: nodes that the graph lacks: {:?}", golden.keys());
    }
}

#[test]
fn folding_the_batch_norm_changes_nothing() {
    for (name, config) in configurations::all() {
        let unfolded = Backbone::load_unfolded(&config, &weights(&config), &Device::Cpu).expect("weights");
        let images = synthetic::images(&config, 1).expect("an image");
        let pairs = observe(&load(&config), &config, &images).into_iter();
        for ((node, folded), (_, unfolded)) in pairs.zip(observe(&unfolded, &config, &images)) {
            let difference = relative_difference(&folded, &unfolded).expect("one shape");
            assert!(difference <= TOLERANCE, "{name} {node}: {difference:e}");
        }
    }
}

#[test]
fn half_as_wide_weights_change_little() {
    for (name, config) in configurations::all() {
        let placement = Placement::on(&Device::Cpu, Precision::Bf16).expect("a CPU has it");
        let half = Backbone::load_at(&config, &weights(&config), &placement).expect("weights");
        let images = synthetic::images(&config, 1).expect("an image");
        let pairs = observe(&load(&config), &config, &images).into_iter();
        let differences = pairs
            .zip(observe(&half, &config, &images))
            .map(|((node, full), (_, half))| (node, relative_difference(&full, &half).expect("one shape")));
        let differences: Vec<_> = differences.collect();
        let (node, largest) = differences.iter().max_by(|a, b| a.1.total_cmp(&b.1)).expect("nodes");
        let (_, of_logits) = differences.last().expect("the logits");
        println!("{name} in bfloat16: {largest:.1e} at most, in {node}; {of_logits:.1e} in the logits");
        assert!(*largest <= HALF_TOLERANCE, "{name} {node}: {largest:e}");
        assert!(*of_logits > TOLERANCE, "{name}: the weights are not rounded");
    }
}

#[test]
fn a_batch_equals_its_singles() {
    const BATCH: usize = 3;
    for (name, config) in configurations::all() {
        let model = load(&config);
        let images = synthetic::images(&config, BATCH).expect("images");
        let batch = observe(&model, &config, &images);
        for index in 0..BATCH {
            let single = observe(&model, &config, &images.narrow(0, index, 1).expect("one image"));
            for ((node, batch), (_, single)) in batch.iter().zip(single) {
                let row = batch.narrow(0, index, 1).expect("one row");
                let difference = relative_difference(&row, &single).expect("one shape");
                assert!(difference <= BATCH_TOLERANCE, "{name} {node} of image {index}: {difference:e}");
            }
        }
    }
}

#[test]
fn resnets_equal_candle_transformers() {
    type Build =
        for<'weights> fn(usize, VarBuilder<'weights>) -> candle_core::Result<candle_nn::Func<'weights>>;
    let builds: [(BlockKind, [usize; 4], Build); 2] = [
        (BlockKind::Basic, [2, 2, 2, 2], resnet::resnet18),
        (BlockKind::Bottleneck, [3, 4, 6, 3], resnet::resnet50),
    ];
    for (block, stage_depths, build) in builds {
        let config = configurations::resnet(block, stage_depths);
        let ArchitectureConfig::Resnet(ResNetConfig { num_classes, .. }) = config else { unreachable!() };
        let renamed = rename(weights(&config), torchvision_resnet_name);
        let reference = build(num_classes, renamed).expect("torchvision's names");
        let images = synthetic::images(&config, 1).expect("an image");
        let ours = load(&config).forward(&images).expect("a forward pass");
        let theirs = reference.forward(&images).expect("a forward pass");
        let difference = relative_difference(&ours, &theirs).expect("one shape");
        assert!(difference <= TOLERANCE, "{}: {difference:e}", config.name());
    }
}

#[test]
fn a_vit_equals_candle_transformers() {
    let (name, config) = configurations::all().pop().expect("the last is a ViT");
    let ArchitectureConfig::Vit(vit_config) = &config else { panic!("{name} is no ViT") };
    let mut weights = weights(&config);
    for (name, shape) in [
        ("embeddings.class_token", vec![1, 1, vit_config.dim]),
        ("embeddings.position", vec![1, vit_config.num_tokens(), vit_config.dim]),
    ] {
        let tensor = weights[name].reshape(shape).expect("the same values");
        weights.insert(name.to_owned(), tensor);
    }
    let renamed = rename(weights, transformers_name);
    let reference = vit::Model::new(&candle_config(vit_config), vit_config.num_classes, renamed);
    let images = synthetic::images(&config, 1).expect("an image");
    let theirs = reference.and_then(|model| model.forward(&images)).expect("a forward pass");
    let ours = load(&config).forward(&images).expect("a forward pass");
    let difference = relative_difference(&ours, &theirs).expect("one shape");
    assert!(difference <= TOLERANCE, "{difference:e}");
}

fn candle_config(config: &VitConfig) -> vit::Config {
    vit::Config {
        hidden_size: config.dim,
        num_hidden_layers: config.depth,
        num_attention_heads: config.num_heads,
        intermediate_size: config.mlp_dim,
        hidden_act: Activation::Gelu,
        layer_norm_eps: config.layer_norm_epsilon,
        image_size: config.image_size,
        patch_size: config.patch_size,
        num_channels: 3,
        qkv_bias: true,
    }
}

fn rename(weights: HashMap<String, Tensor>, name: fn(&str) -> String) -> VarBuilder<'static> {
    let renamed = weights.into_iter().map(|(ours, tensor)| (name(&ours), tensor)).collect();
    VarBuilder::from_tensors(renamed, DType::F32, &Device::Cpu)
}

fn torchvision_resnet_name(name: &str) -> String {
    let name = name.replace("shortcut.batch_norm", "downsample.1").replace("shortcut", "downsample.0");
    let name = name.replace("logits", "fc");
    match name.split_once(".batch_norm") {
        None => name,
        Some((convolution, suffix)) => format!("{}{suffix}", convolution.replace("conv", "bn")),
    }
}

fn transformers_name(name: &str) -> String {
    [
        ("embeddings.class_token", "vit.embeddings.cls_token"),
        ("embeddings.position", "vit.embeddings.position_embeddings"),
        ("patch_embedding", "vit.embeddings.patch_embeddings.projection"),
        ("encoder.", "vit.encoder.layer."),
        ("attention_norm", "layernorm_before"),
        ("mlp_norm", "layernorm_after"),
        (".query", ".attention.attention.query"),
        (".key", ".attention.attention.key"),
        (".value", ".attention.attention.value"),
        (".attention.weight", ".attention.output.dense.weight"),
        (".attention.bias", ".attention.output.dense.bias"),
        (".mlp_hidden", ".intermediate.dense"),
        (".mlp.", ".output.dense."),
        ("logits", "classifier"),
    ]
    .into_iter()
    .fold(
        if name.starts_with("norm.") { format!("vit.layer{name}") } else { name.to_owned() },
        |name, (ours, theirs)| {
            // A class token's new name would match a rule further down.
            if name.starts_with("vit.embeddings") { name } else { name.replace(ours, theirs) }
        },
    )
}
