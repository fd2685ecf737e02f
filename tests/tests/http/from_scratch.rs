//! `/api/v1/training/from-scratch`: what ships with the explorer, or how to compute it.

use std::fs;
use std::path::Path;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use server::http::assets::Site;
use server::http::build_router;
use shared::training::FromScratch;
use shared::{ErrorCode, route};
use tempfile::TempDir;
use tests::explorer::{Settings, TestExplorer, get, send};
use tests::site;

/// The routes of an explorer with other assets.
fn router(assets: &Path) -> (Router, TempDir) {
    let folder = TempDir::new().expect("a temporary folder can be made");
    site::write(folder.path());
    let site = Site::open(folder.path()).expect("the site is complete");
    let explorer = TestExplorer::without_models(&Settings::default()).explorer;
    (build_router(&explorer, &site, assets).expect("plain frame ancestors"), folder)
}

#[tokio::test]
async fn the_result_that_ships_is_answered_before_the_models_are_loaded() {
    let explorer = TestExplorer::without_models(&Settings::default());
    let answer = explorer.get(route::FROM_SCRATCH).await;
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let outcome: FromScratch = answer.json();
    let [cnn, vit] = outcome.learners.as_slice() else { panic!("two kinds: {:?}", outcome.learners) };
    assert!(cnn.num_parameters.abs_diff(vit.num_parameters) as f64 <= 0.02 * vit.num_parameters as f64);
    assert!(outcome.plan.seeds.len() >= 3 && cnn.tried.len() == vit.tried.len());
    let counts: Vec<Option<u64>> = outcome.plan.counts.iter().copied().map(Some).chain([None]).collect();
    for learner in [cnn, vit] {
        let found: Vec<Option<u64>> = learner.points.iter().map(|point| point.photos_per_class).collect();
        assert_eq!(found, counts);
        assert!(learner.points.iter().all(|point| point.top1_percent.len() == outcome.plan.seeds.len()));
    }
    // Of the machine that computed it, nothing is told.
    assert!(
        outcome.command.starts_with("backbone-explorer from-scratch --dataset PATH/"),
        "{}",
        outcome.command
    );
    let tag = answer.header("etag").expect("a tag");
    let request = Request::get(route::FROM_SCRATCH).header("if-none-match", tag).body(Body::empty());
    let again = explorer.send(request.expect("a valid request")).await;
    assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
}

#[tokio::test]
async fn where_nothing_ships_the_command_is_named() {
    let assets = TempDir::new().expect("a temporary folder can be made");
    let (routes, _site) = router(assets.path());
    let answer = send(routes, get(route::FROM_SCRATCH)).await;
    assert_eq!((answer.status, answer.error().code), (StatusCode::NOT_FOUND, ErrorCode::NotComputed));
    assert!(answer.error().message.contains("backbone-explorer from-scratch --dataset FOLDER --out FILE"));
}

#[tokio::test]
async fn a_broken_file_is_the_servers_fault() {
    let assets = TempDir::new().expect("a temporary folder can be made");
    fs::create_dir(assets.path().join("training")).expect("a folder");
    fs::write(assets.path().join("training/from_scratch.json"), "{\"dataset\": 1}").expect("a file");
    let (routes, _site) = router(assets.path());
    let answer = send(routes, get(route::FROM_SCRATCH)).await;
    assert_eq!(
        (answer.status, answer.error().code),
        (StatusCode::INTERNAL_SERVER_ERROR, ErrorCode::Internal)
    );
    assert!(!answer.error().message.contains("from_scratch.json"), "no path of the server is told");
}
