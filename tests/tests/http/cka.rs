//! `/api/v1/cka`: what was measured of the loaded models' layers, or how to measure it.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use server::comparison::{compared_layers, measured};
use shared::{CkaMatrix, ErrorCode, route};
use tests::explorer::{Settings, TestExplorer, models};

/// A matrix of the synthetic models: symmetric, with another value in every pair.
fn matrix() -> CkaMatrix {
    let models = models(Settings::default().resnet_side);
    let layers: Vec<_> = models.iter().flat_map(|model| compared_layers(&model.info)).collect();
    let value =
        |row: usize, column: usize| 1.0 - row.abs_diff(column) as f64 / 32.0 - (row * column) as f64 * 1e-5;
    CkaMatrix {
        dataset: "noise".to_owned(),
        models: models.each_ref().map(|model| measured::compared_model(&model.info)),
        num_pictures: 96,
        batch_size: 48,
        num_minibatches: 2,
        seed: 7,
        matrix: (0..layers.len())
            .map(|row| (0..layers.len()).map(|column| value(row, column)).collect())
            .collect(),
        layers,
    }
}

#[tokio::test]
async fn what_was_measured_is_answered_in_full() {
    let explorer = TestExplorer::without_models(&Settings::default());
    assert_eq!(explorer.get(route::CKA).await.error().code, ErrorCode::NotReady);
    explorer.load_models_with(&Settings::default(), Some(matrix()));
    let answer = explorer.get(route::CKA).await;
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.json::<CkaMatrix>(), matrix());
    let tag = answer.header("etag").expect("a tag");
    let request = Request::get(route::CKA).header("if-none-match", tag).body(Body::empty());
    let again = explorer.send(request.expect("a valid request")).await;
    assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
}

#[tokio::test]
async fn where_nothing_was_measured_the_command_is_named() {
    let explorer = TestExplorer::start(&Settings::default());
    let answer = explorer.get(route::CKA).await;
    assert_eq!((answer.status, answer.error().code), (StatusCode::NOT_FOUND, ErrorCode::NotComputed));
    let message = answer.error().message;
    assert!(
        message.contains("cargo xtask cka --pictures FOLDER --out FILE") && message.contains("--cka FILE"),
        "{message}"
    );
}
