//! `/healthz`, `/readyz`, `/metrics`, and what is answered while the models are being loaded.

use axum::http::StatusCode;
use shared::{ErrorCode, Graph, ModelSlot, Operation, Sample, route};
use tests::explorer::{Settings, TestExplorer, picture};

#[tokio::test]
async fn readiness_comes_with_the_models() {
    let settings = Settings::default();
    let explorer = TestExplorer::without_models(&settings);
    assert_eq!(explorer.get(route::HEALTHZ).await.status, StatusCode::OK);
    let answer = explorer.get(route::READYZ).await;
    assert_eq!((answer.status, answer.error().code), (StatusCode::SERVICE_UNAVAILABLE, ErrorCode::NotReady));
    assert_eq!(explorer.metric("backbone_explorer_ready").await, 0.0);
    explorer.load_models(&settings);
    assert_eq!(explorer.get(route::READYZ).await.status, StatusCode::OK);
    assert_eq!(explorer.metric("backbone_explorer_ready").await, 1.0);
}

#[tokio::test]
async fn before_the_models_everything_else_says_when_to_come_back() {
    let explorer = TestExplorer::without_models(&Settings::default());
    let samples: Vec<Sample> = explorer.get(route::SAMPLES).await.json();
    let sample = &samples[0].image.image_id;
    for path in [
        route::MODELS.to_owned(),
        route::predictions(sample, ModelSlot::Vit, None),
        route::weights(ModelSlot::Resnet, "conv1.weight", None),
    ] {
        let answer = explorer.get(&path).await;
        assert_eq!(
            (answer.status, answer.error().code),
            (StatusCode::SERVICE_UNAVAILABLE, ErrorCode::NotReady),
            "{path}"
        );
        assert!(answer.header("retry-after").is_some(), "{path}");
    }
    let upload = explorer.post(picture(20, 20, 1)).await;
    assert_eq!(upload.error().code, ErrorCode::NotReady);
    let page = explorer.get("/").await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(String::from_utf8_lossy(&page.body).contains("still being loaded"));
}

#[tokio::test]
async fn requests_and_work_are_counted() {
    let explorer = TestExplorer::start(&Settings::default());
    let image = explorer.upload(picture(60, 60, 1)).await;
    explorer.predict(&image.image_id, ModelSlot::Vit).await;
    explorer.get("/no/such/path").await;
    for (metric, expected) in [
        ("requests_total{route=\"/api/v1/images\",method=\"POST\",status=\"201\"}", 1.0),
        (
            "requests_total{route=\"/api/v1/images/{image_id}/predictions\",method=\"GET\",status=\"200\"}",
            1.0,
        ),
        ("requests_total{route=\"unmatched\",method=\"GET\",status=\"404\"}", 1.0),
        ("request_duration_seconds_count{route=\"/api/v1/images\"}", 1.0),
        ("forward_duration_seconds_count{model=\"vit\"}", 1.0),
        ("batch_images_sum{model=\"vit\"}", 1.0),
        ("queue_length", 0.0),
    ] {
        assert_eq!(explorer.metric(&format!("backbone_explorer_{metric}")).await, expected, "{metric}");
    }
    assert!(explorer.metric("backbone_explorer_image_cache_bytes").await > 24_000.0);
    // Everything that the forward pass computed, and the ten logits once more, which are kept apart. The class token's row is a
    // part of the tensor that it is taken from.
    let graph: Graph = explorer.get(&route::graph(ModelSlot::Vit)).await.json();
    let own = graph.nodes.iter().filter(|node| node.operation != Operation::ClassTokenRow);
    let values: u64 = own.map(|node| node.output_shape.elements()).sum();
    let held = explorer.metric("backbone_explorer_activation_cache_bytes").await;
    assert_eq!(held, (4 * (values + 10)) as f64);
    let text = explorer.get(route::METRICS).await;
    assert!(text.body.ends_with(b"# EOF\n"), "complete in the OpenMetrics sense");
}

#[tokio::test]
async fn a_clients_mistakes_do_not_change_health() {
    let explorer = TestExplorer::start(&Settings::default());
    for _ in 0..50 {
        explorer.post("no picture").await;
        explorer.get(&format!("{}/x/predictions?model=y", route::IMAGES)).await;
    }
    assert_eq!(explorer.get(route::HEALTHZ).await.status, StatusCode::OK);
    assert_eq!(explorer.get(route::READYZ).await.status, StatusCode::OK);
}
