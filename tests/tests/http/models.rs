//! `GET /models`, `/models/{model}/graph` and `/models/{model}/weights/{parameter}`.

use axum::http::StatusCode;
use shared::{ErrorCode, Graph, ModelInfo, ModelSlot, route};
use tests::difference::relative_difference;
use tests::explorer::{Settings, TestExplorer};
use tests::synthetic;

fn graph_path(model: &str) -> String {
    route::MODEL_GRAPH.replace("{model}", model)
}

#[tokio::test]
async fn both_models_are_described_and_their_graphs_follow() {
    let explorer = TestExplorer::start(&Settings::default());
    let models: Vec<ModelInfo> = explorer.get(route::MODELS).await.json();
    assert_eq!(models.iter().map(|model| model.slot).collect::<Vec<_>>(), ModelSlot::ALL);
    for model in models {
        let graph: Graph = explorer.get(&graph_path(model.slot.as_str())).await.json();
        assert_eq!(graph, model.architecture.graph());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_parameter_is_the_checkpoints_own() {
    let explorer = TestExplorer::start(&Settings::default());
    for slot in ModelSlot::ALL {
        let graph: Graph = explorer.get(&graph_path(slot.as_str())).await.json();
        let weights = synthetic::weights(&graph).expect("there is memory for a small model");
        for (name, expected) in &weights {
            let array = explorer.get(&route::weights(slot, name, None)).await.array();
            assert_eq!(array.dims(), expected.dims(), "{slot} {name}");
            let difference = relative_difference(&array, expected).expect("same shapes");
            assert!(difference == 0.0, "{slot} {name}: {difference}");
        }
        let kernel = explorer.get(&route::weights(slot, "logits.weight", Some("2:4,1"))).await.array();
        assert_eq!(kernel.dims(), [2]);
    }
}

#[tokio::test]
async fn what_is_not_there_is_refused() {
    let explorer = TestExplorer::start(&Settings::default());
    let weights = |model: &str, rest: &str| format!("{}/{model}/weights/{rest}", route::MODELS);
    for (path, code) in [
        (graph_path("alexnet"), ErrorCode::ModelUnknown),
        (graph_path("%00"), ErrorCode::ModelUnknown),
        (weights("alexnet", "conv1.weight"), ErrorCode::ModelUnknown),
        (weights("vit", "conv1.weight"), ErrorCode::ParameterUnknown),
        (weights("resnet", "conv1"), ErrorCode::ParameterUnknown),
        (weights("resnet", "..%2F..%2Fetc%2Fpasswd"), ErrorCode::ParameterUnknown),
        (weights("resnet", "conv1.weight?slice=64"), ErrorCode::SliceInvalid),
        (weights("resnet", "conv1.weight?slice=x"), ErrorCode::SliceInvalid),
        (weights("resnet", "conv1.weight?model=vit"), ErrorCode::RequestInvalid),
    ] {
        let answer = explorer.get(&path).await;
        assert_eq!(answer.error().code, code, "{path}: {}", answer.error());
        assert_ne!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    }
}
