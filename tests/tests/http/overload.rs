//! A full queue says so at once; a client that leaves is not computed for and frees its place; what takes too long is given up.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use shared::{ErrorCode, ModelSlot, route};
use tests::explorer::{Answer, Settings, TestExplorer, get, picture, send};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

const COUNT: &str = "backbone_explorer_batch_images_sum{model=\"resnet\"}";

/// An explorer whose ResNet takes a good while and computes one picture at a time.
fn slow(queue_length: usize) -> Settings {
    let mut settings = Settings { resnet_side: 1024, ..Settings::default() };
    settings.inference.queue_length = queue_length;
    settings.inference.batch_size = 1;
    settings
}

async fn upload_some(explorer: &TestExplorer, count: u32) -> Vec<String> {
    let mut paths = Vec::new();
    for seed in 0..count {
        let image = explorer.upload(picture(60, 60, seed)).await;
        paths.push(route::predictions(&image.image_id, ModelSlot::Resnet, Some(1)));
    }
    paths
}

fn ask(explorer: &TestExplorer, path: &str) -> JoinHandle<Answer> {
    tokio::spawn(send(explorer.router.clone(), get(path)))
}

/// Waits until so many questions wait.
async fn until_queued(explorer: &TestExplorer, count: usize) {
    let queue_length = || explorer.explorer.snapshot().queue_length;
    let start = Instant::now();
    while queue_length() != count {
        assert!(start.elapsed() < Duration::from_secs(10), "{} wait, not {count}", queue_length());
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Asks, and waits until the worker has taken the question.
async fn occupy(explorer: &TestExplorer, path: &str) -> JoinHandle<Answer> {
    let answer = ask(explorer, path);
    // The question is first in the queue and then gone from it; the queue is empty before, too.
    tokio::time::sleep(Duration::from_millis(20)).await;
    until_queued(explorer, 0).await;
    answer
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_queue_says_so_at_once() {
    let explorer = TestExplorer::start(&slow(2));
    let paths = upload_some(&explorer, 4).await;
    let computed = occupy(&explorer, &paths[0]).await;
    let waiting = [ask(&explorer, &paths[1]), ask(&explorer, &paths[2])];
    until_queued(&explorer, 2).await;
    let start = Instant::now();
    let refused = explorer.get(&paths[3]).await;
    let took = start.elapsed();
    assert!(!computed.is_finished(), "the model is slow enough for this test");
    assert!(took < Duration::from_millis(50), "{took:?}");
    assert_eq!(
        (refused.status, refused.error().code),
        (StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Overloaded)
    );
    assert_eq!(refused.header("retry-after"), Some("2"));
    for accepted in [computed].into_iter().chain(waiting) {
        assert_eq!(accepted.await.expect("no panic").status, StatusCode::OK);
    }
    assert_eq!(explorer.get(&paths[3]).await.status, StatusCode::OK, "and then there is room again");
    assert_eq!(explorer.get(route::READYZ).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_leaves_is_not_computed_for() {
    let explorer = TestExplorer::start(&slow(8));
    let paths = upload_some(&explorer, 3).await;
    let computed = occupy(&explorer, &paths[0]).await;
    let leaving = ask(&explorer, &paths[1]);
    until_queued(&explorer, 1).await;
    let staying = ask(&explorer, &paths[2]);
    until_queued(&explorer, 2).await;
    leaving.abort();
    assert!(!computed.is_finished(), "the model is slow enough for this test");
    assert_eq!(computed.await.expect("no panic").status, StatusCode::OK);
    assert_eq!(staying.await.expect("no panic").status, StatusCode::OK);
    assert_eq!(explorer.metric(COUNT).await, 2.0, "the second picture was never computed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_leaves_frees_its_place() {
    let explorer = TestExplorer::start(&slow(1));
    let paths = upload_some(&explorer, 3).await;
    let computed = occupy(&explorer, &paths[0]).await;
    let leaving = ask(&explorer, &paths[1]);
    until_queued(&explorer, 1).await;
    leaving.abort();
    assert!(leaving.await.is_err_and(|error| error.is_cancelled()));
    let next = explorer.get(&paths[2]).await;
    assert_eq!(next.status, StatusCode::OK, "{:?}", next.body);
    computed.await.expect("no panic");
    assert_eq!(explorer.metric(COUNT).await, 2.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_connection_is_a_client_that_left() {
    let explorer = TestExplorer::start(&slow(8));
    let paths = upload_some(&explorer, 3).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let router = explorer.router.clone();
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let computed = occupy(&explorer, &paths[0]).await;
    let mut connection = TcpStream::connect(address).await.expect("it listens");
    let request = format!("GET {} HTTP/1.1\r\nHost: {address}\r\n\r\n", paths[1]);
    connection.write_all(request.as_bytes()).await.expect("it reads");
    until_queued(&explorer, 1).await;
    drop(connection);
    assert!(!computed.is_finished(), "the model is slow enough for this test");
    assert_eq!(computed.await.expect("no panic").status, StatusCode::OK);
    // Whatever was asked before it has been computed or dropped once this is answered.
    assert_eq!(explorer.get(&paths[2]).await.status, StatusCode::OK);
    assert_eq!(explorer.metric(COUNT).await, 2.0, "the second picture was never computed");
    server.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_takes_too_long_is_given_up() {
    let mut settings = slow(8);
    settings.http.request_timeout = Duration::from_millis(60);
    let explorer = TestExplorer::start(&settings);
    let paths = upload_some(&explorer, 2).await;
    let first = ask(&explorer, &paths[0]);
    tokio::time::sleep(Duration::from_millis(10)).await;
    let second = explorer.get(&paths[1]).await;
    assert_eq!((second.status, second.error().code), (StatusCode::SERVICE_UNAVAILABLE, ErrorCode::TimedOut));
    assert!(second.header("retry-after").is_some());
    first.await.expect("no panic");
    assert_eq!(explorer.get(route::HEALTHZ).await.status, StatusCode::OK);
    // The first was being computed already; the second was dropped while it waited.
    let start = Instant::now();
    while explorer.metric(COUNT).await < 1.0 {
        assert!(start.elapsed() < Duration::from_secs(10));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(explorer.metric(COUNT).await, 1.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_for_what_is_being_computed_waits_for_it() {
    let explorer = TestExplorer::start(&slow(8));
    let paths = upload_some(&explorer, 2).await;
    let busy = occupy(&explorer, &paths[0]).await;
    let before = explorer.metric(COUNT).await;
    let waiting = ask(&explorer, &paths[1]);
    until_queued(&explorer, 1).await;
    busy.await.expect("no panic");
    // Now it is computed, and nothing waits.
    until_queued(&explorer, 0).await;
    let others = [ask(&explorer, &paths[1]), ask(&explorer, &paths[1])];
    tokio::time::sleep(Duration::from_millis(5)).await;
    assert!(!waiting.is_finished(), "the model is slow enough for this test");
    // Who asked first leaves; the others wait for the same pass.
    waiting.abort();
    for other in others {
        assert_eq!(other.await.expect("no panic").status, StatusCode::OK);
    }
    // That of the first picture is counted when it is over, as is the one that all shared.
    let passes = explorer.metric(COUNT).await - before;
    assert!(passes <= 2.0, "three questions took {passes} pictures with the one before");
}

/// Waits for an answer and says how many have been waited for before it.
fn numbered(answer: JoinHandle<Answer>, count: &Arc<AtomicUsize>) -> JoinHandle<usize> {
    let count = Arc::clone(count);
    tokio::spawn(async move {
        assert_eq!(answer.await.expect("no panic").status, StatusCode::OK);
        count.fetch_add(1, Ordering::SeqCst)
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_go_before_views_but_not_for_ever() {
    let explorer = TestExplorer::start(&slow(32));
    let mut paths = upload_some(&explorer, 9).await;
    let first = paths.pop().expect("a path");
    let count = Arc::new(AtomicUsize::new(0));
    let busy = occupy(&explorer, &first).await;
    let mut views = Vec::new();
    for seed in 100..103 {
        let image = explorer.upload(picture(60, 60, seed)).await;
        let path = route::tensor(&image.image_id, ModelSlot::Resnet, &"avgpool".into(), None);
        views.push(numbered(ask(&explorer, &path), &count));
    }
    until_queued(&explorer, 3).await;
    let answers: Vec<_> = paths.iter().map(|path| numbered(ask(&explorer, path), &count)).collect();
    until_queued(&explorer, 3 + answers.len()).await;
    assert!(!busy.is_finished(), "the model is slow enough for this test");
    busy.await.expect("no panic");
    let mut places = [Vec::new(), Vec::new()];
    for (places, waiting) in places.iter_mut().zip([views, answers]) {
        for place in waiting {
            places.push(place.await.expect("no panic"));
        }
        places.sort_unstable();
    }
    let [views, answers] = places;
    assert!(answers[1] < views[0], "two answers before the first view: {answers:?}, {views:?}");
    assert!(views[0] < answers[7], "a view before the last answer: {answers:?}, {views:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn views_leave_room_for_answers() {
    let explorer = TestExplorer::start(&slow(4));
    let paths = upload_some(&explorer, 6).await;
    let busy = occupy(&explorer, &paths[0]).await;
    let view = |path: &str| {
        let image_id = path.split('/').nth(4).expect("an address in the path").to_owned();
        route::tensor(&image_id, ModelSlot::Resnet, &"avgpool".into(), None)
    };
    let waiting: Vec<_> = paths[1..4].iter().map(|path| ask(&explorer, &view(path))).collect();
    until_queued(&explorer, 3).await;
    let refused = explorer.get(&view(&paths[4])).await;
    let answer = ask(&explorer, &paths[5]);
    until_queued(&explorer, 4).await;
    assert!(!busy.is_finished(), "the model is slow enough for this test");
    assert_eq!(refused.error().code, ErrorCode::Overloaded, "a view takes no place that is kept for answers");
    for accepted in waiting.into_iter().chain([busy, answer]) {
        assert_eq!(accepted.await.expect("no panic").status, StatusCode::OK);
    }
}
