//! Experiments that run: events come as they are made, no time limit cuts them, a client that leaves stops them, a server that stops
//! ends them, and only so many run at once.

use std::time::{Duration, Instant};

use axum::body::{Body, BodyDataStream};
use axum::http::{Request, StatusCode};
use futures::StreamExt;
use shared::{ApiError, ErrorCode, ModelSlot};
use tests::explorer::{Settings, TestExplorer, get, picture};
use tower::ServiceExt;

use super::{code, events, path, read};

/// An explorer whose ResNet takes a good while.
fn slow() -> Settings {
    Settings { resnet_side: 640, ..Settings::default() }
}

async fn begin(explorer: &TestExplorer, path: &str) -> BodyDataStream {
    let response = explorer.router.clone().oneshot(get(path)).await.expect("a router always answers");
    assert_eq!(response.status(), StatusCode::OK);
    response.into_body().into_data_stream()
}

/// Reads until the text has so many events.
async fn read_events(stream: &mut BodyDataStream, text: &mut String, count: usize) {
    while events(text).len() < count {
        let chunk = stream.next().await.expect("the stream goes on").expect("it does not break");
        text.push_str(std::str::from_utf8(&chunk).expect("UTF-8"));
    }
}

async fn until(limit: Duration, trouble: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < limit, "{trouble}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

async fn until_places_are_free(explorer: &TestExplorer, limit: Duration) {
    let are_free = || {
        let places: Vec<_> = (0..4).map_while(|_| explorer.explorer.begin_experiment().ok()).collect();
        places.len() == 4
    };
    until(limit, "the experiment still runs", are_free).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_leaves_stops_the_work() {
    let explorer = TestExplorer::start(&slow());
    let image = explorer.upload(picture(60, 60, 1)).await.image_id;
    let start = Instant::now();
    let mut stream = begin(&explorer, &path(&image, "translation?model=resnet")).await;
    let mut text = String::new();
    read_events(&mut stream, &mut text, 3).await;
    let two_points = start.elapsed();
    assert!(text.contains("\"num_points\":33"), "{text}");
    drop(stream);
    // The step that is being computed is finished; thirty others would take fifteen times as long as these two.
    until_places_are_free(&explorer, 4 * two_points).await;
    // A step that was asked for before the client left goes when the worker comes to it.
    let is_empty = || explorer.explorer.snapshot().queue_length == 0;
    until(4 * two_points, "a step of the experiment still waits", is_empty).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_so_many_run_at_once_and_others_get_in_between() {
    let explorer = TestExplorer::start(&slow());
    let image = explorer.upload(picture(60, 60, 1)).await.image_id;
    let question = path(&image, "translation?model=resnet");
    let mut running = Vec::new();
    for _experiment in 0..4 {
        running.push(begin(&explorer, &question).await);
    }
    let refused = explorer.get(&question).await;
    assert_eq!(code(&refused), (StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Overloaded));
    assert!(refused.header("retry-after").is_some());
    // 132 steps are to come; a prediction waits for the few that stand before it.
    assert_eq!(explorer.predict(&image, ModelSlot::Vit).await.classes.len(), 10);
    assert!(explorer.explorer.begin_experiment().is_err(), "they still run");
    drop(running);
    until_places_are_free(&explorer, Duration::from_secs(10)).await;
    assert_eq!(explorer.get(&path(&image, "shuffle?model=vit")).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_come_as_they_are_made_and_longer_than_a_request_may_take() {
    let mut settings = slow();
    settings.http.request_timeout = Duration::from_millis(150);
    let explorer = TestExplorer::start(&settings);
    let image = explorer.upload(picture(60, 60, 1)).await.image_id;
    let question = path(&image, "translation?model=resnet&range=24");
    let start = Instant::now();
    let mut stream = begin(&explorer, &question).await;
    let mut text = String::new();
    read_events(&mut stream, &mut text, 1).await;
    let first = start.elapsed();
    read_events(&mut stream, &mut text, 1 + 25 + 1).await;
    let whole = start.elapsed();
    assert_eq!(events(&text).last().expect("events").0, "done");
    assert!(whole > Duration::from_millis(300), "the model is slow enough for this test: {whole:?}");
    assert!(first < whole / 4, "{first:?} of {whole:?}");
    let collected = explorer.get(&format!("{question}&format=csv")).await;
    assert_eq!(code(&collected), (StatusCode::SERVICE_UNAVAILABLE, ErrorCode::TimedOut));
    until_places_are_free(&explorer, Duration::from_secs(10)).await;
}

#[tokio::test]
async fn nothing_on_the_way_gathers_events() {
    let explorer = TestExplorer::start(&Settings::default());
    let image = explorer.upload(picture(60, 60, 1)).await.image_id;
    let request = |accept: &str| {
        let request = Request::get(path(&image, "shuffle"))
            .header("accept-encoding", "br, gzip")
            .header("accept", accept);
        request.body(Body::empty()).expect("a valid request")
    };
    let answer = explorer.send(request("text/event-stream")).await;
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    assert_eq!((answer.header("content-encoding"), answer.header("cache-control")), (None, Some("no-store")));
    assert_eq!(answer.header("x-accel-buffering"), Some("no"));
    for (accept, content_type) in [
        ("text/csv", "text/csv; charset=utf-8"),
        ("application/octet-stream", "application/octet-stream"),
        ("application/json", "application/json"),
        ("*/*", "text/event-stream"),
    ] {
        let answer = explorer.send(request(accept)).await;
        assert_eq!(answer.header("content-type"), Some(content_type));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stops_ends_experiments() {
    let explorer = TestExplorer::start(&slow());
    let image = explorer.upload(picture(60, 60, 1)).await.image_id;
    let mut stream = begin(&explorer, &path(&image, "translation?model=resnet")).await;
    let mut text = String::new();
    read_events(&mut stream, &mut text, 2).await;
    explorer.explorer.stop_experiments();
    while let Some(chunk) = stream.next().await {
        text.push_str(std::str::from_utf8(&chunk.expect("it does not break")).expect("UTF-8"));
    }
    let events = events(&text);
    let (name, data) = events.last().expect("events");
    assert_eq!((*name, read::<ApiError>(data).code), ("failed", ErrorCode::NotReady));
    assert!(events.len() < 20, "long before its 33 points");
}
