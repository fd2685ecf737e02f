//! What every device but the CPU runs, candle's operations on tensors, run on the CPU: the same numbers as through the kernels, forward,
//! backward and interfered with, in both layouts of maps; and how far from f32 it is where a GPU computes in 16 bits. What only a GPU
//! has, cuDNN, flash attention and its transfers, is not tested here.

use std::collections::BTreeMap;

use candle_core::{DType, Device, Tensor};
use server::device::{Precision, to_host};
use server::models::gradients::{self, Unit};
use server::models::interventions::{Both, SwitchOff};
use server::models::layers::MapLayout;
use server::models::observer::PlaceZeroed;
use server::models::parameters::Placement;
use server::models::{Backbone, Capture, Observer};
use shared::views::SkipPart;
use shared::{ArchitectureConfig, NodeId};
use tests::difference::relative_difference;
use tests::{configurations, synthetic};

/// The project's tolerance between two implementations in f32, whose sums run in different orders.
const TOLERANCE: f32 = 1e-4;
/// Where a gradient flows back through a whole model.
const GRADIENT_TOLERANCE: f32 = 1e-3;
const LAYOUTS: [MapLayout; 2] = [MapLayout::ChannelsFirst, MapLayout::ChannelsLast];
const CLASS: usize = 3;

/// The numbers of a GPU, and the most that a node may be from f32: about as many roundings as there are layers, of 2^-9 and 2^-12.
const HALVES: [(Precision, f32); 2] = [(Precision::Bf16, 0.06), (Precision::F16, 0.008)];

/// Of a gradient in those numbers and the one in f32: where a value is near zero, a rounded one is on the other side of its ReLU, and
/// what flowed through a place flows no more.
const MIN_COSINE: f32 = 0.8;

fn load(config: &ArchitectureConfig, placement: &Placement) -> Backbone {
    let weights = synthetic::weights(&config.graph()).expect("synthetic weights");
    Backbone::load_at(config, &weights, placement).expect("the graph names every parameter")
}

fn with_kernels(config: &ArchitectureConfig) -> Backbone {
    load(config, &Placement::on(&Device::Cpu, Precision::F32).expect("a CPU computes in f32"))
}

fn without_kernels(config: &ArchitectureConfig, layout: MapLayout) -> Backbone {
    load(config, &Placement::without_kernels(Precision::F32, layout))
}

fn nodes(config: &ArchitectureConfig) -> Vec<NodeId> {
    config.graph().nodes.into_iter().map(|node| node.id).collect()
}

fn image(config: &ArchitectureConfig) -> Tensor {
    synthetic::images(config, 1).expect("an image")
}

/// Every node's tensor, after what `first` does with it.
fn observe(
    model: &Backbone,
    config: &ArchitectureConfig,
    images: &Tensor,
    first: &mut dyn Observer,
) -> BTreeMap<NodeId, Tensor> {
    let mut capture = Capture::new(nodes(config));
    model.forward_observed(images, &mut Both(first, &mut capture)).expect("a forward pass");
    capture.into_tensors().expect("tensors")
}

fn values(tensor: &Tensor) -> Tensor {
    to_host(tensor).and_then(|tensor| tensor.contiguous()).expect("values")
}

/// Of what is zero, as a branch that is switched off, nothing may differ.
fn difference(ours: &Tensor, reference: &Tensor) -> f32 {
    assert_eq!(ours.dims(), reference.dims());
    let [ours, reference] = [ours, reference].map(values);
    let magnitude = |tensor: &Tensor| scalar(&tensor.abs().and_then(|tensor| tensor.max_all()));
    match (magnitude(&ours), magnitude(&reference)) {
        (0.0, 0.0) => 0.0,
        _ => relative_difference(&ours, &reference).expect("one shape"),
    }
}

/// Cosine of the angle between two tensors as vectors.
fn cosine(a: &Tensor, b: &Tensor) -> f32 {
    let [a, b] = [a, b].map(values);
    let product = |a: &Tensor, b: &Tensor| scalar(&(a * b).and_then(|products| products.sum_all()));
    product(&a, &b) / (product(&a, &a) * product(&b, &b)).sqrt()
}

fn scalar(tensor: &candle_core::Result<Tensor>) -> f32 {
    tensor.as_ref().expect("one value").to_scalar().expect("one value")
}

/// The node that is furthest from the reference, and how far.
fn worst(ours: &BTreeMap<NodeId, Tensor>, reference: &BTreeMap<NodeId, Tensor>) -> (NodeId, f32) {
    assert_eq!(ours.len(), reference.len());
    let differences = ours.iter().map(|(node, tensor)| (node.clone(), difference(tensor, &reference[node])));
    let is_further = |a: &(NodeId, f32), b: &(NodeId, f32)| if b.1.is_nan() { true } else { a.1 < b.1 };
    differences.reduce(|a, b| if is_further(&a, &b) { b } else { a }).expect("a model has nodes")
}

#[test]
fn every_node_is_that_of_the_kernels() {
    for (name, config) in configurations::all() {
        let images = synthetic::images(&config, 2).expect("images");
        let mut nothing = SwitchOff::default();
        let reference = observe(&with_kernels(&config), &config, &images, &mut nothing);
        for layout in LAYOUTS {
            let model = without_kernels(&config, layout);
            let observed = observe(&model, &config, &images, &mut nothing);
            let (node, furthest) = worst(&observed, &reference);
            assert!(furthest <= TOLERANCE, "{name} {layout:?} {node}: {furthest:e}");
            let unobserved = model.forward(&images).expect("a forward pass");
            let logits = difference(&unobserved, &reference[&NodeId::new("logits")]);
            assert!(logits <= TOLERANCE, "{name} {layout:?}, unobserved: {logits:e}");
        }
    }
}

