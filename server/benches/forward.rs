//! Forward passes of both architectures on one image at full size, plain and with every node observed, on the CPU.
//! Weights are random; time does not depend on their values.

use std::collections::HashMap;

use candle_core::{Device, Result, Tensor};
use server::device;
use server::models::{Backbone, Capture};
use shared::ArchitectureConfig;
use shared::architecture::{BlockKind, ParameterSpec, Pooling, ResNetConfig, VitConfig};

const NUM_CLASSES: usize = 1000;
const BATCHES: [usize; 2] = [1, 8];

fn main() {
    device::prepare_cpu(None);
    divan::main();
}

#[divan::bench(args = BATCHES, sample_count = 10, sample_size = 1)]
fn resnet50(bencher: divan::Bencher, batch: usize) {
    bench_forward(bencher, &resnet50_config(), batch);
}

#[divan::bench(args = BATCHES, sample_count = 10, sample_size = 1)]
fn resnet50_observed(bencher: divan::Bencher, batch: usize) {
    bench_observed(bencher, &resnet50_config(), batch);
}

#[divan::bench(args = BATCHES, sample_count = 10, sample_size = 1)]
fn vit_b16(bencher: divan::Bencher, batch: usize) {
    bench_forward(bencher, &vit_config(768, 12), batch);
}

#[divan::bench(args = BATCHES, sample_count = 10, sample_size = 1)]
fn vit_b16_observed(bencher: divan::Bencher, batch: usize) {
    bench_observed(bencher, &vit_config(768, 12), batch);
}

#[divan::bench(args = BATCHES, sample_count = 10, sample_size = 1)]
fn vit_s16(bencher: divan::Bencher, batch: usize) {
    bench_forward(bencher, &vit_config(384, 6), batch);
}

fn bench_forward(bencher: divan::Bencher, config: &ArchitectureConfig, batch: usize) {
    let (model, images) = prepare(config, batch).expect("the graph names every parameter");
    bencher.bench_local(|| model.forward(&images).expect("a forward pass"));
}

fn bench_observed(bencher: divan::Bencher, config: &ArchitectureConfig, batch: usize) {
    let (model, images) = prepare(config, batch).expect("the graph names every parameter");
    let graph = config.graph();
    bencher.bench_local(|| {
        let mut capture = Capture::new(graph.nodes.iter().map(|node| node.id.clone()));
        model.forward_observed(&images, &mut capture).expect("a forward pass");
        capture.into_captured()
    });
}

fn prepare(config: &ArchitectureConfig, batch: usize) -> Result<(Backbone, Tensor)> {
    let graph = config.graph();
    let weights: HashMap<String, Tensor> = graph
        .nodes
        .iter()
        .flat_map(|node| &node.parameters)
        .map(|parameter| Ok((parameter.name.clone(), random(parameter)?)))
        .collect::<Result<_>>()?;
    let model = Backbone::load(config, &weights, &Device::Cpu)?;
    let side = config.image_size();
    Ok((model, Tensor::randn(0_f32, 1.0, (batch, 3, side, side), &Device::Cpu)?))
}

/// Small enough that signals neither vanish into denormal numbers, which are slow, nor overflow.
fn random(parameter: &ParameterSpec) -> Result<Tensor> {
    let shape = parameter.shape.as_slice();
    if shape.len() == 1 {
        return Tensor::rand(0.5_f32, 1.0, shape, &Device::Cpu);
    }
    let fan_in: usize = shape[1..].iter().product();
    Tensor::randn(0_f32, (1.0 / fan_in as f32).sqrt(), shape, &Device::Cpu)
}

fn resnet50_config() -> ArchitectureConfig {
    ArchitectureConfig::Resnet(ResNetConfig {
        block: BlockKind::Bottleneck,
        stage_depths: [3, 4, 6, 3],
        num_classes: NUM_CLASSES,
        image_size: 224,
    })
}

fn vit_config(dim: usize, num_heads: usize) -> ArchitectureConfig {
    ArchitectureConfig::Vit(VitConfig {
        dim,
        depth: 12,
        num_heads,
        mlp_dim: 4 * dim,
        patch_size: 16,
        image_size: 224,
        num_classes: NUM_CLASSES,
        layer_norm_epsilon: 1e-6,
        pooling: Pooling::ClassToken,
    })
}
