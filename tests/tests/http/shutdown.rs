//! Stopping: what was accepted is finished, what comes later is not taken, and a client that never takes its answer does not keep
//! the process alive.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use server::http::serving::{Patience, serve_until};
use shared::{ModelSlot, Predictions, route};
use tests::explorer::{Settings, TestExplorer, picture};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

const PATIENT: Patience = Patience { headers: Duration::from_secs(20), stop: Duration::from_secs(20) };

struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

async fn run(explorer: &TestExplorer, patience: Patience) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let (stop, stopped) = oneshot::channel();
    let router = explorer.router.clone();
    let server = tokio::spawn(async move {
        let stopped = async { stopped.await.expect("the test sends it") };
        serve_until(listener, router, stopped, patience).await
    });
    Running { address, stop, server }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn accepted_work_is_finished() {
    let explorer = TestExplorer::start(&Settings { resnet_side: 640, ..Settings::default() });
    let image = explorer.upload(picture(60, 60, 1)).await;
    let running = run(&explorer, PATIENT).await;
    let mut connection = TcpStream::connect(running.address).await.expect("it listens");
    let path = route::predictions(&image.image_id, ModelSlot::Resnet, Some(3));
    let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", running.address);
    connection.write_all(request.as_bytes()).await.expect("it reads");
    tokio::time::sleep(Duration::from_millis(20)).await;
    running.stop.send(()).expect("it listens");
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.expect("it answers and closes");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let (_head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let predictions: Predictions = serde_json::from_str(body).expect("the whole answer");
    assert_eq!(predictions.classes.len(), 3);
    running.server.await.expect("no panic");
    assert!(TcpStream::connect(running.address).await.is_err(), "nobody listens any more");
    let loaded = explorer.explorer.loaded().expect("the models are there");
    loaded.inference.shut_down();
    let late = explorer.get(&route::predictions(&image.image_id, ModelSlot::Vit, None)).await;
    assert_eq!(late.error().code, shared::ErrorCode::NotReady);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_connection_ends_and_a_stuck_one_is_left_behind() {
    let explorer = TestExplorer::without_models(&Settings::default());
    let running = run(&explorer, Patience { stop: Duration::from_millis(300), ..PATIENT }).await;
    let _idle = TcpStream::connect(running.address).await.expect("it listens");
    let mut stuck = TcpStream::connect(running.address).await.expect("it listens");
    let request = format!("POST {} HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf", route::IMAGES);
    stuck.write_all(request.as_bytes()).await.expect("it reads");
    tokio::time::sleep(Duration::from_millis(50)).await;
    let start = Instant::now();
    running.stop.send(()).expect("it listens");
    running.server.await.expect("no panic");
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_never_sends_its_headers_is_left() {
    let explorer = TestExplorer::without_models(&Settings::default());
    let running = run(&explorer, Patience { headers: Duration::from_millis(300), ..PATIENT }).await;
    for beginning in ["", "GET /healthz HTTP/1.1\r\nHost: a\r\nX-Slow: "] {
        let mut slow = TcpStream::connect(running.address).await.expect("it listens");
        slow.write_all(beginning.as_bytes()).await.expect("it reads");
        let ended = tokio::time::timeout(Duration::from_secs(5), slow.read_to_end(&mut Vec::new())).await;
        assert!(ended.is_ok(), "a connection that has sent {beginning:?} is still open");
    }
    let mut quick = TcpStream::connect(running.address).await.expect("it still listens");
    quick
        .write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        .await
        .expect("it reads");
    let mut answer = String::new();
    quick.read_to_string(&mut answer).await.expect("it answers");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}
