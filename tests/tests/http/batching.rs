//! A batch equals its singles, one forward pass answers every question about a picture, and nobody waits for a batch to fill.

use std::time::Duration;

use candle_core::Tensor;
use server::cache::CacheLimits;
use shared::{Graph, ModelSlot, NodeId, route};
use tests::difference::relative_difference;
use tests::explorer::{Settings, TestExplorer, get, picture, send};
use tokio::task::JoinHandle;

/// Sums of a batch may be taken in another order.
const TOLERANCE: f32 = 1e-5;
const BATCH: usize = 5;

/// An explorer that keeps no answer, so that each question is computed. A side of 448 makes the ResNet slow enough that questions
/// gather while it works.
fn forgetful(resnet_side: usize) -> Settings {
    let mut settings = Settings { resnet_side, ..Settings::default() };
    settings.inference.cache = CacheLimits { max_bytes: 0, idle_time: Duration::from_secs(1) };
    settings
}

/// Asks without waiting for the answer.
fn ask(explorer: &TestExplorer, path: &str) -> JoinHandle<Tensor> {
    let (router, request) = (explorer.router.clone(), get(path));
    tokio::spawn(async move { send(router, request).await.array() })
}

/// Keeps the worker busy for a while.
async fn occupy(explorer: &TestExplorer) -> JoinHandle<Tensor> {
    let image = explorer.upload(picture(500, 500, 99)).await;
    let busy = ask(explorer, &route::tensor(&image.image_id, ModelSlot::Resnet, &"avgpool".into(), None));
    tokio::time::sleep(Duration::from_millis(15)).await;
    busy
}

async fn check_batch_equals_singles(slot: ModelSlot, node: &str) {
    let explorer = TestExplorer::start(&forgetful(448));
    let mut paths = Vec::new();
    for seed in 0..BATCH {
        let image = explorer.upload(picture(100, 80, seed as u32)).await;
        paths.push(route::tensor(&image.image_id, slot, &NodeId::from(node), None));
    }
    let mut singles = Vec::new();
    for path in &paths {
        singles.push(explorer.get(path).await.array());
    }
    let busy = occupy(&explorer).await;
    let metric = |name: &str| format!("backbone_explorer_batch_images_{name}{{model=\"{slot}\"}}");
    let (passes, images) = (explorer.metric(&metric("count")).await, explorer.metric(&metric("sum")).await);
    let waiting: Vec<_> = paths.iter().map(|path| ask(&explorer, path)).collect();
    for (single, answer) in singles.iter().zip(waiting) {
        let together = answer.await.expect("no panic");
        let difference = relative_difference(&together, single).expect("same shapes");
        assert!(difference < TOLERANCE, "{slot} {node}: {difference}");
    }
    busy.await.expect("no panic");
    let new_images = explorer.metric(&metric("sum")).await - images;
    let new_passes = explorer.metric(&metric("count")).await - passes;
    assert!(new_images >= BATCH as f64 && new_passes <= 2.0, "{new_images} pictures in {new_passes} passes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_of_the_vit_equals_its_singles() {
    check_batch_equals_singles(ModelSlot::Vit, "logits").await;
    check_batch_equals_singles(ModelSlot::Vit, "encoder.2.attention_weights").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_of_the_resnet_equals_its_singles() {
    check_batch_equals_singles(ModelSlot::Resnet, "logits").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn questions_about_one_picture_share_a_forward_pass() {
    let explorer = TestExplorer::start(&forgetful(448));
    let image = explorer.upload(picture(100, 80, 1)).await;
    let graph: Graph = explorer.get(&route::MODEL_GRAPH.replace("{model}", "vit")).await.json();
    let paths: Vec<String> = graph
        .nodes
        .iter()
        .map(|node| route::tensor(&image.image_id, ModelSlot::Vit, &node.id, None))
        .collect();
    assert!(paths.len() > 30 && paths.len() < Settings::default().inference.queue_length);
    let busy = occupy(&explorer).await;
    let answers: Vec<_> = paths.iter().map(|path| ask(&explorer, path)).collect();
    for (node, answer) in graph.nodes.iter().zip(answers) {
        assert_eq!(answer.await.expect("no panic").dims(), node.output_shape.dims(), "{}", node.id);
    }
    busy.await.expect("no panic");
    let images = explorer.metric("backbone_explorer_batch_images_sum{model=\"vit\"}").await;
    assert!(images <= 2.0, "{} questions took {images} pictures", paths.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_batch_is_larger_than_it_may_be() {
    let mut settings = forgetful(448);
    settings.inference.batch_size = 2;
    let explorer = TestExplorer::start(&settings);
    let mut paths = Vec::new();
    for seed in 0..BATCH {
        let image = explorer.upload(picture(100, 80, seed as u32)).await;
        paths.push(route::tensor(&image.image_id, ModelSlot::Vit, &"logits".into(), None));
    }
    let busy = occupy(&explorer).await;
    let answers: Vec<_> = paths.iter().map(|path| ask(&explorer, path)).collect();
    for answer in answers {
        answer.await.expect("no panic");
    }
    busy.await.expect("no panic");
    let within = explorer.metric("backbone_explorer_batch_images_bucket{le=\"2.0\",model=\"vit\"}").await;
    let passes = explorer.metric("backbone_explorer_batch_images_count{model=\"vit\"}").await;
    assert!(within == passes && passes >= 3.0, "{within} of {passes} passes");
}

#[tokio::test]
async fn a_lone_question_does_not_wait() {
    let explorer = TestExplorer::start(&forgetful(64));
    let image = explorer.upload(picture(100, 80, 1)).await;
    let queue_ms = explorer.predict(&image.image_id, ModelSlot::Vit).await.timings.queue_ms;
    assert!(queue_ms < 50.0, "{queue_ms} ms in an empty queue");
}