#[test]
fn gradients_are_those_of_the_kernels() {
    for (name, config) in configurations::all() {
        let (kernels, image) = (with_kernels(&config), image(&config));
        let (node, unit) = match &config {
            ArchitectureConfig::Resnet(_) => ("layer4.1", Unit::OfMap { row: 1, column: 0 }),
            ArchitectureConfig::Vit(_) => ("encoder.1", Unit::OfTokens { token: 2 }),
        };
        let of_unit = |model: &Backbone| gradients::of_unit(model, &image, &NodeId::new(node), unit);
        let of_logit = |model: &Backbone| gradients::of_logit(model, &image, CLASS, &probed(&config));
        let reference = of_unit(&kernels).expect("a gradient");
        let (pairs, _) = of_logit(&kernels).expect("gradients");
        for layout in LAYOUTS {
            let model = without_kernels(&config, layout);
            let furthest = difference(&of_unit(&model).expect("a gradient"), &reference);
            assert!(furthest <= GRADIENT_TOLERANCE, "{name} {layout:?} {node}: {furthest:e}");
            for (node, pair) in of_logit(&model).expect("gradients").0 {
                let furthest = difference(&pair.gradient, &pairs[&node].gradient);
                assert!(furthest <= GRADIENT_TOLERANCE, "{name} {layout:?} of {node}: {furthest:e}");
            }
        }
    }
}

/// Nodes that views ask gradients of.
fn probed(config: &ArchitectureConfig) -> Vec<NodeId> {
    let wanted = |node: &&NodeId| {
        let id = node.as_str();
        id.ends_with("attention_weights") || id.starts_with("layer") && id.matches('.').count() == 1
    };
    nodes(config).iter().filter(wanted).cloned().collect()
}

#[test]
fn what_is_switched_off_is_off() {
    for (name, config) in configurations::all() {
        let (graph, image) = (config.graph(), image(&config));
        let block = match &config {
            ArchitectureConfig::Resnet(_) => "layer2.0",
            ArchitectureConfig::Vit(_) => "encoder.1",
        };
        for part in [SkipPart::Residual, SkipPart::Shortcut] {
            let off = || SwitchOff::part_of(&graph, &NodeId::new(block), part).expect("a block has a sum");
            let reference = observe(&with_kernels(&config), &config, &image, &mut off());
            for layout in LAYOUTS {
                let observed = observe(&without_kernels(&config, layout), &config, &image, &mut off());
                let (node, furthest) = worst(&observed, &reference);
                assert!(furthest <= TOLERANCE, "{name} {layout:?} {part:?} {node}: {furthest:e}");
            }
        }
    }
}

#[test]
fn sixteen_bits_stay_near_f32() {
    for (name, config) in configurations::all() {
        let image = image(&config);
        let mut nothing = SwitchOff::default();
        let reference = observe(&with_kernels(&config), &config, &image, &mut nothing);
        for ((precision, tolerance), layout) in HALVES.into_iter().zip(LAYOUTS) {
            let model = load(&config, &Placement::without_kernels(precision, layout));
            let observed = observe(&model, &config, &image, &mut nothing);
            let (node, furthest) = worst(&observed, &reference);
            let logits = difference(&observed[&NodeId::new("logits")], &reference[&NodeId::new("logits")]);
            println!("{name} {precision}: worst {furthest:.1e} at {node}, logits {logits:.1e}");
            assert!(furthest <= tolerance, "{name} {precision} {node}: {furthest:e}");
            assert!(furthest > TOLERANCE, "{name}: {precision} is not rounded at all");
            for (node, tensor) in &observed {
                let expected = if is_exact(node) { DType::F32 } else { precision.dtype() };
                assert_eq!(tensor.dtype(), expected, "{name} {precision} {node}");
            }
        }
    }
}

/// What is f32 in every precision.
fn is_exact(node: &NodeId) -> bool {
    let id = node.as_str();
    ["input", "avgpool", "pooled", "logits"].contains(&id) || id.ends_with("attention_weights")
}

#[test]
fn sixteen_bits_are_interfered_with_and_have_gradients() {
    for (name, config) in configurations::all() {
        let (image, kernels) = (image(&config), with_kernels(&config));
        let probed = probed(&config);
        let (reference, _) = gradients::of_logit(&kernels, &image, CLASS, &probed).expect("gradients");
        for ((precision, _), layout) in HALVES.into_iter().zip(LAYOUTS) {
            let model = load(&config, &Placement::without_kernels(precision, layout));
            let (pairs, _) = gradients::of_logit(&model, &image, CLASS, &probed).expect("gradients");
            let cosines = pairs.iter().map(|(node, pair)| cosine(&pair.gradient, &reference[node].gradient));
            let least = cosines.fold(1.0, f32::min);
            println!("{name} {precision}: cosine of gradients at least {least:.4}");
            assert!(least >= MIN_COSINE, "{name} {precision}: {least}");
            if let ArchitectureConfig::Resnet(_) = config {
                let zeroed = || PlaceZeroed { node: NodeId::new("layer1.0"), place: [2, 3] };
                let expected = observe(&kernels, &config, &image, &mut zeroed());
                let (node, furthest) = worst(&observe(&model, &config, &image, &mut zeroed()), &expected);
                assert!(furthest <= HALVES[0].1, "{name} {precision} {node}: {furthest:e}");
            }
        }
    }
}

#[test]
fn a_cpu_refuses_what_only_a_gpu_computes_in() {
    let error = Placement::on(&Device::Cpu, Precision::F16).expect_err("no kernels of it");
    assert!(error.to_string().contains("--precision bf16"), "{error}");
}
