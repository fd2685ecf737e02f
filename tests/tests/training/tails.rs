//! Tails whose weights learn, against `goldens/training/tails.safetensors`, whose `make_tails.py` says what each key holds, and against the
//! layers that answer visitors.

use std::collections::HashMap;
use std::path::Path;

use candle_core::{Device, Tensor};
use server::device::Precision;
use server::models::registry::{self, ModelRequest};
use server::models::tail::Tail;
use server::training::{Head, Moments, Objective, Parameter, TrainableTail};
use shared::architecture::BlockKind;
use shared::training::{Optimizer, Schedule};
use shared::{ArchitectureConfig, ModelSlot};
use tests::configurations;
use tests::difference::{largest, relative_difference};
use tests::synthetic;

const STEPS: u64 = 8;
const BATCH: usize = 6;
const SAMPLES: usize = 37;
/// Losses of some 2.5; what rounding does to Adam's first steps, whose size does not follow the gradient's.
const CURVE_TOLERANCE: f64 = 1e-3;
/// Of gradients, by the largest of each parameter: sums over places in another order.
const GRADIENT_TOLERANCE: f32 = 1e-4;
/// A step is at most 1e-4 for each of the first steps.
const WEIGHT_TOLERANCE: f32 = 1e-4;

fn values(tensor: &Tensor) -> Vec<f32> {
    tensor.flatten_all().and_then(|tensor| tensor.to_vec1()).expect("f32 values")
}

fn sampled(tensor: &Tensor) -> Vec<f32> {
    let values = values(tensor);
    values.iter().copied().step_by((values.len() / SAMPLES).max(1)).take(SAMPLES).collect()
}

fn trainable(architecture: &ArchitectureConfig) -> TrainableTail {
    let weights = synthetic::weights(&architecture.graph()).expect("room");
    let head = Head { weight: weights["logits.weight"].clone(), bias: weights["logits.bias"].clone() };
    TrainableTail::new(architecture, &weights, &head, &Device::Cpu).expect("the graph names all of them")
}

fn check(name: &str, architecture: &ArchitectureConfig, shape: &[usize]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("goldens/training/tails.safetensors");
    let golden: HashMap<String, Tensor> =
        candle_core::safetensors::load(path, &Device::Cpu).expect("the golden is in the repository");
    let losses = golden[&format!("{name}/losses")].to_vec1::<f64>().expect("a vector");
    let tail = trainable(architecture);
    let variables = tail.variables();
    let mut moments = Moments::of(variables.values().map(|variable| variable.as_tensor())).expect("room");
    let objective = Objective::new(vec![1.0; 10], 0.1);
    let schedule = Schedule { learning_rate: 1e-4, ..Schedule::default() };
    for step in 0..STEPS {
        let labels: Vec<u32> =
            (0..BATCH as u32).map(|picture| (7 * picture + step as u32 % 2) % 10).collect();
        let mut input = synthetic::values(&format!("tail.{name}.{}", step % 2), shape).expect("room");
        if matches!(architecture, ArchitectureConfig::Resnet(_)) {
            input = input.relu().expect("room");
        }
        let logits = tail.logits(&input).expect("the tail's input");
        let loss = objective.loss(&logits.detach(), &labels).expect("as many labels");
        let expected = losses[step as usize];
        assert!((loss.value - expected).abs() < CURVE_TOLERANCE, "{name} {step}: {} {expected}", loss.value);
        let gradients = tail.gradients(&logits, &loss.gradient).expect("gradients reach all");
        if step == 0 {
            for (gradient, parameter) in gradients.iter().zip(variables.keys()) {
                let expected = values(&golden[&format!("{name}/gradient/{parameter}")]);
                let scale = values(&golden[&format!("{name}/largest/{parameter}")])[0];
                let ours = sampled(gradient);
                assert_eq!(ours.len(), expected.len(), "{name} {parameter}");
                let distance = largest(ours.iter().zip(&expected).map(|(a, b)| a - b));
                // A softmax does not change with what is added to all keys: that gradient is rounding alone.
                let allowed = if parameter.ends_with("key.bias") { 1e-6 } else { GRADIENT_TOLERANCE * scale };
                assert!(distance <= allowed, "{name} {parameter}: {distance}, where the largest is {scale}");
            }
        }
        let parameters: Vec<Parameter<'_>> = variables
            .values()
            .map(|variable| Parameter {
                value: variable.as_tensor(),
                decay: if variable.rank() > 1 { 0.05 } else { 0.0 },
            })
            .collect();
        let rate = schedule.learning_rate_at(step, STEPS);
        let stepped = moments.step_all(&parameters, gradients, Optimizer::ADAM_W, rate).expect("shapes");
        for (variable, value) in variables.values().zip(&stepped) {
            variable.set(value).expect("the same shape");
        }
    }
    for (parameter, variable) in variables {
        if parameter.ends_with("key.bias") {
            continue;
        }
        let expected = values(&golden[&format!("{name}/final/{parameter}")]);
        let ours = sampled(variable.as_tensor());
        let distance = largest(ours.iter().zip(&expected).map(|(a, b)| a - b));
        assert!(distance < WEIGHT_TOLERANCE, "{name} {parameter}: {distance}");
    }
}

