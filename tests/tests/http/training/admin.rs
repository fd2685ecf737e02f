//! Who may change something.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use shared::training::TrainingOverview;
use shared::{ErrorCode, ModelSlot, route};
use tests::explorer::{Settings, TestExplorer};
use tests::training_server::{Place, TOKEN, TrainingServer, classes, head_request};

/// Everything that changes something.
fn changes() -> Vec<(Method, String)> {
    vec![
        (Method::POST, format!("{}?name=a", route::DATASETS)),
        (Method::DELETE, route::dataset(route::DATASET, "a", "")),
        (Method::POST, route::RUNS.to_owned()),
        (Method::DELETE, route::run(route::RUN, "a", "")),
        (Method::POST, route::run(route::RUN_STOP, "a", "")),
        (Method::POST, route::run(route::RUN_RESUME, "a", "")),
        (Method::PUT, route::head(ModelSlot::Vit)),
        (Method::DELETE, route::head(ModelSlot::Vit)),
    ]
}

fn request(method: Method, path: &str, authorization: Option<&str>) -> Request<Body> {
    let request = Request::builder().method(method).uri(path);
    let request = match authorization {
        Some(value) => request.header("authorization", value),
        None => request,
    };
    request.body(Body::empty()).expect("a valid request")
}

#[tokio::test]
async fn without_a_token_training_is_off() {
    let explorer = TestExplorer::start(&Settings::default());
    let overview: TrainingOverview = explorer.get(route::TRAINING).await.json();
    assert!(!overview.is_enabled && overview.runs.is_empty() && overview.heads.is_empty());
    assert_eq!(explorer.get(route::DATASETS).await.body, "[]");
    for (method, path) in changes().into_iter().chain([(Method::GET, route::ADMIN.to_owned())]) {
        let answer = explorer.send(request(method.clone(), &path, Some("Bearer anything at all"))).await;
        assert_eq!(
            (answer.status, answer.error().code),
            (StatusCode::FORBIDDEN, ErrorCode::TrainingOff),
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn nothing_changes_without_the_token() {
    let place = Place::new(&[("small", &classes(2, 4))]);
    let server = TrainingServer::start(place.settings()).await;
    for (method, path) in changes() {
        for authorization in [None, Some("Basic abc"), Some("Bearer")] {
            let answer = server.explorer.send(request(method.clone(), &path, authorization)).await;
            assert_eq!(
                (answer.status, answer.error().code),
                (StatusCode::UNAUTHORIZED, ErrorCode::Unauthorized),
                "{method} {path}"
            );
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        }
    }
    let right = request(Method::GET, route::ADMIN, Some(&format!("Bearer {TOKEN}")));
    assert_eq!(server.explorer.send(right).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn guessing_ends_soon_and_locks_nobody_out() {
    let place = Place::new(&[]);
    let server = TrainingServer::start(place.settings()).await;
    let guess = || request(Method::GET, route::ADMIN, Some("Bearer a wrong but long enough token"));
    let mut statuses = Vec::new();
    for _ in 0..12 {
        statuses.push(server.explorer.send(guess()).await.status);
    }
    assert_eq!(statuses[..10], [StatusCode::UNAUTHORIZED; 10]);
    assert_eq!(statuses[10..], [StatusCode::TOO_MANY_REQUESTS; 2]);
    let refused = server.explorer.send(guess()).await;
    assert_eq!(refused.error().code, ErrorCode::TooManyRequests);
    let seconds: u64 = refused.header("retry-after").and_then(|value| value.parse().ok()).expect("seconds");
    assert!((1..=60).contains(&seconds), "{seconds}");
    let right = server.admin(Method::GET, route::ADMIN, Body::empty()).await;
    assert_eq!(right.status, StatusCode::NO_CONTENT, "who has the token is never locked out");
}

#[tokio::test]
async fn changes_are_counted_too() {
    let place = Place::new(&[]);
    let server = TrainingServer::start(place.settings()).await;
    let unknown = head_request("none", 1);
    let mut codes = Vec::new();
    for _ in 0..61 {
        codes.push(server.admin_json(Method::POST, route::RUNS, &unknown).await.error().code);
    }
    assert_eq!(codes[59], ErrorCode::TrainingUnknown);
    assert_eq!(codes[60], ErrorCode::TooManyRequests);
}
