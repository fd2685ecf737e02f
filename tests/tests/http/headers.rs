//! What every answer carries: the security policy and its companions, a request id, and compression where it pays.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use shared::{ModelSlot, Sample, route};
use tests::explorer::{Settings, TestExplorer, picture};

fn ask(path: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let request =
        headers.iter().fold(Request::get(path), |request, (name, value)| request.header(*name, *value));
    request.body(Body::empty()).expect("a valid request")
}

#[tokio::test]
async fn every_answer_is_guarded() {
    let explorer = TestExplorer::start(&Settings::default());
    for path in [
        "/",
        route::MODELS,
        route::API_DOCS,
        "/static/app.js",
        "/photos/coffee.jpg",
        "/no/such/path",
        route::HEALTHZ,
    ] {
        let answer = explorer.get(path).await;
        let policy = answer.header("content-security-policy").unwrap_or_default();
        for directive in [
            "default-src 'none'",
            "script-src 'self' 'wasm-unsafe-eval'",
            "img-src 'self' blob: data:",
            "connect-src 'self'",
            "font-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        ] {
            assert!(policy.split("; ").any(|given| given == directive), "{path}: {directive} in {policy}");
        }
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("x-frame-options"), Some("DENY"), "{path}");
        assert!(answer.header("referrer-policy").is_some(), "{path}");
        assert!(
            answer.header("permissions-policy").is_some_and(|policy| policy.contains("camera=()")),
            "{path}"
        );
        assert!(answer.header("x-request-id").is_some(), "{path}");
    }
}

#[tokio::test]
async fn the_policy_lets_in_the_style_element_that_is_served_and_no_other() {
    let page = TestExplorer::start(&Settings::default()).get("/").await;
    let html = String::from_utf8_lossy(&page.body).into_owned();
    let sheet = html.split_once("<style>").and_then(|(_before, rest)| rest.split_once("</style>"));
    let (sheet, _rest) = sheet.expect("the styles stand in the document");
    let expected = format!("style-src 'self' 'sha256-{}'", STANDARD.encode(Sha256::digest(sheet)));
    let policy = page.header("content-security-policy").expect("a policy");
    assert!(policy.split("; ").any(|directive| directive == expected), "{expected} in {policy}");
}

#[tokio::test]
async fn who_may_frame_the_page_is_an_option() {
    let mut settings = Settings::default();
    settings.http.frame_ancestors = "'self' https://example.org; script-src *".to_owned();
    let answer = TestExplorer::without_models(&settings).get(route::HEALTHZ).await;
    let policy = answer.header("content-security-policy").expect("a policy");
    assert!(
        policy.ends_with("frame-ancestors 'self' https://example.org  script-src *"),
        "no new directive: {policy}"
    );
    assert_eq!(answer.header("x-frame-options"), None, "the older header cannot say this");
}

#[tokio::test]
async fn a_request_keeps_a_plain_id_and_loses_an_odd_one() {
    let explorer = TestExplorer::without_models(&Settings::default());
    let id_of = async |given: &str| {
        let answer = explorer.send(ask(route::HEALTHZ, &[("x-request-id", given)])).await;
        answer.header("x-request-id").expect("an id").to_owned()
    };
    assert_eq!(id_of("trace-1_2.3").await, "trace-1_2.3");
    for odd in ["a b", "<script>", "", &"a".repeat(65)] {
        let id = id_of(odd).await;
        assert!(id != odd && id.len() == 36, "{odd:?} became {id}");
    }
    assert_ne!(id_of("").await, id_of("").await);
}

#[tokio::test]
async fn text_is_compressed_and_numbers_and_photos_are_not() {
    let explorer = TestExplorer::start(&Settings::default());
    let image = explorer.upload(picture(60, 60, 1)).await;
    let tensor = route::tensor(&image.image_id, ModelSlot::Vit, &"encoder.0.mlp".into(), None);
    let graph = route::MODEL_GRAPH.replace("{model}", "vit");
    for (path, encoding) in [
        (graph.as_str(), Some("br")),
        ("/", Some("br")),
        (route::API_DOCS, Some("br")),
        ("/static/style.css", Some("br")),
        (tensor.as_str(), None),
        ("/photos/coffee.jpg", None),
    ] {
        let answer = explorer.send(ask(path, &[("accept-encoding", "gzip, br")])).await;
        assert_eq!((answer.status, answer.header("content-encoding")), (StatusCode::OK, encoding), "{path}");
    }
    let plain = explorer.get(&graph).await;
    assert_eq!(plain.header("content-encoding"), None);
    assert!(plain.header("vary").is_some_and(|vary| vary.contains("accept-encoding")));
}

#[tokio::test]
async fn answers_are_asked_about_before_they_are_used_again() {
    let explorer = TestExplorer::start(&Settings::default());
    let samples: Vec<Sample> = explorer.get(route::SAMPLES).await.json();
    let id = &samples[0].image.image_id;
    for path in [
        route::MODELS.to_owned(),
        route::MODEL_GRAPH.replace("{model}", "resnet"),
        route::weights(ModelSlot::Resnet, "conv1.weight", Some("0")),
        route::IMAGE.replace("{image_id}", id),
        route::predictions(id, ModelSlot::Vit, None),
        route::preprocessed(id, ModelSlot::Vit, route::PreprocessingStep::Cropped),
        route::tensor(id, ModelSlot::Vit, &"norm".into(), Some("0")),
    ] {
        let answer = explorer.get(&path).await;
        assert_eq!(answer.header("cache-control"), Some("private, no-cache"), "{path}");
        let tag = answer.header("etag").expect("a tag").to_owned();
        let again = explorer.send(ask(&path, &[("if-none-match", &tag)])).await;
        assert_eq!(again.status, StatusCode::NOT_MODIFIED, "{path}");
    }
}