#[test]
fn a_stage_of_basic_blocks_goes_pytorchs_way() {
    let architecture = configurations::resnet(BlockKind::Basic, [1, 1, 1, 2]);
    check("basic", &architecture, &[BATCH, 256, 4, 4]);
}

#[test]
fn a_stage_of_bottlenecks_goes_pytorchs_way() {
    let architecture = configurations::resnet(BlockKind::Bottleneck, [1, 1, 1, 2]);
    check("bottleneck", &architecture, &[BATCH, 1024, 4, 4]);
}

#[test]
fn a_block_and_the_final_norm_go_pytorchs_way_for_both_poolings() {
    let architecture = |name: &str| {
        let mut all = configurations::all().into_iter();
        all.find(|(known, _architecture)| *known == name).expect("a configuration").1
    };
    check("vit_torchvision", &architecture("vit_torchvision"), &[BATCH, 17, 48]);
    check("vit_timm_mean", &architecture("vit_timm_mean"), &[BATCH, 10, 64]);
}

#[test]
fn tails_of_all_configurations_compute_what_answers_visitors() {
    let other_strides = configurations::resnet(BlockKind::Bottleneck, [1, 1, 1, 1]);
    let ArchitectureConfig::Resnet(config) = other_strides else { unreachable!("a ResNet") };
    // Maps of 3 places a side become 2.
    let odd = ArchitectureConfig::Resnet(shared::architecture::ResNetConfig { image_size: 96, ..config });
    for (name, architecture) in configurations::all().into_iter().chain([("odd", odd)]) {
        let weights = synthetic::weights(&architecture.graph()).expect("room");
        let model = server::models::Backbone::load(&architecture, &weights, &Device::Cpu).expect("they fit");
        let images = synthetic::images(&architecture, 2).expect("room");
        let input = model.up_to(&images, &Tail::of(&architecture).input).expect("a node");
        let tail = trainable(&architecture);
        for (ours, expected) in
            [(tail.features(&input), model.features(&images)), (tail.logits(&input), model.forward(&images))]
        {
            let (ours, expected) = (ours.expect("it runs"), expected.expect("it runs"));
            let difference = relative_difference(&ours, &expected).expect("the shape");
            assert!(difference < 1e-4, "{name}: {difference}");
        }
    }
}

#[test]
fn tails_of_the_demo_weights_compute_what_answers_visitors() {
    for slot in ModelSlot::ALL {
        let request = ModelRequest {
            slot,
            source: "demo".to_owned(),
            labels: None,
            preprocessing: None,
            head: None,
            precision: Precision::F32,
            assets: Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets"),
        };
        let model = registry::load(&request, &Device::Cpu, "CPU").expect("the demo");
        let architecture = &model.info.architecture;
        let parameter = |name: &str| model.weights.parameter(name).expect("the checkpoint's");
        let head = Head { weight: parameter("logits.weight"), bias: parameter("logits.bias") };
        let tail = TrainableTail::new(architecture, model.weights.as_ref(), &head, &Device::Cpu);
        let tail = tail.expect("the checkpoint has all of it");
        let images = synthetic::images(architecture, 2).expect("room");
        let input = model.backbone.up_to(&images, &Tail::of(architecture).input).expect("a node");
        let ours = tail.logits(&input).expect("it runs");
        let expected = model.backbone.forward(&images).expect("it runs");
        let difference = relative_difference(&ours, &expected).expect("the shape");
        assert!(difference < 1e-4, "{slot}: {difference}");
    }
}
