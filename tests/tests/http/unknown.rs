//! Paths that there are not, methods that a path does not answer to, and handlers that panic.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use shared::{ErrorCode, route};
use tests::explorer::{Settings, TestExplorer};

#[tokio::test]
async fn unknown_paths_are_said_to_be() {
    let explorer = TestExplorer::without_models(&Settings::default());
    for path in [
        "/api",
        "/api/v1",
        "/api/v1/",
        "/api/v2/models",
        "/index.php",
        "/api/v1/models/",
        "/%ff",
        "/static",
        "/..%2f",
    ] {
        let answer = explorer.get(path).await;
        assert_eq!(
            (answer.status, answer.error().code),
            (StatusCode::NOT_FOUND, ErrorCode::RouteUnknown),
            "{path}"
        );
    }
    for path in ["/static/gone.js", "/photos/gone.jpg", "/photos/../Cargo.toml", "/photos/..%2fweights"] {
        assert_eq!(explorer.get(path).await.error().code, ErrorCode::RouteUnknown, "{path}");
    }
}

#[tokio::test]
async fn other_methods_are_refused_and_the_right_ones_named() {
    let explorer = TestExplorer::without_models(&Settings::default());
    for (method, path, allowed) in [
        ("GET", route::IMAGES, "POST"),
        ("DELETE", route::MODELS, "GET,HEAD"),
        ("POST", route::READYZ, "GET,HEAD"),
        ("PUT", "/", "GET,HEAD"),
        ("BREW", route::OPENAPI, "GET,HEAD"),
        ("POST", "/static/app.js", "GET,HEAD"),
        ("DELETE", "/photos/coffee.jpg", "GET,HEAD"),
    ] {
        let request =
            Request::builder().method(method).uri(path).body(Body::empty()).expect("a valid request");
        let answer = explorer.send(request).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
        assert_eq!(answer.error().code, ErrorCode::MethodNotAllowed);
        assert_eq!(answer.header("allow"), Some(allowed), "{method} {path}");
    }
}

#[tokio::test]
async fn head_answers_without_a_body() {
    let explorer = TestExplorer::start(&Settings::default());
    let request = Request::head(route::MODELS).body(Body::empty()).expect("a valid request");
    let answer = explorer.send(request).await;
    assert_eq!((answer.status, answer.body.len()), (StatusCode::OK, 0));
}
